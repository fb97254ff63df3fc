"""What a sandbox may do wrong when it sends webhooks."""

import math
from typing import Literal, get_args

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["SignatureFault", "WebhookFaults"]

SignatureFault = Literal["invalid", "missing", "doubled", "stale"]


@frozen(kw_only=True)
class WebhookFaults:
    """What is wrong with the webhooks of a sandbox; by default nothing. It applies to each attempt as it is sent.

    `shuffled`: webhooks that are due at the same time are sent in random order.
    `doubled`: each event is sent twice, with the same id.
    `delay`: seconds until an event is sent for the first time.
    `signature`: the signature is wrong (``invalid``) or ``missing``, its header is ``doubled``, or the event is
    26 hours old and signed as such (``stale``).
    `snake_case`: types are spelled as in Ecwid's own client, such as ``application.storage_changed``.
    `numbers_as_text`: all numbers are text.
    `entity_id_as_text`: the id of the entity is text.
    `unknown_type`: the type is one that does not exist.

    Raises `ValueError` for another fault of the signature, or a delay that is not a number of seconds.
    """

    shuffled: bool = False
    doubled: bool = False
    delay: float = 0.0
    signature: SignatureFault | None = None
    snake_case: bool = False
    numbers_as_text: bool = False
    entity_id_as_text: bool = False
    unknown_type: bool = False

    def __attrs_post_init__(self) -> None:
        if self.signature is not None and self.signature not in get_args(SignatureFault):
            raise ValueError(f"`signature` is one of {', '.join(get_args(SignatureFault))}, or None")
        if not isinstance(self.delay, int | float) or not math.isfinite(self.delay) or self.delay < 0:
            raise ValueError("`delay` is a number of seconds, 0 or more")
