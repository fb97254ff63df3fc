"""When an event that failed is handled again, and what is stored of its error."""

import re
from collections.abc import Callable
from pathlib import PurePath
from traceback import walk_tb
from typing import Final

from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.errors import APIError, EcwidError
from ecwid_async.wire import to_printable

__all__ = ["describe_error", "mask_message", "retry_delay"]

_MAX_MESSAGE: Final = 300
# The patterns take a time that grows with the square of the length.
_MAX_READ: Final = 1000
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
    """The class of an error, and its message as `mask_message` returns it, with the place where it was raised."""
    message = mask_message(error)
    where = [f"{PurePath(frame.f_code.co_filename).name}:{number}" for frame, number in walk_tb(error.__traceback__)]
    place = to_printable(where[-1], limit=100) if where else ""
    return to_printable(type(error).__qualname__, limit=100), f"{message} ({place})".strip() if place else message


def mask_message(error: BaseException) -> str:
    """The first line of an error's message without what may be personal or secret.

    E-mail addresses, tokens, quoted text and numbers of five or more digits are masked; in errors of this library only
    addresses and tokens, and the rest in what they quote of a response.
    """
    try:
        text = str(error)
    except Exception:
        text = ""
    # Further lines may quote a row of a database.
    line = text.strip().partition("\n")[0]
    if len(line) > _MAX_READ:
        # Without the last word, which may be the beginning of an address.
        line = line[:_MAX_READ].rpartition(" ")[0] + " …"
    if isinstance(error, APIError):
        line = _mask_quotation(line, error.message or "")
        line = _mask_quotation(line, repr(error.excerpt))
    elif not isinstance(error, EcwidError):
        line = _mask(line, _QUOTED, _LONG_NUMBER)
    return to_printable(_mask(line, _EMAIL, _TOKEN), limit=_MAX_MESSAGE)


def _mask_quotation(line: str, quotation: str) -> str:
    before, found, after = line.partition(quotation[:_MAX_READ].partition("\n")[0] or "\0")
    return f"{before}{_mask(found, _QUOTED, _LONG_NUMBER)}{after}"


def _mask(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub("…", text)
    return text
