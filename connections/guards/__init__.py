"""Named truths about a dossier that a step waits for; each explains itself to whoever asks why not yet.

A guard is given the dossier and reads what belongs to it; who acts is judged in ``connections.permissions``.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from catalog.choices import CALLABLE
from connections.choices import AttachmentKind, Kind, LineOutcome, Mark, Part, Probe, Result, Side
from core import clock
from core.choices import Environment
from core.transitions import Guard


def _guard(name: str, text: StrOrPromise, test: Callable[[Any], bool]) -> Guard:
    """Return the guard that says *text* while *test* does not hold."""
    return Guard(name, lambda request: "" if test(request) else str(text))


def _last_evaluation(request: Any) -> Any:
    """Return the evaluation under way or the last one."""
    return request.evaluations.order_by("-round").first()


def _criteria(text: StrOrPromise, result: str) -> Callable[[Any], str]:
    """Return the explanation that says *text* and names the criteria of the last round with *result*."""

    def explain(request: Any) -> str:
        evaluation = _last_evaluation(request)
        if evaluation is None:
            return str(_("Hồ sơ chưa được thẩm định."))
        found = evaluation.marks.filter(result=result).values_list("criterion__text", flat=True)
        named = "; ".join(found)
        return f"{text}: {named}." if named else ""

    return explain


def _national_judged(request: Any) -> bool:
    if not request.national_database:
        return True
    evaluation = _last_evaluation(request)
    if evaluation is None:
        return False
    national = evaluation.marks.filter(criterion__national_only=True)
    return national.exists() and not national.exclude(result=Mark.PASS).exists() and messages_conform(request)


def messages_conform(request: Any) -> bool:
    """Return whether the last conformance run passed and covered every sample that the dossier has now (QC9.8)."""
    run = request.runs.filter(probe=Probe.MESSAGES).order_by("-run_at", "-id").first()
    typed = request.samples.filter(removed_at__isnull=True).values_list("pk", flat=True)
    files = request.attachments.filter(kind=AttachmentKind.MESSAGE_SAMPLE, removed_at__isnull=True)
    samples = {f"typed:{pk}" for pk in typed} | {f"file:{pk}" for pk in files.values_list("pk", flat=True)}
    return run is not None and run.passed and bool(samples) and samples <= set(run.samples)


def missing_parts_of(request: Any) -> list[str]:
    """Return the parts that intake has not ticked as present, in order (QC10.1)."""
    present = set(request.part_checks.filter(present=True).values_list("part_id", flat=True))
    return [part.text for part in request.parts_asked() if part.pk not in present]


def _parts_unticked(request: Any) -> str:
    missing = missing_parts_of(request)
    text = _("Thành phần chưa được đánh dấu là có: %(parts)s. Thiếu thì trả lại để bổ sung.")
    return text % {"parts": "; ".join(missing)} if missing else ""


def _own_unit(request: Any) -> str:
    """Judge a dossier of SKHCN's own: who owns the system and who runs it are two units (decisions, 22)."""
    if not is_own(request) or request.system.owner_id != request.system.operating_unit_id:
        return ""
    text = _("Hệ thống do Sở quản lý: đơn vị chủ quản và đơn vị vận hành phải là hai đơn vị; nay đều là %(unit)s.")
    return text % {"unit": request.system.owner}


def is_own(request: Any) -> bool:
    """Return whether the system belongs to the body that runs the platform, so that it would judge itself."""
    return request.system is not None and request.system.owner.is_operator


def _second_missing(request: Any) -> str:
    if not is_own(request) or request.endorsed_by_id is not None:
        return ""
    return str(_("Hệ thống do Sở quản lý cần hai lãnh đạo: một người đồng ý trước, người khác phê duyệt."))


def _line_left(request: Any) -> bool:
    return request.lines.exclude(decision__outcome=LineOutcome.REFUSED).exists()


def _open_points(request: Any) -> Any:
    return request.points.filter(resolved_at__isnull=True)


