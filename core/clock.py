"""The only place that reads the clock: now and today in Vietnam (UTC+7, no daylight saving)."""

from datetime import UTC, date, datetime
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
