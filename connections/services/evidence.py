"""What an evaluation looks up by machine: address, certificate, OpenAPI description, message conformance (QC9).

A host is asked outside of any transaction; what came out is written in one of its own, judged again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.models import MessageProfile
from connections.choices import Probe
from connections.models import ConnectionRequest, EvidenceRun
from connections.services.evaluation import judge_evaluator, require_evaluator
from connections.services.moves import lock
from core import clock
from core.actor import Actor
from core.addresses import AddressRefused
from core.http import Certificate, Unreachable, address_rules, ask, show_certificate
from core.inspector import MOST_BYTES, Inspection, explain, inspect_description
from core.problems import InvalidInput
from core.text import nfc, tidy

SECONDS = 5.0
SOON_DAYS = 30
MOST_LINES = 60


@dataclass(slots=True)
class Outcome:
    """What came out of one look: lines for people, each good or bad."""

    target: str
    summary: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)
    profile: MessageProfile | None = None
    samples: list[str] = field(default_factory=list)

    def say(self, text: str, *, ok: bool, pointer: str = "") -> None:
        """Add a line."""
        if len(self.lines) < MOST_LINES:
            self.lines.append({"ok": ok, "text": text, "pointer": pointer})

    @property
    def passed(self) -> bool:
        """Return whether every line is good."""
        return bool(self.lines) and all(line["ok"] for line in self.lines)


def run_probe(
    *, actor: Actor, request: ConnectionRequest, probe: str, target: str = "", text: str = ""
) -> EvidenceRun:
    """Look something up and keep it as evidence; *target* is an address, *text* a description that was pasted.

    Raises PermissionRefused or StateRefused for anybody but the evaluator, InvalidInput (field ``target``) for an
    address the platform does not call; an address that does not answer is evidence too, of a failure.
    """
    judge_evaluator(actor, request)
    looker = LOOKERS.get(probe)
    if looker is None:
        raise InvalidInput({"probe": [_("Chọn một kiểm tra trong danh sách")]})
    return keep_run(actor=actor, request=request, probe=probe, outcome=looker(tidy(target), nfc(text)))


@transaction.atomic
def keep_run(*, actor: Actor, request: ConnectionRequest, probe: str, outcome: Outcome) -> EvidenceRun:
    """Write what came out; judged again, because the dossier may have moved on while a host was asked."""
    stored = lock(request)
    require_evaluator(actor, stored)
    return _write(actor, stored, probe, outcome, actor.user_id)


@transaction.atomic
def write_messages_run(
    *, actor: Actor, request: ConnectionRequest, outcome: Outcome, run_by_id: int | None
) -> EvidenceRun:
    """Keep a run of samples that no evaluation asked for, whatever the state of the dossier; *run_by_id* None: us."""
    return _write(actor, lock(request), Probe.MESSAGES, outcome, run_by_id)


def _write(
    actor: Actor, request: ConnectionRequest, probe: str, outcome: Outcome, run_by_id: int | None
) -> EvidenceRun:
    made = EvidenceRun.objects.create(
        request=request,
        probe=probe,
        target=outcome.target[:300],
        profile=outcome.profile,
        samples=outcome.samples,
        passed=outcome.passed,
        summary=outcome.summary[:500],
        details=outcome.lines,
        run_by_id=run_by_id,
        run_at=clock.now(),
    )
    record_fact(
        actor=actor,
        deed="request.probed",
        subject=request,
        after={"probe": probe, "target": made.target, "passed": made.passed, "summary": made.summary},
        clause="QC9.8" if probe == Probe.MESSAGES else "QC9.3",
    )
    return made


def _callable(target: str) -> str:
    """Return *target* when the platform may call it. Raises InvalidInput."""
    if not target:
        raise InvalidInput({"target": [_("Nhập địa chỉ của hệ thống, ví dụ https://api.coquan.gov.vn")]})
    try:
        address_rules().check_url(target)
    except AddressRefused as refusal:
        raise InvalidInput({"target": [str(refusal.reason)]}) from refusal
    return target


def _unreachable(reason: str) -> str:
    return {
        "refused-address": _("địa chỉ nằm trong dải mạng mà nền tảng không gọi"),
        "no-such-host": _("tên máy chủ không phân giải được"),
        "no-connection": _("không kết nối được"),
        "timeout": _("không trả lời trong %(n)d giây") % {"n": SECONDS},
    }.get(reason, _("trả lời không đọc được"))


def _look_at_address(target: str, _text: str) -> Outcome:
    found = Outcome(_callable(target))
    try:
        answer = ask(target, "", timeout=SECONDS)
    except Unreachable as failure:
        found.summary = _("Không truy cập được: %(why)s") % {"why": _unreachable(failure.reason)}
        found.say(found.summary, ok=False)
        return found
    found.summary = _("Trả lời mã %(status)d sau %(ms)d ms") % {"status": answer.status, "ms": answer.elapsed_ms}
    found.say(found.summary, ok=answer.status < 500)
    return found


def _look_at_certificate(target: str, _text: str) -> Outcome:
    found = Outcome(_callable(target))
    if not target.startswith("https://"):
        found.summary = _("Địa chỉ không dùng https: dữ liệu đi không mã hóa")
        found.say(found.summary, ok=False)
        return found
    try:
        shown = show_certificate(target, timeout=SECONDS)
    except Unreachable as failure:
        found.summary = _("Không lấy được chứng thư: %(why)s") % {"why": _unreachable(failure.reason)}
        found.say(found.summary, ok=False)
        return found
    _judge_certificate(found, shown)
    return found


def _judge_certificate(found: Outcome, shown: Certificate) -> None:
    faults = {
        "": _("Chuỗi chứng thư được tin cậy, tên khớp với địa chỉ"),
        "expired": _("Chứng thư đã hết hạn"),
        "not-yet-valid": _("Chứng thư chưa đến ngày hiệu lực"),
        "self-signed": _("Chứng thư tự ký, không có tổ chức cấp tin cậy"),
        "unknown-issuer": _("Tổ chức cấp chứng thư không được tin cậy, hoặc thiếu chứng thư trung gian"),
        "wrong-name": _("Tên trong chứng thư không khớp với địa chỉ: %(names)s")
        % {"names": ", ".join(shown.names[:10]) or shown.subject},
    }
    left = (shown.not_after - clock.now()).days
    until = {"day": f"{shown.not_after.astimezone(clock.VIETNAM):%d/%m/%Y}", "n": max(left, 0)}
    found.say(faults.get(shown.fault, _("Chứng thư không được tin cậy")), ok=not shown.fault)
    if shown.fault != "expired":
        found.say(_("Hiệu lực đến hết ngày %(day)s, còn %(n)d ngày") % until, ok=left >= SOON_DAYS)
    found.say(_("Giao thức %(name)s") % {"name": shown.protocol}, ok=shown.protocol in ("TLSv1.2", "TLSv1.3"))
    found.say(_("Cấp cho %(subject)s, bởi %(issuer)s") % {"subject": shown.subject, "issuer": shown.issuer}, ok=True)
    found.summary = "; ".join(line["text"] for line in found.lines[:2])


def _look_at_description(target: str, text: str) -> Outcome:
    if text.strip():
        return _judge_description(Outcome(_("Mô tả dán vào")), text)
    found = Outcome(_callable(target))
    try:
        answer = ask(target, "", timeout=SECONDS, max_bytes=MOST_BYTES)
        content = answer.content.decode("utf-8-sig")
    except (Unreachable, UnicodeDecodeError) as failure:
        why = _unreachable(failure.reason) if isinstance(failure, Unreachable) else _("không phải văn bản UTF-8")
        found.summary = _("Không đọc được mô tả: %(why)s") % {"why": why}
        found.say(found.summary, ok=False)
        return found
    if answer.status != 200:
        found.summary = _("Không đọc được mô tả: trả lời mã %(status)d") % {"status": answer.status}
        found.say(found.summary, ok=False)
        return found
    return _judge_description(found, content)


def _judge_description(found: Outcome, text: str) -> Outcome:
    seen: Inspection = inspect_description(text)
    for item in seen.findings:
        found.say(explain(item), ok=False, pointer=item["pointer"])
    if not seen.findings:
        found.say(_("Mô tả đúng đặc tả OpenAPI, mỗi thao tác có tên riêng và cách xác thực"), ok=True)
    told = {"version": "", "title": "", "operations": 0, **seen.said, "n": len(seen.findings)}
    found.summary = (
        _("Còn %(n)d điểm cần sửa trong mô tả OpenAPI") % told
        if seen.findings
        else _("OpenAPI %(version)s «%(title)s», %(operations)d thao tác, không có lỗi") % told
    )
    return found


LOOKERS: Mapping[str, Callable[[str, str], Outcome]] = {
    Probe.ADDRESS: _look_at_address,
    Probe.CERTIFICATE: _look_at_certificate,
    Probe.DESCRIPTION: _look_at_description,
}