def _trial(request: Any) -> Any:
    return request.trials.order_by("-round").first()


def _cases_pass(request: Any) -> bool:
    trial = _trial(request)
    if trial is None or not trial.cases.exists():
        return False
    return not trial.cases.exclude(result=Result.PASS).exists()


def _confirmed(request: Any) -> bool:
    trial = _trial(request)
    if trial is None:
        return False
    agreed = trial.confirmations.filter(agreed=True, voided_at__isnull=True)
    hashes = {row.content_hash for row in agreed}
    return {row.side for row in agreed} == set(Side.values) and hashes == {trial.content_hash}


def _missing_parts(request: Any) -> str:
    missing = [str(Part(key).label) for key in request.missing_parts()]
    text = _("Còn %(n)s phần chưa hoàn thành: %(parts)s")
    return str(text) % {"n": len(missing), "parts": ", ".join(missing)} if missing else ""


PARTS_COMPLETE = Guard("parts_complete", _missing_parts)
NOT_STATE_SECRET = _guard(
    "not_state_secret",
    _("Dữ liệu thuộc bí mật nhà nước không được gửi qua cổng này."),
    lambda request: request.state_secret is False,
)
COMMITTED = _guard(
    "committed", _("Cơ quan chưa xác nhận cam kết theo Điều 5 Quy chế."), lambda request: bool(request.committed)
)
POINTS_NAMED = _guard(
    "points_named",
    _("Nêu ít nhất một nội dung cần hoàn thiện."),
    lambda request: _open_points(request).exists(),
)
POINTS_ANSWERED = _guard(
    "points_answered",
    _("Còn nội dung chưa được trả lời; trả lời từng nội dung trước khi gửi."),
    lambda request: not _open_points(request).filter(answer="").exists(),
)
CRITERIA_JUDGED = Guard("criteria_judged", _criteria(_("Còn tiêu chí chưa được đánh giá"), ""))
CRITERIA_MET = Guard(
    "criteria_met",
    _criteria(_("Còn tiêu chí không đạt, yêu cầu cơ quan hoàn thiện trước khi trình"), Mark.FAIL),
)
NATIONAL_JUDGED = _guard(
    "national_judged",
    _(
        "Hồ sơ kết nối cơ sở dữ liệu quốc gia: tiêu chí cấu trúc thông điệp phải đạt, "
        "với lần chạy tuân thủ đạt trên mọi mẫu thông điệp."
    ),
    _national_judged,
)
PARTS_CHECKED = Guard("parts_checked", _parts_unticked)
LINE_LEFT = _guard(
    "line_left",
    _("Không dịch vụ nào được chấp thuận; yêu cầu cơ quan hoàn thiện thay vì trình phê duyệt."),
    _line_left,
)
OWN_SYSTEM = _guard("own_system", _("Bước này chỉ dành cho hệ thống do Sở quản lý."), is_own)
NOT_ENDORSED = _guard(
    "not_endorsed", _("Một lãnh đạo đã đồng ý; người khác phê duyệt."), lambda request: request.endorsed_by_id is None
)
TWO_UNITS = Guard("two_units", _own_unit)
SECOND_APPROVER = Guard("second_approver", _second_missing)
CASES_PASS = _guard("cases_pass", _("Còn ca kiểm thử chưa đạt hoặc chưa có kết quả."), _cases_pass)
CONFIRMED_BY_BOTH = _guard(
    "test_record_confirmed_by_both_sides",
    _("Chưa thể tiếp tục: biên bản kiểm thử chưa được cả hai bên xác nhận."),
    _confirmed,
)
CONTACTS_NAMED = _guard(
    "contacts_named",
    _("Kết nối cần cán bộ kỹ thuật của cơ quan và đầu mối trực của đơn vị vận hành trước khi vận hành chính thức."),
    lambda request: request.connection_contacts_named(),
)


