"""The time that calls are signed with: this machine's, corrected by the platform's when it was refused for it."""

from __future__ import annotations

import logging
import time
from datetime import timezone
from email.utils import parsedate_to_datetime

log = logging.getLogger("lgsp_client")


class ServerClock:
    """Shared by all threads of a client; setting one number needs no lock."""

    def __init__(self, most_seconds: int) -> None:
        self._most = most_seconds
        self._offset = 0

    @property
    def offset(self) -> int:
        """Seconds added to this machine's time; above zero when its clock is behind."""
        return self._offset

    def now(self) -> int:
        """Return Unix time in whole seconds, as the platform has it."""
        return int(time.time()) + self._offset

    def correct(self, date: str) -> bool:
        """Follow the ``Date`` header of a refusal. Return whether it has one, within the bound.

        A clock off by more than the bound is a fault to be mended and no drift, so it is left alone.
        """
        try:
            told = parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return False
        if told.tzinfo is None:
            told = told.replace(tzinfo=timezone.utc)
        offset = int(told.timestamp()) - int(time.time())
        if abs(offset) > self._most:
            return False
        if offset != self._offset:
            log.warning("this clock is %+d s off the platform's; calls are signed with the platform's time", -offset)
        self._offset = offset
        return True
