"""What stands on the operations page: tiles, each a term, a value, a level and where to look further."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core import clock
from incidents.alert_choices import Severity
from incidents.register_choices import REVIEWED
from incidents.selectors.operations import Operations

#: Levels of a tile, the worst last.
GOOD, WATCH, BAD, QUIET = "live", "yours", "wrong", "quiet"
# From where a share of failed calls is looked at, and from where it is bad. Ours, shown as such.
SHARE_WATCH, SHARE_BAD = 0.01, 0.05
# A job that counts calls runs every minute.
_SILENT = timedelta(minutes=5)
_BACKUP_OLD = timedelta(days=2)
_DRILL_OLD = timedelta(days=92)
_OLD_POLICY = 10.0


@dataclass(frozen=True, slots=True)
class Tile:
    """One thing: its name, what it is now, more in a line, its level, and the page behind it."""

    term: str
    value: str
    hint: str
    kind: str = GOOD
    url: str = ""


def tiles_of(now: Operations, sealing_alarm: float) -> list[Tile]:
    """Return the tiles in the order in which they are read: calls, faults, alerts, safety, queues, machine."""
    return [
        *_of_calls(now),
        _of_alerts(now),
        _of_outages(now),
        _of_incidents(now),
        _of_sealing(now, sealing_alarm),
        _of_backup(now),
        *_of_queues(now),
        _of_policy(now),
        *_of_machine(now),
        _of_help(now),
        _of_week(now),
    ]


def _of_calls(now: Operations) -> list[Tile]:
    calls, page = now.calls, reverse("calls")
    spoken = _("trong phút qua; %(n)s trong giờ qua") % {"n": _n(calls.hour)}
    if calls.late is not None:
        first, last = (f"{moment.astimezone(clock.VIETNAM):%H:%M}" for moment in calls.late)
        spoken += _("; thiếu số liệu từ %(first)s đến %(last)s vì tiến trình nền chậm") % {
            "first": first,
            "last": last,
        }
    sides = (("consumer", _("Lỗi bên gọi")), ("platform", _("Lỗi nền tảng")), ("provider", _("Lỗi bên cung cấp")))
    found = [
        Tile(
            _("Lượt gọi"),
            _n(calls.minute),
            spoken,
            QUIET if calls.late is None else WATCH,
            page,
        )
    ]
    for side, term in sides:
        count = calls.failed[side]
        kind = GOOD if side == "consumer" else _level(count, calls.hour)
        hint = _("trong giờ qua (%(share)s); %(n)s trong phút qua") % {
            "share": f"{number_format(100 * count / calls.hour if calls.hour else 0, decimal_pos=1)}%",
            "n": _n(calls.failed_minute[side]),
        }
        found.append(Tile(term, _n(count), hint, kind, page))
    return found


def _level(count: int, total: int) -> str:
    share = count / total if total else 0
    return BAD if share >= SHARE_BAD else WATCH if share >= SHARE_WATCH else GOOD


def _of_alerts(now: Operations) -> Tile:
    total = sum(now.by_severity.values())
    serious = now.by_severity[Severity.HIGH] + now.by_severity[Severity.CRITICAL]
    kind = BAD if serious else WATCH if total else GOOD
    return Tile(_("Cảnh báo đang mở"), _n(total), _("%(n)s nghiêm trọng trở lên") % {"n": _n(serious)}, kind)


def _of_outages(now: Operations) -> Tile:
    hint = _("địa chỉ hệ thống nguồn không trả lời")
    kind = BAD if now.outage_count else GOOD
    page = reverse("admin:incidents_outage_changelist")
    return Tile(_("Mất kết nối"), _n(now.outage_count), hint, kind, page)


def _of_incidents(now: Operations) -> Tile:
    page = reverse("admin:incidents_incident_changelist")
    grave = sum(incident.severity <= REVIEWED for incident in now.incidents)
    kind = BAD if grave else WATCH if now.incident_count else GOOD
    return Tile(_("Sự cố đang mở"), _n(now.incident_count), _("%(n)s mức 1, 2") % {"n": _n(grave)}, kind, page)


def _of_sealing(now: Operations, alarm: float) -> Tile:
    words = {
        "sound": (_("Toàn vẹn"), GOOD),
        "unverified": (_("Chưa kiểm tra"), WATCH),
        "late": (_("Đang chậm"), WATCH),
        "unsealed": (_("Không niêm phong"), BAD),
        "broken": (_("Không toàn vẹn"), BAD),
    }
    value, kind = words[now.safety.sealing.state]
    lag = now.safety.sealing.lag
    values = {"lag": number_format(lag, decimal_pos=1) if lag is not None else "–", "alarm": number_format(alarm, 0)}
    hint = _("chậm %(lag)s giây; báo động từ %(alarm)s giây") % values
    return Tile(_("Niêm phong nhật ký"), value, hint, kind, reverse("admin:audit_verification_changelist"))


def _of_backup(now: Operations) -> Tile:
    safety, page = now.safety, reverse("admin:audit_recovery_changelist")
    if safety.restore_waiting:
        return Tile(_("Sao lưu, diễn tập"), _("Chờ chấp nhận"), _("cơ sở dữ liệu vừa khôi phục"), BAD, page)
    drill = _("chưa diễn tập khôi phục")
    if safety.drill is not None:
        result = _("đạt") if safety.drill.sound else _("không đạt")
        drill = _("diễn tập %(day)s: %(result)s") % {"day": _day(safety.drill.at), "result": result}
    if safety.backup_at is None:
        if not safety.backups_seen:
            hint = _("cổng không đọc được thư mục sao lưu đã khai báo; %(drill)s") % {"drill": drill}
            return Tile(_("Sao lưu, diễn tập"), _("Xem tại máy chủ"), hint, WATCH, page)
        hint = _("thư mục sao lưu đã khai báo không có bản nào; %(drill)s") % {"drill": drill}
        return Tile(_("Sao lưu, diễn tập"), _("Chưa sao lưu"), hint, BAD, page)
    old = clock.now() - safety.backup_at > _BACKUP_OLD
    drilled = safety.drill is not None and safety.drill.sound and clock.now() - safety.drill.at < _DRILL_OLD
    kind = BAD if old else GOOD if drilled else WATCH
    return Tile(_("Sao lưu, diễn tập"), _moment(safety.backup_at), drill, kind, page)


def _of_queues(now: Operations) -> list[Tile]:
    waiting = now.queues
    silent = waiting.worked_at is None or clock.now() - waiting.worked_at > _SILENT
    worked = _moment(waiting.worked_at) if waiting.worked_at else _("chưa chạy lần nào")
    value = _("Không đọc được") if waiting.jobs is None else _n(waiting.jobs)
    hint = _("%(taken)s đang làm; tiến trình nền chạy lần cuối %(at)s") % {
        "taken": "–" if waiting.taken is None else _n(waiting.taken),
        "at": worked,
    }
    jobs = Tile(_("Hàng đợi công việc"), value, hint, BAD if silent or waiting.jobs is None else GOOD)
    hint = _("%(refused)s thư bị từ chối; %(news)s tin cảnh báo chưa báo") % {
        "refused": _n(waiting.refused),
        "news": _n(waiting.news),
    }
    late = waiting.oldest is not None and clock.now() - waiting.oldest > timedelta(minutes=30)
    kind = BAD if late else WATCH if waiting.refused else GOOD
    return [jobs, Tile(_("Thư chờ gửi"), _n(waiting.letters), hint, kind)]


def _of_policy(now: Operations) -> Tile:
    term = _("Chính sách của bộ trung gian")
    if not now.workers:
        hint = _("không có tiến trình bộ trung gian nào trên máy này, hoặc chưa nhận lượt gọi nào")
        return Tile(term, _("Không chạy"), hint, QUIET)
    oldest = max(worker.snapshot_age for worker in now.workers)
    values = {"n": len(now.workers), "running": _n(sum(worker.running for worker in now.workers))}
    hint = _("cũ nhất trong %(n)s tiến trình; %(running)s lượt đang chạy; quá 30 giây thì dừng nhận") % values
    if all(worker.in_portal for worker in now.workers):
        hint = _("cùng tiến trình cổng; %(running)s lượt đang chạy; quá 30 giây thì dừng nhận") % values
    if oldest == inf:
        return Tile(term, _("Chưa đọc được"), hint, BAD)
    value = _("%(n)s giây") % {"n": number_format(oldest, decimal_pos=1)}
    return Tile(term, value, hint, BAD if oldest > _OLD_POLICY else GOOD)


def _of_machine(now: Operations) -> list[Tile]:
    """Return disk, processor and the oldest transaction; sealing has its tile."""
    levels = {"disk": (75.0, 90.0, "%"), "cpu": (75.0, 90.0, "%"), "snapshot": (60.0, 300.0, _(" giây"))}
    found = []
    for row in now.measures:
        if row.name not in levels or row.value is None:
            continue
        watch, bad, unit = levels[row.name]
        kind = BAD if row.value >= bad else WATCH if row.value >= watch else GOOD
        hint = _("%(host)s, lúc %(at)s") % {"host": row.host, "at": _moment(row.at)}
        value = f"{number_format(row.value, decimal_pos=1)}{unit}"
        found.append(Tile(str(row.get_name_display()).rpartition(" (")[0], value, hint, kind))
    return found


def _of_help(now: Operations) -> Tile:
    hint = _("%(n)s quá hạn nội bộ") % {"n": _n(now.help_late)}
    page = reverse("admin:incidents_helprequest_changelist") + "?cho=1"
    return Tile(_("Yêu cầu hỗ trợ chờ trả lời"), _n(now.help_waiting), hint, WATCH if now.help_late else GOOD, page)


def _of_week(now: Operations) -> Tile:
    page = reverse("admin:incidents_weeklycheck_changelist")
    value = _("Đã ghi") if now.weekly_done else _("Chưa ghi")
    return Tile(
        _("Kiểm tra tuần này"), value, _("cập nhật, bảo trì hằng tuần"), GOOD if now.weekly_done else WATCH, page
    )


def _n(number: int) -> str:
    return number_format(number, force_grouping=True)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"


def _day(at: datetime) -> str:
    return f"{at.astimezone(clock.VIETNAM):%d/%m/%Y}"
