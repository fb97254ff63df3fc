"""The commands of ``ecwid``, and a function that runs a command line."""

import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress

from cyclopts import App, CycloptsError, Parameter

from ecwid_async import __version__
from ecwid_async.cli.call import call
from ecwid_async.cli.coverage import coverage
from ecwid_async.cli.doctor import doctor
from ecwid_async.cli.exit_codes import UsageError, describe, exit_code
from ecwid_async.cli.export import export
from ecwid_async.cli.get import get
from ecwid_async.cli.list_items import list_items
from ecwid_async.cli.profile import add, list_profiles, set_default
from ecwid_async.cli.profile import remove as remove_profile
from ecwid_async.cli.report import report
from ecwid_async.cli.sandbox import serve
from ecwid_async.cli.sync import sync
from ecwid_async.cli.sync_status import status
from ecwid_async.cli.sync_stores import confirm_deletions, mark, wake
from ecwid_async.cli.sync_verify import verify
from ecwid_async.cli.sync_worker import worker
from ecwid_async.cli.tokens import import_tokens, list_tokens, new_key, re_encrypt, remove, restore
from ecwid_async.cli.webhooks_inbox import dead, delete, replay, show
from ecwid_async.cli.webhooks_inbox import status as inbox_status
from ecwid_async.cli.webhooks_trigger import trigger
from ecwid_async.cli.webhooks_verify import verify as verify_webhook
from ecwid_async.wire import to_printable

__all__ = ["app", "run"]

_STORE_HELP = """\
Set ECWID_STORE_ID and ECWID_TOKEN to use your own store (ECWID_BASE_URL for another server), or name it with ecwid \
profile add NAME and pass --profile NAME, or """
_STORE_COMMANDS = "list, get, report, export, sync, call or doctor"
_EXIT_CODES_HELP = """\
Exit codes: 0 success, 1 other failure, 2 wrong usage or settings, 3 refused (token, scope, plan), 4 try again later \
(network, rate limit, server error, database, store kept changing), 5 can't write, 6 a mirror needs attention, 130 \
interrupted, 143 terminated.
"""

# One that was passed as an argument by mistake.
_TOKEN = re.compile(r"(?:secret|public)_[A-Za-z0-9]{12,}")

