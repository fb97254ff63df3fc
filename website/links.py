"""A Markdown extension: links to files of the repository work in a clone and on the site.

Pages link to files with relative paths (`../examples/fastapi_app.py`). The site contains some of these files as pages.
The others are only in the repository.
"""

import posixpath
import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

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


class _Links(Treeprocessor):
    def __init__(self, md: Markdown, url: str) -> None:
        super().__init__(md)
        self._url = url

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            if target := link.get("href"):
                link.set("href", _site_target(target, self._url))


def _site_target(target: str, url: str) -> str:
    path, mark, anchor = target.partition("#")
    if not path or _WITH_SCHEME.match(path) or path.startswith("/"):
        return target
    # All pages with such links are in docs/ itself. The included files are in the top folder or one below it.
    if path.startswith("docs/"):
        return path.removeprefix("docs/") + mark + anchor
    if not path.startswith("../"):
        return target
    file = posixpath.normpath(path.removeprefix("../"))
    if file.startswith("docs/"):
        return file.removeprefix("docs/") + mark + anchor
    return PAGES.get(file, f"{url}/{file}") + mark + anchor


def makeExtension(**config: Any) -> RepositoryLinks:  # noqa: N802  # the name in Markdown's interface
    """Return the extension, for Python-Markdown."""
    return RepositoryLinks(**config)
