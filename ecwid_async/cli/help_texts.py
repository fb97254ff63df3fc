"""Texts at the end of the help of commands."""

__all__ = ["EXIT_CODES_HELP", "STORE_EPILOGUE", "STORE_HELP"]

STORE_HELP = """\
Set ECWID_STORE_ID and ECWID_TOKEN to use your own store (ECWID_BASE_URL for another server), or name it with ecwid \
profile add NAME and pass --profile NAME, or """
EXIT_CODES_HELP = """\
Exit codes: 0 success, 1 other failure, 2 wrong usage or settings, 3 refused (token, scope, plan), 4 try again later \
(network, rate limit, server error, database, store kept changing), 5 can't write, 6 a mirror needs attention, 130 \
interrupted, 143 terminated.
"""
STORE_EPILOGUE = f"{STORE_HELP}use --sandbox.\n\n{EXIT_CODES_HELP}"
