"""``python -m ecwid_async`` runs the `ecwid` command."""

from ecwid_async.cli import main

if __name__ == "__main__":
    main()