def _unreachable(request: Any, environment: str) -> str:
    """Name the first service of the dossier that cannot be called as asked in *environment*."""
    offered: dict[int, set[str]] = {}
    reachable = request.lines.filter(
        service__versions__state__in=CALLABLE,
        service__versions__upstreams__environment=environment,
        service__versions__upstreams__active=True,
    )
    for line, code in reachable.values_list("pk", "service__versions__operations__code"):
        offered.setdefault(line, set()).add(code)
    for line in request.lines.granted():
        values = {"service": line.service.title, "environment": Environment(environment).label}
        if line.pk not in offered:
            text = _("Dịch vụ «%(service)s» chưa công bố với địa chỉ hệ thống nguồn ở môi trường %(environment)s.")
            return text % values
        if gone := sorted(set(line.granted_operations) - offered[line.pk]):
            text = _("Dịch vụ «%(service)s» không có thao tác %(operations)s ở môi trường %(environment)s.")
            return text % {**values, "operations": ", ".join(gone)}
    return ""


def _past_wish(request: Any) -> str:
    until = request.wanted_until
    if until is None or until >= clock.today():
        return ""
    return _("Ngày đề nghị khai thác đến (%(day)s) đã qua; cần hồ sơ gia hạn.") % {"day": f"{until:%d/%m/%Y}"}


def _record_kept(request: Any) -> bool:
    trial = _trial(request)
    return trial is not None and trial.record_unchanged()


SANDBOX_REACHABLE = Guard("sandbox_reachable", lambda request: _unreachable(request, Environment.SANDBOX))
LIVE_REACHABLE = Guard("live_reachable", lambda request: _unreachable(request, Environment.LIVE))
WANTED_DAY_AHEAD = Guard("wanted_day_ahead", _past_wish)
RECORD_UNCHANGED = _guard(
    "test_record_unchanged",
    _("Hồ sơ đã thay đổi sau khi lập biên bản kiểm thử; kiểm thử và xác nhận lại."),
    _record_kept,
)


def _followed(request: Any) -> str:
    """Judge a dossier that changes or renews: what it follows must still run, under the same system."""
    if request.kind not in (Kind.CHANGE, Kind.RENEWAL):
        return ""
    connection = getattr(request.system, "connection", None) if request.system_id else None
    if request.follows is None or request.follows.system_id != request.system_id:
        return str(_("Hồ sơ thay đổi, gia hạn phải dùng đúng hệ thống đang kết nối của hồ sơ trước."))
    if connection is None or connection.closed_at is not None or connection.live_at is None:
        return str(_("Kết nối của hồ sơ trước không còn vận hành; lập hồ sơ kết nối mới."))
    if newer := request.follows.followers.filter(live_at__isnull=False).exclude(pk=request.pk).first():
        return _("Hồ sơ %(new)s đã thay hồ sơ trước; lập lại từ hồ sơ đó.") % {"new": newer}
    return ""


def scope_of_lines(request: Any) -> dict[int, tuple[Any, ...]]:
    """Return what a dossier's lines grant, by service: operations, fields, quota."""
    return {
        line.service_id: (
            tuple(sorted(line.granted_operations)),
            tuple(sorted(line.granted_fields)),
            line.granted_quota,
        )
        for line in request.lines.granted()
    }


def _renewed_scope(request: Any) -> str:
    if request.kind != Kind.RENEWAL or request.follows is None:
        return ""
    same = scope_of_lines(request) == scope_of_lines(request.follows)
    if same and sorted(request.networks) == sorted(request.follows.networks):
        return ""
    return str(_("Hồ sơ gia hạn giữ nguyên dịch vụ, hạn mức và địa chỉ mạng; muốn khác, lập hồ sơ thay đổi phạm vi."))


FOLLOWED_RUNS = Guard("followed_runs", _followed)
RENEWED_SCOPE = Guard("renewed_scope", _renewed_scope)
NOT_REPLACED = Guard(
    "not_replaced",
    lambda request: (
        _("Hồ sơ %(new)s đã thay hồ sơ này; hủy kết nối từ hồ sơ đó.") % {"new": newer}
        if (newer := request.replaced_by)
        else ""
    ),
)
