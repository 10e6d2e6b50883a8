"""Everything that waits: the clock, the pace of requests, how long to back off.

Tests hand in a clock that only counts, so that no test waits.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 600.0
"""Seconds; a ``Retry-After`` beyond it is told to the user instead of waited for."""
BACKOFF_BASE = 2.0
BACKOFF_MOST = 300.0
"""The site asks for five minutes when it is overloaded."""
BEING_MADE = 10.0
"""Seconds to wait at least after 202, as the site's documentation asks."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the fetching sees it: monotonic seconds, the wall clock, and waiting."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


class Pace:
    """Keeps ``interval`` seconds between the starts of two requests."""

    def __init__(self, interval: float, clock: Clock) -> None:
        self._interval = interval
        self._clock = clock
        self._next = clock.monotonic()

    def wait(self) -> None:
        """Return when the next request may start."""
        early = self._next - self._clock.monotonic()
        if early > 0:
            self._clock.sleep(early)
        self._next = self._clock.monotonic() + self._interval


def backoff(attempt: int, jitter: float) -> float:
    """Give the seconds to wait after failed try number ``attempt``, counted from 1.

    Exponential, between half and all of the step (``jitter`` is in [0, 1)), so that many clients
    that failed together do not come back together.
    """
    step = min(BACKOFF_BASE * 2 ** (attempt - 1), BACKOFF_MOST)
    return float(step * (0.5 + jitter / 2))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read ``Retry-After`` (RFC 9110 §10.2.3): seconds or a date; None when absent or unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
