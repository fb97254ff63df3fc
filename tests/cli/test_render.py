"""Tables and the characters in them."""

import re

from rich.table import Table

from ecwid_async.cli.render import write_table

from .helpers import CONTROL_SEQUENCE


def test_control_characters_in_a_table_are_escaped(capsys, monkeypatch):
    for is_terminal in (True, False):
        monkeypatch.setattr("sys.stdout.isatty", lambda is_terminal=is_terminal: is_terminal)
        table = Table("field")
        table.add_row(f"a{CONTROL_SEQUENCE}b")
        write_table(table)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
        assert all(char.isprintable() or char == "\n" for char in shown)
