"""The `ecwid` command."""


def main() -> None:
    """Run the command line."""
