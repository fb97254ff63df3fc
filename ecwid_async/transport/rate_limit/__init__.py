"""Rate limiting: a call waits until the API's rate limit has room for it.

The API allows 600 requests per minute and token, and does not document how it counts. Three rules together avoid 429s
from a sliding log, a fixed window and a token bucket of 60:

- **slots**: a request holds one of 600 slots from before it is sent until a minute after its response. By then the
  server has counted it for more than a minute, whatever delays the network added;
- **pace**: slots are assigned at the quota's rate, to bulk calls one by one, to interactive calls up to `burst` ahead;
- **gate**: after a 429 no request with that token is sent until the time in the response.

Bulk calls leave `reserve` slots to interactive calls. In return they are guaranteed one request in twenty
(`pacing.BULK_SHARE`), both of a token and at the ceiling over all tokens, however many interactive calls there are.

A call waits at a closed gate until its `throttle_timeout`, which includes the waits before its retries; if the gate
opens later, the call fails at once. A token or store that does not work is quarantined: its calls fail without a
request, except for one probe per interval. Both errors state that nothing was sent, and until when.

`transport` has the wrapper, `limiter` the protocol for counting requests, `memory` and `redis` its implementations.
"""

from ecwid_async.transport.rate_limit.keys import token_key
from ecwid_async.transport.rate_limit.limiter import Limiter, Wait
from ecwid_async.transport.rate_limit.memory import MemoryLimiter
from ecwid_async.transport.rate_limit.quarantine import Quarantine, QuarantineList
from ecwid_async.transport.rate_limit.quota import Quota
from ecwid_async.transport.rate_limit.transport import RateLimit

__all__ = ["Limiter", "MemoryLimiter", "Quarantine", "QuarantineList", "Quota", "RateLimit", "Wait", "token_key"]
