"""A Markdown extension: links to files of the repository work in a clone and on the site, and names link to the API.

Pages link to files with relative paths (`../examples/fastapi_app.py`). The site contains some of these files as pages.
The others are only in the repository.
"""

import posixpath
import re
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from website.api_pages import ROOT, targets

__all__ = ["RepositoryLinks", "makeExtension"]

# Files of the repository that the site contains as pages.
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/README.md": "benchmarks.md",
    "examples/README.md": "examples.md",
}
_WITH_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class RepositoryLinks(Extension):
    """Points links that leave `docs/` to the page of the file, or to the file in the repository."""

    def __init__(self, **config: Any) -> None:
        self.config = {"url": ["", "Where the repository shows files, such as https://github.com/a/b/blob/main"]}
        super().__init__(**config)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # the name in Markdown's interface
        """Register the processor, before those that turn links between pages into addresses."""
        md.treeprocessors.register(_Links(md, self.getConfig("url")), "repository_links", 5)
        md.treeprocessors.register(_Names(md), "name_links", 6)


class _Links(Treeprocessor):
    def __init__(self, md: Markdown, url: str) -> None:
        super().__init__(md)
        self._url = url

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            if target := link.get("href"):
                link.set("href", _site_target(target, self._url))


class _Names(Treeprocessor):
    """Links the public names in the first column of a table to the API reference."""

    def run(self, root: Element) -> None:
        for row in root.iter("tr"):
            for cell in row.findall("td")[:1]:
                for position, code in enumerate(cell):
                    target = _targets().get(code.text or "") if code.tag == "code" else None
                    if target is not None:
                        cell[position] = link = Element("a", href=target)
                        link.tail, code.tail = code.tail, None
                        link.append(code)


@cache
def _targets() -> dict[str, str]:
    return targets()


def _site_target(target: str, url: str) -> str:
    path, mark, anchor = target.partition("#")
    if not path or _WITH_SCHEME.match(path) or path.startswith("/"):
        return target
    # All pages with such links are in docs/ itself. The included files are in the top folder or one below it.
    file = posixpath.normpath(path.removeprefix("../"))
    if file.startswith("docs/"):
        return file.removeprefix("docs/") + mark + anchor
    if not path.startswith("../") or not (ROOT / file).exists():
        return target
    return PAGES.get(file, f"{url}/{file}") + mark + anchor


def makeExtension(**config: Any) -> RepositoryLinks:  # noqa: N802  # the name in Markdown's interface
    """Return the extension, for Python-Markdown."""
    return RepositoryLinks(**config)
