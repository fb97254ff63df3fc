"""The commands of ``ecwid``, and a function that runs a command line."""

import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress

from cyclopts import App, CycloptsError, Parameter

from ecwid_async import __version__
from ecwid_async.cli.exit_codes import UsageError, describe, exit_code
from ecwid_async.cli.help_texts import EXIT_CODES_HELP, STORE_EPILOGUE, STORE_HELP
from ecwid_async.wire import to_printable

__all__ = ["app", "run"]

# One that was passed as an argument by mistake.
_TOKEN = re.compile(r"(?:secret|public)_[A-Za-z0-9]{12,}")

app = App(
    name="ecwid",
    help="Work with Ecwid stores, or run one on this machine.",
    help_epilogue=f"{STORE_HELP}add --sandbox to list, get, report, export, sync, call or doctor.\n\n{EXIT_CODES_HELP}",
    help_format="plaintext",
    version=__version__,
    default_parameter=Parameter(negative=(), show_default=lambda value: value or None),
    suppress_keyboard_interrupt=False,
    exit_on_error=False,
    print_error=False,
    result_action="return_value",
)
# The order of ``ecwid --help``: what one uses first and most.
_ORDER = (
    *("list", "get", "report", "export", "sync", "call", "doctor"),
    *("profile", "tokens", "webhooks", "sandbox", "coverage"),
)


def _add(parent: App, name: str, path: str, *, usage: str | None = None, epilogue: str = EXIT_CODES_HELP) -> None:
    """Add a command. `path` is the module in `cli` and its function, imported when the command is used."""
    options = {} if usage is None else {"usage": f"Usage: ecwid {usage}"}
    sort_key = _ORDER.index(name) if parent is app else None
    parent.command(f"ecwid_async.cli.{path}", name=name, help_epilogue=epilogue, sort_key=sort_key, **options)


def _add_group(parent: App, name: str, help_text: str) -> App:
    """Add a command that only has commands of its own."""
    sort_key = _ORDER.index(name) if parent is app else None
    group = App(name=name, help=help_text, help_epilogue=EXIT_CODES_HELP, sort_key=sort_key)
    parent.command(group)
    return group


_add(app, "export", "export:export", usage="export [SECTION...] [--out PATH] [OPTIONS]", epilogue=STORE_EPILOGUE)
_add(app, "list", "list_items:list_items", usage="list SECTION [OPTIONS]", epilogue=STORE_EPILOGUE)
_add(app, "get", "get:get", usage="get SECTION [ID] [OPTIONS]", epilogue=STORE_EPILOGUE)
_add(app, "report", "report:report", usage="report NAME [OPTIONS]", epilogue=STORE_EPILOGUE)
_add(app, "call", "call:call", usage="call METHOD PATH [OPTIONS]", epilogue=STORE_EPILOGUE)
_add(app, "coverage", "coverage:coverage")
_add(app, "doctor", "doctor:doctor", epilogue=STORE_EPILOGUE)
profile = _add_group(app, "profile", "Several stores by name.")
_add(profile, "add", "profile:add", usage="profile add NAME [OPTIONS]")
_add(profile, "list", "profile:list_profiles")
_add(profile, "remove", "profile:remove", usage="profile remove NAME")
_add(profile, "default", "profile:set_default", usage="profile default [NAME]")
sandbox = _add_group(app, "sandbox", "Run an Ecwid store with demo data on this machine.")
_add(sandbox, "serve", "sandbox:serve")
app.command("ecwid_async.cli.sync_app:sync_app", name="sync", sort_key=_ORDER.index("sync"))
tokens = _add_group(app, "tokens", "Encrypted tokens of stores in a database.")
_add(tokens, "import", "tokens:import_tokens")
_add(tokens, "list", "tokens:list_tokens")
_add(tokens, "remove", "tokens:remove", usage="tokens remove STORE_ID... --database URL [OPTIONS]")
_add(tokens, "restore", "tokens:restore", usage="tokens restore STORE_ID...|--all --database URL [OPTIONS]")
_add(tokens, "new-key", "tokens:new_key")
_add(tokens, "re-encrypt", "tokens:re_encrypt")
webhooks = _add_group(app, "webhooks", "Webhooks of an app.")
_add(webhooks, "verify", "webhooks_verify:verify", usage="webhooks verify [BODY] --signature TEXT")
_add(webhooks, "trigger", "webhooks_trigger:trigger", usage="webhooks trigger TYPE --to URL [OPTIONS]")
inbox = _add_group(webhooks, "inbox", "Events that an app has accepted.")
_add(inbox, "status", "webhooks_inbox:status")
_add(inbox, "dead", "webhooks_inbox:dead")
_add(inbox, "show", "webhooks_inbox:show", usage="webhooks inbox show ID [OPTIONS]")
_add(inbox, "replay", "webhooks_inbox:replay", usage="webhooks inbox replay ID...|--all [OPTIONS]")
_add(inbox, "delete", "webhooks_inbox:delete", usage="webhooks inbox delete ID...|--all [OPTIONS]")
app.register_install_completion_command(
    help="Let bash, zsh, fish or PowerShell complete commands, options, sections and fields with Tab.",
    help_epilogue="Writes a script for the shell, and a line that loads it to its startup file.",
)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code. A failure prints one line on stderr."""
    try:
        arguments = _move_profile(list(arguments))
        _import_listed_commands(arguments)
        code = app(arguments)
        _flush()
    except CycloptsError as error:
        command = " ".join(("ecwid", *(error.command_chain or ())))
        message = _TOKEN.sub("***", to_printable(str(error), limit=None))
        sys.stderr.write(f"ecwid: {message} See {command} --help.\n")
        return 2
    except BrokenPipeError:
        # A reader of the pipe, such as `head`, closed it early.
        return 141
    except Exception as error:
        sys.stderr.write(f"ecwid: {_TOKEN.sub('***', describe(error))}\n")
        return exit_code(error)
    # Only commands that report failures themselves return a code.
    return code if isinstance(code, int) else 0


def _import_listed_commands(arguments: list[str]) -> None:
    """Import the commands that the help of a group lists, for their descriptions."""
    command, apps, _ = app.parse_commands(arguments)
    shown = apps[-2] if command and command[-1] in app.help_flags else apps[-1]
    shown.resolved_commands()


def _move_profile(arguments: list[str]) -> list[str]:
    """Move ``--profile NAME`` from before the command to behind it. Raises `UsageError` if the name is missing."""
    first, equals, name = arguments[0].partition("=") if arguments else ("", "", "")
    if first != "--profile":
        return arguments
    rest = arguments[1:] if equals else arguments[2:]
    name = name if equals else "".join(arguments[1:2])
    if not name or name.startswith("-"):
        raise UsageError("--profile needs the name of a profile: ecwid profile list prints them.")
    command, _, others = app.parse_commands(rest)
    return [*command, f"--profile={name}", *others] if command else rest


def _flush() -> None:
    """Flush stdout while a failure can still be reported."""
    try:
        sys.stdout.flush()
    except OSError:
        # Otherwise Python tries again at exit and prints a traceback.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise
