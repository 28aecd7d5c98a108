"""Calls a second and a minute of a grant, counted in memory of one worker; approximate by design (decisions, 2).

Each limit is a sliding window, kept in slots of a twentieth of it: a slot counts until the last call in it is as old
as the window is long. So no window, wherever it begins, holds more calls than the limit, and a steady caller gets at
least 19 parts in 20 of it. Memory and time of a call do not depend on the figures.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connections.projection import GrantRow

SLOTS = 20
MOMENT = 0.001
MOST_METERS = 100_000
DAY_SECONDS = 86_400


def policy_of(grant: GrantRow) -> bytes:
    """Return what ``RateLimit-Policy`` says of *grant*; b"" when nothing bounds it."""
    windows = (
        ("day", grant.daily_quota, DAY_SECONDS),
        ("minute", grant.rate_per_minute, 60),
        ("second", grant.rate_per_second, 1),
    )
    return ", ".join(f'"{name}";q={quota};w={seconds}' for name, quota, seconds in windows if quota).encode()


class Window:
    """The calls of the last *seconds* before now; times are those of a clock that only goes forward."""

    __slots__ = ("_begun", "_counts", "_lasts", "_place", "_slot", "seconds", "total")

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._slot = seconds / SLOTS
        # The slot at hand, those that the window covers whole, and the one that it is leaving behind.
        self._counts = [0] * (SLOTS + 1)
        self._lasts = [0.0] * (SLOTS + 1)
        self._place, self.total, self._begun = 0, 0, float("-inf")

    def used(self, at: float) -> int:
        """Return the calls of the window that ends *at*; never fewer than there were."""
        if at - self._begun >= self._slot:
            self._turn(at)
        oldest = self._place - SLOTS
        if self._counts[oldest] and at - self._lasts[oldest] >= self.seconds:
            self.total -= self._counts[oldest]
            self._counts[oldest] = 0
        return self.total

    def _turn(self, at: float) -> None:
        """Begin as many slots as time has passed."""
        if at - self._begun >= self._slot * (SLOTS + 1):
            self._counts, self.total, self._begun = [0] * (SLOTS + 1), 0, at
            return
        while at - self._begun >= self._slot:
            self._place = (self._place + 1) % (SLOTS + 1)
            self.total -= self._counts[self._place]
            self._counts[self._place] = 0
            self._begun += self._slot

    def add(self, number: int, at: float) -> None:
        """Count *number* calls now, right after ``used``."""
        self._counts[self._place] += number
        self._lasts[self._place] = at
        self.total += number

    def wait(self, limit: int, at: float) -> float:
        """Return the seconds from *at* until fewer than *limit* calls are in the window, right after ``used``."""
        left = self.total
        for step in range(1, SLOTS + 2):
            slot = (self._place + step) % (SLOTS + 1)
            left -= self._counts[slot]
            if left < limit and self._counts[slot]:
                return max(self._lasts[slot] + self.seconds - at, MOMENT)
        return MOMENT


class Meter:
    """The windows of one grant."""

    __slots__ = ("minute", "second")

    def __init__(self) -> None:
        self.second, self.minute = Window(1), Window(60)

    def idle(self, at: float) -> bool:
        """Return whether nothing is counted here any more."""
        return self.minute.used(at) <= 0 and self.second.used(at) <= 0


def _nobody() -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Rates:
    """The meters of a worker. ``fresh`` is what it counted since it last told the others, while it tells any."""

    sharing: bool = False
    fresh: dict[int, int] = field(default_factory=dict)
    hurry: Callable[[], None] = _nobody
    _meters: dict[int, Meter] = field(default_factory=dict)

    def take(self, grant: GrantRow, at: float) -> float:
        """Count a call; return 0, or the seconds to wait when it comes too fast and was not counted."""
        meter = self._meters.get(grant.grant_id) or self._new(grant.grant_id, at)
        second, minute, wait = grant.rate_per_second, grant.rate_per_minute, 0.0
        if second and meter.second.used(at) >= second:
            wait = meter.second.wait(second, at)
        if minute and meter.minute.used(at) >= minute:
            wait = max(wait, meter.minute.wait(minute, at))
        if wait:
            return wait
        if second:
            meter.second.add(1, at)
        if minute:
            meter.minute.add(1, at)
        if self.sharing:
            self._note(grant.grant_id, second or minute)
        return 0.0

    def _note(self, grant_id: int, limit: int) -> None:
        told = self.fresh[grant_id] = self.fresh.get(grant_id, 0) + 1
        if told * 8 >= limit:
            self.hurry()

    def heard(self, counts: Mapping[int, int], at: float) -> None:
        """Count what other workers let through."""
        for grant_id, number in counts.items():
            meter = self._meters.get(grant_id) or self._new(grant_id, at)
            for window in (meter.second, meter.minute):
                window.used(at)
                window.add(number, at)

    def left(self, grant: GrantRow) -> tuple[int, int]:
        """Return calls left in this second and this minute, as of the last call of *grant*; of no limit, 0 or less."""
        meter = self._meters.get(grant.grant_id)
        if meter is None:
            return grant.rate_per_second, grant.rate_per_minute
        return grant.rate_per_second - meter.second.total, grant.rate_per_minute - meter.minute.total

    def _new(self, grant_id: int, at: float) -> Meter:
        """Make a meter. Beyond the bound the idle ones go, and if there is none the oldest."""
        if len(self._meters) >= MOST_METERS:
            for idle in [number for number, meter in self._meters.items() if meter.idle(at)]:
                del self._meters[idle]
            if len(self._meters) >= MOST_METERS:
                del self._meters[next(iter(self._meters))]
        meter = self._meters[grant_id] = Meter()
        return meter
