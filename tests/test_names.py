"""docs/names.md lists every public name once, and nothing else."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import ecwid_async
from ecwid_async import Call, Changes, Download, Ecwid, Pages, Scan, Store

PAGE = Path(__file__).parents[1] / "docs" / "names.md"
CLASSES = {cls.__name__: cls for cls in (Call, Changes, Download, Ecwid, Pages, Scan, Store)}
# What other folders of the package import from there.
INTERNAL = {
    "changes": "CHANGE_PLANS ChangePlan DAY EVENT_SECTIONS EventSection EventStart FEED_MEMORY ReadInterval ReadKind"
    " StoreChanges change_plan_for read_store_changes",
    "errors": "outcome_of",
    "export": "FORMATS RESUMABLE_NOTE check_export check_folder_name format_from_name parse_fields",
    "files": "IMAGE_LIMIT READ_LIMIT upload_body",
    "sandbox.app_requests": "Fault IframeMode PAGE_PATHS PaymentField build_iframe_url build_payload render_page",
    "sandbox.seed": "DEMO_LAST_DAY ProgressCallback StoreProblem app_client_id demo_token fill profile sections seed",
    "sandbox.server": "MAX_BODY_BYTES",
    "tokens": "KEYS_FILE_VARIABLE KEYS_VARIABLE TokenTransport check_store_id open_secret_file parse_tokens"
    " read_token_file",
    "transport": "Auth CachedReads DEFAULT_BASE_URL FormAuth PoolPerLoop RateLimit Retry RetryBudget Secret SharedReads"
    " Wait check_count check_number normalize_url parse_error parse_http_date parse_retry_after result_error"
    " validate_base_url with_deadlines",
    "wire": "Body SANDBOX_HEADER encode_query encode_segment mask_secrets new_request new_request_id new_response"
    " parse_content_length to_printable with_deadline",
}


def listed_names() -> list[str]:
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([\w.]+)`", row)]


def test_every_name_is_listed_once() -> None:
    names = listed_names()
    assert sorted(set(names)) == sorted(names)


def test_every_name_of_the_package_and_its_main_classes_is_listed() -> None:
    members = {
        f"{name}.{member}"
        for name, cls in CLASSES.items()
        for member in dir(cls)
        if not member.startswith(("_", "cr_"))
    }
    public = set(ecwid_async.__all__) | members
    assert public == {name for name in listed_names() if not name.startswith("ecwid_async.")}


@pytest.mark.parametrize("name", [name for name in listed_names() if name.startswith("ecwid_async.")])
def test_every_other_name_can_be_imported(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert attribute in import_module(module).__all__


@pytest.mark.parametrize(
    "module",
    sorted(
        {name.rpartition(".")[0] for name in listed_names() if name.startswith("ecwid_async.")} - {"ecwid_async.models"}
    ),
)
def test_every_name_of_a_public_module_is_listed_or_internal(module: str) -> None:
    listed = {name.removeprefix(f"{module}.") for name in listed_names() if name.rpartition(".")[0] == module}
    internal = set(INTERNAL.get(module.removeprefix("ecwid_async."), "").split())
    assert set(import_module(module).__all__) - set(ecwid_async.__all__) == listed | internal
