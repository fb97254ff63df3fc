"""``ecwid sync`` with its commands."""

from cyclopts import App

from ecwid_async.cli.help_texts import EXIT_CODES_HELP, STORE_EPILOGUE
from ecwid_async.cli.sync import sync
from ecwid_async.cli.sync_status import status
from ecwid_async.cli.sync_stores import confirm_deletions, mark, wake
from ecwid_async.cli.sync_verify import verify
from ecwid_async.cli.sync_worker import worker

__all__ = ["sync_app"]

sync_app = App(name="sync", usage="Usage: ecwid sync --to URL [OPTIONS]", help_epilogue=STORE_EPILOGUE)
sync_app.default(sync)
sync_app.command(status, usage="Usage: ecwid sync status --to URL [OPTIONS]", help_epilogue=EXIT_CODES_HELP)
sync_app.command(verify, usage="Usage: ecwid sync verify --to URL [OPTIONS]", help_epilogue=STORE_EPILOGUE)
sync_app.command(wake, usage="Usage: ecwid sync wake STORE_ID... --to URL", help_epilogue=EXIT_CODES_HELP)
sync_app.command(mark, usage="Usage: ecwid sync mark STORE_ID SECTION ID... --to URL", help_epilogue=EXIT_CODES_HELP)
sync_app.command(
    confirm_deletions,
    usage="Usage: ecwid sync confirm-deletions STORE_ID SECTION... --to URL",
    help_epilogue=EXIT_CODES_HELP,
)
sync_app.command(worker, usage="Usage: ecwid sync worker --to URL [OPTIONS]", help_epilogue=EXIT_CODES_HELP)
