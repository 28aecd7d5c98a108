"""How a deadline stands, by the moment it is due as last counted."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from connections.models import Clock
from core.clock import VIETNAM

STANDINGS: Mapping[str, StrOrPromise] = {
    "running": _("Đang trong hạn"),
    "overdue": _("Đang quá hạn"),
    "paused": _("Tạm dừng tính hạn"),
    "early": _("Xong trước hạn"),
    "on_time": _("Xong đúng hạn"),
    "late": _("Xong quá hạn"),
}


def standing_of(item: Clock, now: datetime) -> str:
    """Return the key of :data:`STANDINGS` that holds at *now*."""
    if item.due_at is None:
        return "paused" if item.ended_at is None else "early"
    if (item.ended_at or now) > item.due_at:
        return "overdue" if item.ended_at is None else "late"
    if item.ended_at is None:
        return "running"
    return "early" if _day(item.ended_at) < _day(item.due_at) else "on_time"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%Y-%m-%d}"
