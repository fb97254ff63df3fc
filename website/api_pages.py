"""The pages of the API reference, `docs/api/`.

The public names and their grouping come from `docs/names.md`, the sections of a store from the resources and models.
The pages contain directives of mkdocstrings, which fills in signatures and docstrings.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

__all__ = ["pages", "write"]

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ecwid_async"
NAMES = ROOT / "docs" / "names.md"
FOLDER = ROOT / "docs" / "api"

# Sections that consist of several files: the beginnings of their names.
PREFIXES = {
    "categories": ("category_",),
    "customers": ("customer_contacts", "customer_extra_fields"),
    "orders": ("invoices", "order_"),
    "products": ("product_", "variation"),
    "profile": ("profile_",),
}
# Models that several sections use.
SHARED = ("common", "persons", "results", "events")
# Files whose names are in docs/names.md, or which are internal.
OTHER_MODELS = ("base",)
OTHER_RESOURCES = ("base", "query", "sort_orders")

# Types and constants in signatures that are not public names: nothing promises that they can be imported from there.
TYPES = {
    "ecwid_async.apps.checkout.cart_requests": ["DISCOUNT_SECONDS", "SHIPPING_SECONDS"],
    "ecwid_async.apps.checkout.payment_requests": ["PaymentHandler"],
    "ecwid_async.apps.errors": ["InboxProblem", "RejectionReason"],
    "ecwid_async.apps.inbox.event": ["Coalesces", "Handle"],
    "ecwid_async.apps.inbox.inbox": ["DeadIds", "coalesces_nothing"],
    "ecwid_async.apps.oauth.installs": ["CurrentUser", "OnError", "OnInstall"],
    "ecwid_async.apps.payload.page_sessions": ["CONTROL_PANEL"],
    "ecwid_async.apps.web": ["DEFAULT_BODY_TIMEOUT", "DEFAULT_MAX_BODY", "TimeUnit"],
    "ecwid_async.apps.webhooks.event_names": [
        "ApplicationEventName",
        "CategoryEventName",
        "CustomerEventName",
        "CustomerGroupEventName",
        "DiscountCouponEventName",
        "InvoiceEventName",
        "OrderEventName",
        "ProductEventName",
        "ProductClassEventName",
        "ProfileEventName",
        "PromotionEventName",
        "ReviewEventName",
        "SizeChartEventName",
        "UnfinishedOrderEventName",
    ],
    "ecwid_async.apps.webhooks.handler": ["Handler"],
    "ecwid_async.apps.webhooks.router": ["HandlerOptions", "Registration"],
    "ecwid_async.apps.webhooks.verifier": ["DEFAULT_MAX_BODY", "DEFAULT_REPLAY_WINDOW"],
    "ecwid_async.batch": ["BatchCost"],
    "ecwid_async.calls": ["Channel", "Lookup", "TimeLimit"],
    "ecwid_async.changes": ["EventStart", "ReadInterval", "ReadKind"],
    "ecwid_async.changes.cursor": ["Range", "UnixSeconds"],
    "ecwid_async.export.manifest": ["AwareDatetime"],
    "ecwid_async.files": ["READ_LIMIT"],
    "ecwid_async.sandbox.app_requests": ["Fault", "IframeMode", "PaymentField"],
    "ecwid_async.sandbox.faults": ["FaultyResponse"],
    "ecwid_async.sandbox.request_pattern": ["RequestPattern"],
    "ecwid_async.sandbox.seed": ["ProgressCallback", "StoreProblem"],
    "ecwid_async.sandbox.state": ["Item"],
    "ecwid_async.sandbox.switches": ["LimiterAlgorithm", "TieOrder", "UnsortedOrder"],
    "ecwid_async.sandbox.webhooks": ["Attempt", "SignatureFault", "WebhookSender"],
    "ecwid_async.sandbox.webhooks.delivery": ["Outcome"],
    "ecwid_async.scan": ["DecodedPage", "PageDecoder", "RawPage"],
    "ecwid_async.sections": ["DEFAULT_SECTIONS", "Section"],
    "ecwid_async.tables.arrow": ["Decimals"],
    "ecwid_async.transport": ["Secret", "Wait"],
    "ecwid_async.transport.cache.cache": ["Lookup", "ReadKey"],
    "ecwid_async.transport.memory": ["ScriptedResponse"],
    "ecwid_async.wire": ["Body"],
}

# Resources are attributes of a store. Only the library creates them.
_WITHOUT_CONSTRUCTOR = "    options:\n      merge_init_into_class: false"


class Group(NamedTuple):
    """A heading of `docs/names.md`, and the names below it: (module, name)."""

    title: str
    names: list[tuple[str, str]]


def listed_names(text: str | None = None) -> list[str]:
    """Return the names in the tables of `docs/names.md`, or of a part of it."""
    rows = re.findall(r"^\| (`[^|]*) \|", NAMES.read_text(encoding="utf-8") if text is None else text, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([\w.]+)`", row)]


def groups() -> Iterator[Group]:
    """Return the public names that have an entry of their own. Methods have one with their class."""
    for part in NAMES.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        names = []
        for name in listed_names(body):
            if name.startswith("ecwid_async."):
                module, _, attribute = name.rpartition(".")
                names.append((module, attribute))
            elif "." not in name:
                names.append(("ecwid_async", name))
        if names:
            yield Group(title, names)


def targets() -> dict[str, str]:
    """Return the page and anchor of each name of `docs/names.md`, relative to `docs/`."""
    found = {}
    for group in groups():
        for module, name in group.names:
            written = name if module == "ecwid_async" else f"{module}.{name}"
            found[written] = f"api/{_slug(group.title)}.md#{module}.{name}"
    for name in listed_names():
        parent, _, member = name.rpartition(".")
        if parent == "Store" and member in _sections():
            found[name] = f"api/sections/{member}.md"
        elif parent in found and name not in found:
            found[name] = f"{found[parent]}.{member}"
    return found


def pages() -> dict[str, str]:
    """Return the text of each page by its path in `docs/api/`."""
    found = {f"{_slug(group.title)}.md": _group_page(group) for group in groups()}
    sections = _sections()
    for section, (resources, models) in sections.items():
        found[f"sections/{section}.md"] = _section_page(section, resources, models)
    found["types.md"] = _page(
        "Types in signatures",
        [
            "Types and defaults that signatures mention, and that you rarely need to import: they may move.",
            *(_directive(module, names) for module, names in TYPES.items()),
        ],
    )
    found["sections/shared.md"] = _page("Shared models", [_directive(f"ecwid_async.models.{name}") for name in SHARED])
    found["sections/index.md"] = _sections_page(sections)
    return found


def _group_page(group: Group) -> str:
    parts = []
    for module, names in groupby(sorted(group.names, key=lambda name: name[0]), key=lambda name: name[0]):
        parts.append(f"From `{module}`:")
        parts.append(_directive(module, [name for _, name in names]))
    return _page(group.title, parts)


def _sections() -> dict[str, tuple[list[str], list[str]]]:
    """Return the resources and the models of each section."""
    resources = _modules("resources", OTHER_RESOURCES)
    models = _modules("models", (*OTHER_MODELS, *SHARED))
    main = [name for name in resources if _section_of(name) == name]
    return {
        section: (
            [name for name in resources if _section_of(name) == section],
            [name for name in models if _section_of(name) == section],
        )
        for section in main
    }


def _modules(folder: str, without: Iterable[str]) -> list[str]:
    names = sorted(file.stem for file in (PACKAGE / folder).glob("*.py"))
    return [name for name in names if name not in ("__init__", *without)]


def _section_of(module: str) -> str:
    for section, prefixes in PREFIXES.items():
        if module.startswith(prefixes) and module != "product_types":
            return section
    return module


def _section_page(section: str, resources: list[str], models: list[str]) -> str:
    resources.sort(key=lambda name: name != section)
    models.sort(key=lambda name: name != section)
    parts = [f"The methods of `store.{section}`:"]
    parts += [f"{_directive(f'ecwid_async.resources.{name}')}\n{_WITHOUT_CONSTRUCTOR}" for name in resources]
    if models:
        parts.append(f"From `ecwid_async.models`{'' if len(models) > 1 else f' or `ecwid_async.models.{models[0]}`'}:")
        parts += [_directive(f"ecwid_async.models.{name}") for name in models]
    return _page(_title(section), parts)


def _sections_page(sections: Iterable[str]) -> str:
    parts = [
        "\n".join(f"- [{_title(section)}]({section}.md)" for section in sections) + "\n- [Shared models](shared.md)",
        "The methods of several sections:",
        _directive("ecwid_async.resources.base", ["Resource", "ListResource"]),
        "Types of their arguments, and the sort orders of `store.products` and `store.categories`:",
        _directive("ecwid_async.resources.query", ["Timestamp", "OneOrMany"]),
        _directive("ecwid_async.resources.sort_orders"),
    ]
    return _page("Sections of a store", parts)


def _directive(module: str, members: list[str] | None = None) -> str:
    if members is None:
        return f"::: {module}"
    listed = "\n".join(f"        - {name}" for name in members)
    return f"::: {module}\n    options:\n      members:\n{listed}"


def _page(title: str, parts: list[str]) -> str:
    return "\n\n".join([f"# {title}", *parts]) + "\n"


def _title(section: str) -> str:
    return section.replace("_", " ").capitalize()


def _slug(title: str) -> str:
    return re.sub(r"[^a-z]+", "-", title.lower().replace("'", "")).strip("-")


def write() -> None:
    """Write the pages, and remove those that are no longer needed."""
    new = pages()
    for old in FOLDER.rglob("*.md"):
        if old.relative_to(FOLDER).as_posix() not in new:
            old.unlink()
    for path, text in new.items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")
