"""Who asks: the client's address for turns and the optional rate limit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from reformgraph.errors import ConfigError, ReformGraphError


class TooManyRequests(ReformGraphError):
    """The client has asked more than the operator allows; ``Retry-After`` says when again."""

    status = 429
    exit_code = 3
    problem = "rate-limit"
    title = "Too many requests"


def client_of(environ: Mapping[str, Any], header: str = "") -> str:
    """Return the address of the client, without its port.

    ``header``: the one in which a proxy in front of us gives it (``X-Forwarded-For``). Its last
    entry is the proxy's own word; all before it could be made up by the client.
    """
    if header:
        told = str(environ.get("HTTP_" + header.upper().replace("-", "_"), ""))
        if told := told.rpartition(",")[2].strip():
            return told[:100]
    return str(environ.get("REMOTE_ADDR", ""))


def limiter(rate: str) -> Callable[[str], None] | None:
    """Return what raises TooManyRequests once a client is over ``rate`` (``60/minute``).

    None for no limit. Each worker process counts by itself. Raises ConfigError for a rate that is
    none.
    """
    if not rate:
        return None
    # Few switch it on; the others are spared its memory.
    from limits import parse
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter

    try:
        item = parse(rate)
    except ValueError:
        raise ConfigError(
            f"rate_limit is {rate!r}, expected a number and a time like 60/minute",
            where={"field": "rate_limit"},
        ) from None
    window = MovingWindowRateLimiter(MemoryStorage())

    def allow(client: str) -> None:
        if not window.hit(item, client):
            wait = window.get_window_stats(item, client).reset_time - time.time()
            seconds = str(max(1, math.ceil(wait)))
            raise TooManyRequests(
                f"more than {rate} queries; ask again in {seconds} s",
                headers={"Retry-After": seconds},
            )

    return allow
