"""What is told of a dossier, to whom, in which words: one table (ux.md §4.1).

Texts are filled with what :mod:`connections.services.telling` knows of the dossier (``number``, ``system``,
``agency``, ``code``) and what the deed hands on. They hold no secrets and nothing about private persons: reasons and
remarks, which people type, stand on the portal only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.choices import Topic


class Audience(StrEnum):
    """Whom a message is for; each is a rule of ``connections.selectors.readers``."""

    AGENCY = "agency"  # who filed and sent it, the representatives, the shared mailbox
    TECHNICIAN = "technician"  # the agency's technical contact
    SIGNERS = "signers"  # the agency's representatives and shared mailbox
    INTAKE = "intake"
    EVALUATOR = "evaluator"  # the dossier's own, or all evaluators while it has none
    ASSIGNED = "assigned"  # the dossier's own evaluator, nobody while it has none
    FOLLOWER = "follower"  # who follows it at SKHCN: its evaluator, else intake
    PROPOSERS = "proposers"  # heads of division
    APPROVERS = "approvers"  # leaders of the department
    OPERATORS = "operators"
    COUNTERSIGNERS = "countersigners"  # who confirms a test record for SKHCN


@dataclass(frozen=True, slots=True)
class Telling:
    """One message of an event."""

    to: tuple[Audience, ...]
    topic: Topic
    subject: StrOrPromise
    body: StrOrPromise


_A, _T = Audience, Topic
_COMPLETION = Telling(
    (_A.AGENCY,),
    _T.PROCEDURE,
    _("Cần hoàn thiện %(n)s nội dung – %(number)s, trước %(day)s"),
    _("Hồ sơ %(number)s cần hoàn thiện %(n)s nội dung. Hạn nội bộ: %(day)s. Từng nội dung và cách sửa ghi trên cổng."),
)
_CONFIRM = _("Chờ xác nhận biên bản kiểm thử %(number)s")

EVENTS: Mapping[str, tuple[Telling, ...]] = {
    "submit": (
        Telling(
            (_A.AGENCY,),
            _T.PROCEDURE,
            _("Đã nhận đề nghị kết nối %(system)s – %(number)s"),
            _("Hồ sơ %(number)s đã được gửi tới Sở Khoa học và Công nghệ. Mã tra cứu: %(code)s."),
        ),
        Telling(
            (_A.INTAKE,),
            _T.WORK,
            _("Hồ sơ mới chờ tiếp nhận – %(number)s"),
            _("%(agency)s gửi đề nghị kết nối %(system)s."),
        ),
    ),
    "receive": (
        Telling(
            (_A.AGENCY,),
            _T.PROCEDURE,
            _("Phiếu tiếp nhận %(number)s, hẹn trả %(day)s"),
            _("Hồ sơ %(number)s đã được tiếp nhận. Hạn nội bộ để thẩm định: %(day)s. Mã tra cứu: %(code)s."),
        ),
    ),
    "assign": (
        Telling(
            (_A.EVALUATOR,),
            _T.WORK,
            _("Hồ sơ %(number)s chờ thẩm định"),
            _("Hồ sơ của %(agency)s về %(system)s chờ bạn thẩm định theo bộ tiêu chí đang áp dụng."),
        ),
    ),
    "return_parts": (_COMPLETION,),
    "request_completion": (_COMPLETION,),
    "answer_completion": (
        Telling(
            (_A.AGENCY,),
            _T.PROGRESS,
            _("Đã nhận hồ sơ hoàn thiện %(number)s"),
            _("Hồ sơ hoàn thiện %(number)s đã tới Sở Khoa học và Công nghệ; thời hạn thẩm định tính tiếp."),
        ),
        Telling(
            (_A.EVALUATOR,),
            _T.WORK,
            _("Cơ quan đã hoàn thiện hồ sơ %(number)s"),
            _("%(agency)s đã trả lời mọi nội dung của hồ sơ %(number)s; đánh giá lại các tiêu chí chưa đạt."),
        ),
    ),
    "withdraw": (
        Telling(
            (_A.AGENCY,),
            _T.PROCEDURE,
            _("Hồ sơ %(number)s đã rút"),
            _("Hồ sơ %(number)s đã được rút theo đề nghị của cơ quan. Lý do ghi trên cổng."),
        ),
        Telling(
            (_A.INTAKE, _A.ASSIGNED),
            _T.PROGRESS,
            _("Cơ quan rút hồ sơ %(number)s"),
            _("%(agency)s đã rút hồ sơ %(number)s; không còn việc phải làm với hồ sơ này."),
        ),
    ),
    "close": (
        Telling(
            (_A.AGENCY,),
            _T.PROCEDURE,
            _("Dừng giải quyết hồ sơ %(number)s"),
            _("Hồ sơ %(number)s dừng giải quyết. Lý do ghi trên cổng."),
        ),
    ),
    "apologise": (
        Telling(
            (_A.AGENCY,),
            _T.PROCEDURE,
            _("Xin lỗi và hẹn lại ngày trả kết quả %(number)s: %(day)s"),
            _("Hồ sơ %(number)s chưa giải quyết xong đúng hạn, hẹn lại ngày %(day)s. Lý do ghi trên phiếu ở cổng."),
        ),
    ),
    "propose": (
        Telling(
            (_A.APPROVERS,),
            _T.WORK,
            _("Hồ sơ %(number)s chờ phê duyệt"),
            _("Hồ sơ của %(agency)s về %(system)s đã thẩm định đạt và được trình phê duyệt."),
        ),
    ),
    "endorse": (
        Telling(
            (_A.APPROVERS,),
            _T.WORK,
            _("Hồ sơ %(number)s chờ lãnh đạo thứ hai phê duyệt"),
            _("Một lãnh đạo đã đồng ý hồ sơ %(number)s về hệ thống do Sở quản lý; cần lãnh đạo khác phê duyệt."),
        ),
    ),
    "send_back": (
        Telling(
            (_A.EVALUATOR,),
            _T.WORK,
            _("Hồ sơ %(number)s được trả lại thẩm định"),
            _("Lãnh đạo trả lại hồ sơ %(number)s để xem lại. Lý do ghi trên cổng."),
        ),
    ),
    "approve": (
        Telling(
            (_A.AGENCY,),
            _T.PROCEDURE,
            _("Thông báo chấp thuận kết nối %(number)s"),
            _(
                "Hồ sơ %(number)s được chấp thuận về kỹ thuật. %(lines)s"
                "Bước tiếp theo: thiết lập môi trường và kiểm thử."
            ),
        ),
        Telling(
            (_A.OPERATORS,),
            _T.WORK,
            _("Hồ sơ %(number)s chờ thiết lập môi trường"),
            _("Hồ sơ của %(agency)s về %(system)s đã được chấp thuận; thiết lập môi trường thử nghiệm."),
        ),
    ),
    "set_up": (
        Telling(
            (_A.AGENCY, _A.TECHNICIAN),
            _T.PROGRESS,
            _("Môi trường thử nghiệm đã sẵn sàng – %(number)s"),
            _(
                "Môi trường thử nghiệm của hồ sơ %(number)s đã được thiết lập, gồm các quyền khai thác %(grants)s. "
                "Cán bộ kỹ thuật đăng nhập cổng, tạo khóa thử nghiệm và gọi thử theo kế hoạch kiểm thử."
            ),
        ),
    ),
    "finish_tests": (
        Telling(
            (_A.SIGNERS,),
            _T.CONFIRMATION,
            _CONFIRM,
            _("Biên bản kiểm thử của hồ sơ %(number)s đã lập. Đại diện cơ quan đăng nhập cổng để xem và xác nhận."),
        ),
        Telling(
            (_A.COUNTERSIGNERS,),
            _T.CONFIRMATION,
            _CONFIRM,
            _("Biên bản kiểm thử của hồ sơ %(number)s đã lập, chờ xác nhận của cơ quan quản lý, vận hành LGSP."),
        ),
    ),
    "operator_confirmed": (
        Telling(
            (_A.SIGNERS,),
            _T.CONFIRMATION,
            _CONFIRM,
            _("Biên bản kiểm thử của hồ sơ %(number)s chờ đại diện cơ quan xem và xác nhận trên cổng."),
        ),
    ),
    "agency_confirmed": (
        Telling(
            (_A.COUNTERSIGNERS,),
            _T.CONFIRMATION,
            _CONFIRM,
            _("%(agency)s đã xác nhận biên bản kiểm thử của hồ sơ %(number)s; còn chờ bên vận hành LGSP."),
        ),
    ),
    "confirm": (
        Telling(
            (_A.AGENCY,),
            _T.PROCEDURE,
            _("Đủ điều kiện vận hành – %(number)s"),
            _("Hai bên đã xác nhận biên bản kiểm thử của hồ sơ %(number)s. Biên bản và mã băm xem trên cổng."),
        ),
        Telling(
            (_A.OPERATORS,),
            _T.WORK,
            _("Hồ sơ %(number)s chờ đưa vào vận hành"),
            _("Hai bên đã xác nhận biên bản kiểm thử của %(system)s; kết nối đủ điều kiện vận hành chính thức."),
        ),
    ),
    "reopen_tests": (
        Telling(
            (_A.AGENCY, _A.TECHNICIAN),
            _T.PROCEDURE,
            _("Kiểm thử lại – %(number)s"),
            _("Biên bản kiểm thử của hồ sơ %(number)s không còn hiệu lực; cần kiểm thử và xác nhận lại."),
        ),
        Telling(
            (_A.OPERATORS,),
            _T.WORK,
            _("Kiểm thử lại hồ sơ %(number)s"),
            _("Biên bản kiểm thử của hồ sơ %(number)s không còn hiệu lực; một đợt kiểm thử mới đã mở."),
        ),
    ),
    "go_live": (
        Telling(
            (_A.AGENCY, _A.TECHNICIAN),
            _T.PROCEDURE,
            _("Thông báo vận hành chính thức %(number)s"),
            _(
                "Kết nối của hồ sơ %(number)s vận hành chính thức từ %(when)s với các quyền khai thác %(grants)s. "
                "Cán bộ kỹ thuật tạo khóa chính thức trên cổng."
            ),
        ),
    ),
    "draft_ending": (
        Telling(
            (_A.AGENCY,),
            _T.PROGRESS,
            _("Bản nháp đề nghị kết nối sẽ được cất đi ngày %(day)s"),
            _(
                "Bản nháp %(draft)s của cơ quan lâu chưa có ai sửa. Nếu còn cần, mở và lưu bản nháp trước ngày "
                "%(day)s; sau ngày đó bản nháp được cất đi, nội dung vẫn đọc được."
            ),
        ),
    ),
    "message_operator": (
        Telling(
            (_A.AGENCY,),
            _T.PROGRESS,
            _("Trao đổi mới về hồ sơ %(number)s"),
            _("%(writer)s vừa viết trao đổi về hồ sơ %(number)s. Xem và trả lời trên cổng."),
        ),
    ),
    "message_agency": (
        Telling(
            (_A.FOLLOWER,),
            _T.PROGRESS,
            _("Trao đổi mới về hồ sơ %(number)s"),
            _("%(writer)s vừa viết trao đổi về hồ sơ %(number)s. Xem và trả lời trên cổng."),
        ),
    ),
    "terminate": (
        Telling(
            (_A.AGENCY, _A.TECHNICIAN),
            _T.PROCEDURE,
            _("Thông báo hủy kết nối %(number)s"),
            _("Kết nối của hồ sơ %(number)s đã hủy; quyền khai thác và khóa hết hiệu lực. Lý do ghi trên cổng."),
        ),
    ),
    "ending_asked": (
        Telling(
            (_A.OPERATORS,),
            _T.WORK,
            _("Đề nghị hủy kết nối %(system)s – %(number)s"),
            _("%(agency)s đề nghị hủy kết nối của hệ thống %(system)s. Lý do và hai cách trả lời ghi trên cổng."),
        ),
    ),
    "ending_withdrawn": (
        Telling(
            (_A.OPERATORS,),
            _T.WORK,
            _("Đã rút đề nghị hủy kết nối %(system)s – %(number)s"),
            _("%(agency)s rút đề nghị hủy kết nối của hệ thống %(system)s; kết nối giữ nguyên."),
        ),
    ),
    "ending_declined": (
        Telling(
            (_A.AGENCY, _A.TECHNICIAN),
            _T.PROCEDURE,
            _("Không chấp nhận đề nghị hủy kết nối %(system)s"),
            _("Sở Khoa học và Công nghệ không chấp nhận đề nghị hủy kết nối %(system)s. Lý do ghi trên cổng."),
        ),
    ),
}