app = App(
    name="ecwid",
    help="Work with Ecwid stores, or run one on this machine.",
    help_epilogue=f"{_STORE_HELP}add --sandbox to {_STORE_COMMANDS}.\n\n{_EXIT_CODES_HELP}",
    help_format="plaintext",
    version=__version__,
    default_parameter=Parameter(negative=(), show_default=lambda value: value or None),
    suppress_keyboard_interrupt=False,
    exit_on_error=False,
    print_error=False,
    result_action="return_value",
)
_STORE_EPILOGUE = f"{_STORE_HELP}use --sandbox.\n\n{_EXIT_CODES_HELP}"
app.command(export, usage="Usage: ecwid export [SECTION...] [--out PATH] [OPTIONS]", help_epilogue=_STORE_EPILOGUE)
app.command(list_items, name="list", usage="Usage: ecwid list SECTION [OPTIONS]", help_epilogue=_STORE_EPILOGUE)
app.command(get, usage="Usage: ecwid get SECTION [ID] [OPTIONS]", help_epilogue=_STORE_EPILOGUE)
app.command(report, usage="Usage: ecwid report NAME [OPTIONS]", help_epilogue=_STORE_EPILOGUE)
app.command(call, usage="Usage: ecwid call METHOD PATH [OPTIONS]", help_epilogue=_STORE_EPILOGUE)
app.command(coverage, help_epilogue=_EXIT_CODES_HELP)
app.command(doctor, help_epilogue=_STORE_EPILOGUE)
profile = App(name="profile", help="Several stores by name.", help_epilogue=_EXIT_CODES_HELP)
profile.command(add, usage="Usage: ecwid profile add NAME [OPTIONS]", help_epilogue=_EXIT_CODES_HELP)
profile.command(list_profiles, name="list", help_epilogue=_EXIT_CODES_HELP)
profile.command(remove_profile, name="remove", usage="Usage: ecwid profile remove NAME", help_epilogue=_EXIT_CODES_HELP)
profile.command(
    set_default, name="default", usage="Usage: ecwid profile default [NAME]", help_epilogue=_EXIT_CODES_HELP
)
app.command(profile)
sandbox = App(name="sandbox", help="Run an Ecwid store with demo data on this machine.", help_epilogue=_EXIT_CODES_HELP)
sandbox.command(serve, help_epilogue=_EXIT_CODES_HELP)
app.command(sandbox)
mirror = App(name="sync", usage="Usage: ecwid sync --to URL [OPTIONS]", help_epilogue=_STORE_EPILOGUE)
mirror.default(sync)
mirror.command(status, usage="Usage: ecwid sync status --to URL [OPTIONS]", help_epilogue=_EXIT_CODES_HELP)
mirror.command(verify, usage="Usage: ecwid sync verify --to URL [OPTIONS]", help_epilogue=_STORE_EPILOGUE)
mirror.command(wake, usage="Usage: ecwid sync wake STORE_ID... --to URL", help_epilogue=_EXIT_CODES_HELP)
mirror.command(mark, usage="Usage: ecwid sync mark STORE_ID SECTION ID... --to URL", help_epilogue=_EXIT_CODES_HELP)
mirror.command(
    confirm_deletions,
    usage="Usage: ecwid sync confirm-deletions STORE_ID SECTION... --to URL",
    help_epilogue=_EXIT_CODES_HELP,
)
mirror.command(worker, usage="Usage: ecwid sync worker --to URL [OPTIONS]", help_epilogue=_EXIT_CODES_HELP)
app.command(mirror)
tokens = App(name="tokens", help="Encrypted tokens of stores in a database.", help_epilogue=_EXIT_CODES_HELP)
tokens.command(import_tokens, name="import", help_epilogue=_EXIT_CODES_HELP)
tokens.command(list_tokens, name="list", help_epilogue=_EXIT_CODES_HELP)
tokens.command(
    remove, usage="Usage: ecwid tokens remove STORE_ID... --database URL [OPTIONS]", help_epilogue=_EXIT_CODES_HELP
)
tokens.command(
    restore,
    usage="Usage: ecwid tokens restore STORE_ID...|--all --database URL [OPTIONS]",
    help_epilogue=_EXIT_CODES_HELP,
)
tokens.command(new_key, help_epilogue=_EXIT_CODES_HELP)
tokens.command(re_encrypt, help_epilogue=_EXIT_CODES_HELP)
app.command(tokens)
webhooks = App(name="webhooks", help="Webhooks of an app.", help_epilogue=_EXIT_CODES_HELP)
webhooks.command(
    verify_webhook,
    name="verify",
    usage="Usage: ecwid webhooks verify [BODY] --signature TEXT",
    help_epilogue=_EXIT_CODES_HELP,
)
webhooks.command(trigger, usage="Usage: ecwid webhooks trigger TYPE --to URL [OPTIONS]", help_epilogue=_EXIT_CODES_HELP)
inbox = App(name="inbox", help="Events that an app has accepted.", help_epilogue=_EXIT_CODES_HELP)
inbox.command(inbox_status, name="status", help_epilogue=_EXIT_CODES_HELP)
inbox.command(dead, help_epilogue=_EXIT_CODES_HELP)
inbox.command(show, usage="Usage: ecwid webhooks inbox show ID [OPTIONS]", help_epilogue=_EXIT_CODES_HELP)
inbox.command(replay, usage="Usage: ecwid webhooks inbox replay ID...|--all [OPTIONS]", help_epilogue=_EXIT_CODES_HELP)
inbox.command(delete, usage="Usage: ecwid webhooks inbox delete ID...|--all [OPTIONS]", help_epilogue=_EXIT_CODES_HELP)
webhooks.command(inbox)
app.command(webhooks)
app.register_install_completion_command(
    help="Let bash, zsh, fish or PowerShell complete commands, options, sections and fields with Tab.",
    help_epilogue="Writes a script for the shell, and a line that loads it to its startup file.",
)

# The order of ``ecwid --help``: what one uses first and most.
_ORDER = (
    *("list", "get", "report", "export", "sync", "call", "doctor"),
    *("profile", "tokens", "webhooks", "sandbox", "coverage"),
)
for _position, _name in enumerate(_ORDER):
    app[_name].sort_key = _position


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code. A failure prints one line on stderr."""
    try:
        code = app(_move_profile(list(arguments)))
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
