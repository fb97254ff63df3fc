"""The documentation site builds without a warning, and every link of it, and of the README, has a target."""

import pkgutil
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from ecwid_async import models
from website import api_pages, cli_page

pytest.importorskip("zensical")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
HOST = "https://ecwid-async.github.io/ecwid_async/"
FILES = "https://github.com/ecwid-async/ecwid_async/blob/main/"
SOURCES = ("mkdocs.yml", "website", "docs", "ecwid_async", "examples", "benchmarks", "CHANGELOG.md", "CONTRIBUTING.md")
LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


class Page(NamedTuple):
    ids: set[str]
    links: list[str]
    loaded: list[str]  # what a browser requests by itself


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page(set(), [], [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        if "id" in values:
            self.page.ids.add(values["id"])
        if tag == "a" and "href" in values:
            self.page.links.append(values["href"])
        if values.get("rel") not in ("canonical", "prev", "next") and LOADING.get(tag) in values:
            self.page.loaded.append(values[LOADING[tag]])


class Site(NamedTuple):
    output: str
    folder: Path
    pages: dict[str, Page]  # by address, such as https://ecwid-async.github.io/ecwid_async/sync/

    def problem(self, address: str) -> str | None:
        """Return why a link can't be followed, or None."""
        page, _, anchor = address.partition("#")
        if page.startswith(FILES):
            return None if (ROOT / unquote(page.removeprefix(FILES))).exists() else "no such file"
        if not page.startswith(HOST):
            return None  # another site
        if page in self.pages:
            return None if not anchor or unquote(anchor) in self.pages[page].ids else "no such anchor"
        return (
            None
            if (self.folder / unquote(urlsplit(page).path.removeprefix("/ecwid_async/"))).is_file()
            else "no such page"
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A strict build of a copy, so that the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("site")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=300
    )
    pages = {}
    for file in (folder / "site").rglob("*.html"):
        parser = _Parser()
        parser.feed(file.read_text(encoding="utf-8"))
        path = file.relative_to(folder / "site").as_posix()
        pages[HOST + re.sub(r"(^|/)index\.html$", r"\1", path)] = parser.page
    return Site(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout), folder / "site", pages)


def test_the_site_builds_without_a_warning(site: Site) -> None:
    assert "No issues found" in site.output, site.output


def test_every_page_is_in_the_navigation(site: Site) -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = sorted(re.findall(r"([\w/-]+\.md)$", navigation, re.MULTILINE))
    assert listed == sorted(page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md"))


def test_every_link_of_the_site_has_a_target(site: Site) -> None:
    broken = {
        (address.removeprefix(HOST), link): problem
        for address, page in site.pages.items()
        if not address.endswith("/404.html")
        for link in page.links
        if (problem := site.problem(urljoin(address, link)))
    }
    assert broken == {}


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_links_of_other_files_to_headings_of_the_docs_have_a_target(site: Site, name: str) -> None:
    links = re.findall(r"\]\(docs/([\w/-]+)\.md#([^)]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert {link: problem for link in links if (problem := site.problem(f"{HOST}{link[0]}/#{link[1]}"))} == {}


def test_pages_load_nothing_from_other_hosts(site: Site) -> None:
    loaded = {urljoin(address, each) for address, page in site.pages.items() for each in page.loaded}
    assert {each for each in loaded if not each.startswith((HOST, "data:"))} == set()
    styles = "".join(file.read_text(encoding="utf-8") for file in site.folder.rglob("*.css"))
    assert re.findall(r"(?:@import\s+|url\()[\"']?(?:https?:)?//[^)\"']*", styles) == []


def test_pages_do_not_ask_github_for_the_stars(site: Site) -> None:
    """The theme's script does so for a link to a repository with this attribute."""
    pages = [file for file in site.folder.rglob("*.html") if 'data-md-component="source"' in file.read_text()]
    assert pages == []


def test_every_public_name_has_an_entry_in_the_reference(site: Site) -> None:
    names = [name if name.startswith("ecwid_async.") else f"ecwid_async.{name}" for name in api_pages.listed_names()]
    for module in pkgutil.iter_modules(models.__path__, "ecwid_async.models."):
        if module.name != "ecwid_async.models.base":  # its public names are those of the package
            names += [f"{module.name}.{name}" for name in import_module(module.name).__all__]
    entries = set().union(*(page.ids for address, page in site.pages.items() if address.startswith(f"{HOST}api/")))
    assert [name for name in names if name not in entries] == []


def test_the_reference_has_no_private_name(site: Site) -> None:
    ids = {each for page in site.pages.values() for each in page.ids if each.startswith("ecwid_async.")}
    assert [each for each in ids if re.search(r"\._", each)] == []


def test_types_in_signatures_of_public_names_are_in_the_reference(site: Site) -> None:
    """A type that has no entry is not a link, but text with the whole name as its title."""
    pages = [
        page.read_text(encoding="utf-8")
        for page in (site.folder / "api").rglob("*.html")
        if page.parent.name != "types"
    ]
    mentioned = {name for page in pages for name in re.findall(r'<span[^>]*title="(ecwid_async\.[\w.]+)"', page)}
    types = {name for name in mentioned if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name.rpartition(".")[2])}
    internal = {
        "ecwid_async.apps.webhooks.own_writes.OwnWrites",
        "ecwid_async.sandbox.authorization.AuthorizationServer",
        "ecwid_async.sandbox.state.StateCopy",
        "ecwid_async.sandbox.state.Store",
    }
    assert types == internal


def test_generated_pages_are_those_of_the_code() -> None:
    folder = ROOT / "docs" / "api"
    written = {page.relative_to(folder).as_posix(): page.read_text(encoding="utf-8") for page in folder.rglob("*.md")}
    assert written == api_pages.pages(), "run: python -m website"


def test_the_page_of_the_command_line_is_that_of_the_commands() -> None:
    """Words are compared, since another version of Cyclopts may place them in another way."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert re.findall(r"[\w./-]+", page) == re.findall(r"[\w./-]+", cli_page.page()), "run: python -m website"
