"""Signs of the platform itself, from the figures taken every minute: sealing, oldest transaction, disk, processor."""

from datetime import datetime

from django.db.models import Avg, Count, Max
from django.utils.translation import gettext as _

from incidents.alert_choices import Detector, SubjectKind
from incidents.models import Measure
from incidents.selectors.detection.findings import Finding, Found, Look, found, number


def sealing(look: Look) -> Found:
    """Find that the log is sealed later than the seconds of the rule."""
    return _highest(look, Detector.SEALING, _("Dòng nhật ký cũ nhất chưa niêm phong đã chờ %(n)s giây."))


def letters(look: Look) -> Found:
    """Find that a letter waits for the mail server longer than the minutes of the rule."""
    return _highest(look, Detector.LETTERS, _("Có thư đến lượt mà chưa gửi được từ %(n)s phút trước."))


def snapshot(look: Look) -> Found:
    """Find that a transaction of the database is open for longer than the seconds of the rule."""
    return _highest(look, Detector.SNAPSHOT, _("Một giao dịch cơ sở dữ liệu đã mở %(n)s giây."))


def disk(look: Look) -> Found:
    """Find that the disk of the data folder is fuller than the percentage of the rule."""
    return _highest(look, Detector.DISK, _("Đã dùng %(n)s%% dung lượng lưu trữ."))


def cpu(look: Look) -> Found:
    """Find machines whose processors were busier over the window, on average, than the rule says (Q50-7.4)."""
    made = []
    for host, mean, most, last, count in _of(look, Detector.CPU):
        # A mean over a window takes most of the window's minutes.
        if (
            mean is not None
            and most is not None
            and mean >= look.rule.threshold
            and 2 * count >= look.rule.window_minutes
        ):
            text = _("Bộ xử lý bận bình quân %(n)s%% trong %(minutes)s phút, cao nhất %(most)s%%.")
            values = {"n": number(round(mean, 1)), "minutes": look.rule.window_minutes, "most": number(round(most, 1))}
            made.append(_finding(host, text % values, round(mean, 1), look.since, last))
    return found(made)


def _highest(look: Look, name: Detector, text: str) -> Found:
    made = []
    for host, _mean, most, last, _count in _of(look, name):
        if most is not None and most >= look.rule.threshold:
            made.append(_finding(host, text % {"n": number(round(most, 1))}, round(most, 1), look.since, last))
    return found(made)


def _of(look: Look, name: Detector) -> list[tuple[str, float | None, float | None, datetime, int]]:
    rows = Measure.objects.filter(name=name, at__gte=look.since, at__lt=look.until).order_by("host").values("host")
    grouped = rows.annotate(mean=Avg("value"), most=Max("value"), last=Max("at"), count=Count("value"))
    return list(grouped.values_list("host", "mean", "most", "last", "count"))


def _finding(host: str, text: str, value: float, first: datetime, last: datetime) -> Finding:
    return Finding(
        subject_kind=SubjectKind.PLATFORM,
        subject_id=host[:80],
        label=_("Máy chủ %(host)s") % {"host": host},
        summary=text,
        value=value,
        first_at=first,
        last_at=last,
    )
