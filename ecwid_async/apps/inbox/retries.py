"""When an event that failed is handled again, and what is stored of its error."""

import re
from collections.abc import Callable
from pathlib import PurePath
from traceback import walk_tb
from typing import Final

from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.errors import EcwidError
from ecwid_async.wire import to_printable

__all__ = ["describe_error", "retry_delay"]

_MAX_MESSAGE: Final = 300
_MAX_DOUBLINGS: Final = 60
_EMAIL: Final = re.compile(r"[^\s@'\"<>(]+@[^\s@'\">)]+")
_TOKEN: Final = re.compile(r"\b(?:secret|secure|public)_\w+")
# Quoted text is usually a value. An apostrophe within a word is no quote.
_QUOTED: Final = re.compile(r"""(?<!\w)'[^']*(?:'(?!\w)|$)|"[^"]*(?:"|$)""")
_LONG_NUMBER: Final = re.compile(r"\+?\d(?:[ ()/.-]?\d){4,}")


def retry_delay(attempts: int, settings: InboxSettings, random: Callable[[], float]) -> float:
    """The seconds until an event that was attempted `attempts` times is handled again: full jitter, capped."""
    longest = settings.first_delay * 2.0 ** min(max(attempts - 1, 0), _MAX_DOUBLINGS)
    return random() * min(longest, settings.max_delay)


def describe_error(error: BaseException) -> tuple[str, str]:
    """The class of an error, and the first line of its message without what may be personal or secret.

    E-mail addresses, tokens, quoted text and numbers of five or more digits are masked; in errors of this library,
    which have no values of entities, only addresses and tokens.
    """
    try:
        text = str(error)
    except Exception:
        text = ""
    # Further lines may quote a row of a database.
    line = text.strip().partition("\n")[0]
    for pattern in (_EMAIL, _TOKEN) if isinstance(error, EcwidError) else (_EMAIL, _TOKEN, _QUOTED, _LONG_NUMBER):
        line = pattern.sub("…", line)
    message = to_printable(line, limit=_MAX_MESSAGE)
    where = [f"{PurePath(frame.f_code.co_filename).name}:{number}" for frame, number in walk_tb(error.__traceback__)]
    place = to_printable(where[-1], limit=100) if where else ""
    return to_printable(type(error).__qualname__, limit=100), f"{message} ({place})".strip() if place else message
