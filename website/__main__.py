"""Writes the pages of the site that are generated from the code: `python -m website`."""

from website import api_pages, cli_page

api_pages.write()
(api_pages.ROOT / "docs" / "cli.md").write_text(cli_page.page(), encoding="utf-8")
