"""The only place that reads the clock: now and today in Vietnam (UTC+7, no daylight saving)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(tz=UTC)


def local_now() -> datetime:
    """Return the present moment on a Vietnamese clock."""
    return now().astimezone(VIETNAM)


def today() -> date:
    """Return today's date in Vietnam."""
    return local_now().date()


def start_of(day: date, *, after: bool = False) -> datetime:
    """Return the first moment of *day* in Vietnam, or of the day after it."""
    return datetime.combine(day + timedelta(days=1) if after else day, time.min, tzinfo=VIETNAM)
