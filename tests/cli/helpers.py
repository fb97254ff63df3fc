"""Helpers for the tests of the command line."""

CONTROL_SEQUENCE = "\x1b]0;owned\x07\x9b2J\u202e"
"""Control characters, and one that changes the text direction."""


def file_names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
