"""What happened to a dossier, as people read it (ux.md §1.1: milestones first, detail on demand)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from audit.models import Fact
from connections.models import ConnectionRequest
from core.actor import Actor

SUBJECT = ConnectionRequest._meta.label_lower
# Deed -> (what people read, whether it is a milestone).
DEEDS: Mapping[str, tuple[StrOrPromise, bool]] = {
    "request.begun": (_("Lập bản nháp"), True),
    "request.part_saved": (_("Sửa hồ sơ"), False),
    "request.file_added": (_("Đính kèm tệp"), False),
    "request.file_removed": (_("Bỏ tệp đính kèm"), False),
    "request.discarded": (_("Xóa bản nháp"), True),
    "request.submit": (_("Gửi đề nghị"), True),
    "request.withdraw": (_("Rút hồ sơ"), True),
    "request.receive": (_("Tiếp nhận"), True),
    "request.return_parts": (_("Trả lại để bổ sung"), True),
    "request.assigned": (_("Phân công thẩm định"), False),
    "request.marked": (_("Đánh giá tiêu chí"), False),
    "request.parts_checked": (_("Kiểm tra thành phần hồ sơ"), False),
    "request.lines_decided": (_("Ghi quyết định từng dịch vụ"), False),
    "request.probed": (_("Kiểm tra tự động"), False),
    "request.sample_added": (_("Thêm mẫu thông điệp"), False),
    "request.sample_removed": (_("Bỏ mẫu thông điệp"), False),
    "request.taken_up": (_("Nhận xử lý"), False),
    "request.put_down": (_("Thôi xử lý"), False),
    "request.noted": (_("Ghi chú nội bộ"), False),
    "request.endorse": (_("Lãnh đạo thứ nhất đồng ý"), True),
    "request.request_completion": (_("Yêu cầu hoàn thiện"), True),
    "request.point_answered": (_("Trả lời một nội dung"), False),
    "request.answer_completion": (_("Gửi hoàn thiện"), True),
    "request.close": (_("Dừng giải quyết"), True),
    "request.propose": (_("Trình phê duyệt"), True),
    "request.send_back": (_("Trả lại thẩm định"), True),
    "request.approve": (_("Chấp thuận kỹ thuật"), True),
    "request.set_up": (_("Thiết lập môi trường"), True),
    "request.message_written": (_("Viết trao đổi"), False),
    "request.tests_measured": (_("Lấy kết quả kiểm thử"), False),
    "request.case_judged": (_("Nhập kết quả ca kiểm thử"), False),
    "request.finish_tests": (_("Lập biên bản kiểm thử"), True),
    "request.side_confirmed": (_("Một bên xác nhận biên bản"), True),
    "request.side_disagreed": (_("Một bên không nhất trí"), True),
    "request.record_voided": (_("Biên bản mất hiệu lực do hồ sơ thay đổi"), True),
    "request.scope_adjusted": (_("Điều chỉnh thông số kết nối"), True),
    "request.start_over": (_("Bắt đầu lại đợt kiểm thử"), False),
    "request.confirm": (_("Hai bên đã xác nhận"), True),
    "request.reopen_tests": (_("Mở lại kiểm thử"), True),
    "request.go_live": (_("Đưa vào vận hành chính thức"), True),
    "request.terminate": (_("Hủy kết nối"), True),
    "request.handed_over": (_("Chuyển sang cơ quan kế thừa"), True),
}
NAMES: Mapping[str, StrOrPromise] = {deed: name for deed, (name, _milestone) in DEEDS.items()}
# What only SKHCN reads: how its own people divide the work.
MOST = 500
INTERNAL = frozenset(
    {
        "request.assigned",
        "request.marked",
        "request.parts_checked",
        "request.lines_decided",
        "request.probed",
        "request.sample_added",
        "request.sample_removed",
        "request.taken_up",
        "request.put_down",
        "request.noted",
        "request.endorse",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; ``who`` names a person to their own side only, the body to the other."""

    when: datetime
    what: StrOrPromise
    who: str
    detail: str
    milestone: bool
    clause: str


def timeline_of(request: ConnectionRequest, actor: Actor, *, everything: bool = False) -> list[Entry]:
    """Return the history of a dossier the actor may see, newest first; *everything* adds what is no milestone."""
    staff = actor.may("request.view_all")
    facts = Fact.objects.filter(subject_type=SUBJECT, subject_id=str(request.pk)).order_by("-id")
    found = []
    for fact in facts.filter(deed__in=DEEDS)[:MOST]:
        what, milestone = DEEDS[fact.deed]
        if (milestone or everything) and (staff or fact.deed not in INTERNAL):
            found.append(Entry(fact.at, what, _who(fact, actor), _detail(fact), milestone, fact.clause))
    return found


def _who(fact: Fact, actor: Actor) -> str:
    own = fact.agency_id == actor.agency_id or actor.may("request.view_all")
    parts: list[Any] = [fact.actor_name if own else "", fact.agency_name]
    return ", ".join(filter(None, parts))


def _detail(fact: Fact) -> str:
    return fact.reason if fact.deed != "request.part_saved" else ""
