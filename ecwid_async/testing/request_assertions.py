"""Assertions on the requests that a sandbox received."""

from difflib import SequenceMatcher

from ecwid_async.sandbox import Exchange, Sandbox
from ecwid_async.sandbox.request_pattern import RequestPattern

__all__ = ["assert_requests"]


def assert_requests(sandbox: Sandbox, *expected: str, store_id: int | None = None, in_order: bool = True) -> None:
    """Assert that a sandbox received exactly these requests, of all stores or of one.

    ``assert_requests(sandbox, "GET /products", "PUT /products/{productId}")``

    Each is a pattern: a segment ``{name}`` or ``*`` is any one segment, ``**`` at the end any number of them. Raises
    `AssertionError` with the difference, and `ValueError` for text that is not a pattern. ``sandbox.requests.clear()``
    forgets what was before.
    """
    patterns = [RequestPattern.parse(text) for text in expected]
    made = sandbox.requests.to("*", store_id=store_id)
    wanted = list(map(str, patterns))
    found = [_label(exchange, patterns) for exchange in made]
    lines = [f"{exchange} -> {exchange.status or 'no response'}" for exchange in made]
    if not in_order:
        order = sorted(range(len(found)), key=found.__getitem__)
        wanted, found, lines = sorted(wanted), [found[at] for at in order], [lines[at] for at in order]
    if wanted != found:
        raise AssertionError("\n".join(("the requests differ (- expected, + made):", *_diff(wanted, found, lines))))


def _label(exchange: Exchange, patterns: list[RequestPattern]) -> str:
    """The first pattern that matches, so that equal requests have equal labels, or the request itself."""
    for pattern in patterns:
        if pattern.matches(exchange.method, exchange.path):
            return str(pattern)
    return str(exchange)


def _diff(wanted: list[str], found: list[str], lines: list[str]) -> list[str]:
    diff = []
    for _, start, end, first, last in SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if wanted[start:end] == found[first:last]:
            diff += [f"  {line}" for line in lines[first:last]]
        else:
            diff += [f"- {line}" for line in wanted[start:end]] + [f"+ {line}" for line in lines[first:last]]
    return diff
