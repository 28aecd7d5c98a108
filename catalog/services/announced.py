"""What a step in the life of a version leaves on it, and how far ahead its end has to be announced."""

from datetime import date

from django.utils.translation import gettext as _

from catalog.models import ServiceVersion
from catalog.selectors.endings import notice_days
from core import clock
from core.problems import InvalidInput

# What a fact tells of a step, where it changed.
KEPT = ("state", "sunset_on", "short_notice_reason")


def note(version: ServiceVersion, step: str, reason: str, sunset_on: date | None, short_notice: str) -> None:
    """Keep on *version* when and why *step* was taken. Raises InvalidInput."""
    if step == "publish":
        version.published_at = clock.now()
    elif step == "deprecate":
        _end(version, _judged(sunset_on, short_notice, None), reason, short_notice)
        version.deprecated_at = version.announced_at
    elif step == "redate":
        _end(version, _judged(sunset_on, short_notice, version.sunset_on), reason, short_notice)
    elif step == "resume":
        version.deprecated_at, version.announced_at, version.sunset_on = None, None, None
        version.sunset_reason = version.short_notice_reason = ""
    elif step == "withdraw":
        version.withdrawn_at, version.withdraw_reason = clock.now(), reason[:300]


def _end(version: ServiceVersion, day: date, reason: str, short_notice: str) -> None:
    version.announced_at, version.sunset_on = clock.now(), day
    version.sunset_reason, version.short_notice_reason = reason[:300], short_notice[:300]


def _judged(day: date | None, short_notice: str, announced: date | None) -> date:
    """Return the day if it may be announced: far enough ahead, later than what was *announced*, or with a reason."""
    if day is None:
        raise InvalidInput({"sunset_on": [_("Nhập ngày ngừng cung cấp")]})
    today = clock.today()
    if day <= today:
        raise InvalidInput({"sunset_on": [_("Ngày ngừng cung cấp phải sau hôm nay")]})
    if day == announced:
        raise InvalidInput({"sunset_on": [_("Đã báo ngừng từ đúng ngày này; chọn một ngày khác")]})
    later = announced is not None and day > announced
    first = notice_days().first_day(today)
    if first is None or day >= first or later or short_notice:
        return day
    raise InvalidInput(
        {
            "sunset_on": [
                _("Phải báo trước ít nhất %(n)s ngày: chọn từ ngày %(day)s, hoặc ghi lý do báo trước ít ngày hơn")
                % {"n": notice_days().days, "day": f"{first:%d/%m/%Y}"}
            ],
            "short_notice": [_("Nhập lý do nếu cần ngừng sớm hơn; lý do được ghi lại và công khai")],
        }
    )
