"""The role matrix: one table that says who may do what. Pure data, no Django models.

A role is held in one agency for a time (``Membership``). Permissions are names ``noun.verb``; services and pages ask
for a permission, never for a role.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

Side = Literal["agency", "operator", "leadership", "inspection"]

_EVERYONE = frozenset({"register.view", "calendar.view", "self.manage", "training.view"})
_AGENCY = _EVERYONE | {"people.view_own", "help.ask", "training.register", "feedback.file"}
_OPERATOR = _EVERYONE | {
    "admin.enter",
    "register.view_all",
    "people.view_own",
    "people.view_all",
    "request.view_all",
    "system.view_all",
    "service.view_all",
    "alert.view_all",
    "incident.view_all",
    "feedback.view_all",
}
_REPORTER = {"incident.report", "incident.view_own"}


@dataclass(frozen=True, slots=True)
class Role:
    """One row: who it is for, whether a second step at sign-in is required, whether it must have an end date."""

    code: str
    label: StrOrPromise
    side: Side
    permissions: frozenset[str]
    summary: StrOrPromise
    second_step: bool = False
    approver: bool = False
    max_days: int | None = None
    may_be_contractor: bool = False


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            "agency_officer",
            _("Cán bộ cơ quan"),
            "agency",
            _AGENCY
            | _REPORTER
            | {
                "violation.view_own",
                "request.draft",
                "request.view_own",
                "message.write",
                "paper.register_own",
                "system.view_own",
                "system.edit_own",
                "alert.view_own",
                "alert.handle_own",
                "use.declare_own",
                "statement.draft",
            },
            _("Lập, sửa, bổ sung hồ sơ kết nối; báo sự cố."),
        ),
        Role(
            "agency_representative",
            _("Đại diện cơ quan"),
            "agency",
            _AGENCY
            | _REPORTER
            | {
                "violation.view_own",
                "violation.answer",
                "request.view_own",
                "request.send",
                "message.write",
                "record.confirm",
                "connection.declare",
                "statement.send",
                "system.view_own",
                "facts.view_own",
                "alert.view_own",
            },
            _("Gửi chính thức, xác nhận biên bản, đề nghị hủy kết nối."),
            approver=True,
        ),
        Role(
            "technician",
            _("Cán bộ kỹ thuật"),
            "agency",
            _EVERYONE
            | _REPORTER
            | {
                "key.manage_own",
                "help.ask",
                "training.register",
                "feedback.file",
                "call.try_live",
                "calllog.view_own",
                "request.view_own",
                "message.write",
                "system.view_own",
                "system.draft_trial",
                "alert.view_own",
                "alert.handle_own",
                "webhook.manage_own",
            },
            _("Quản lý khóa, thử nghiệm, xem nhật ký của hệ thống được giao."),
            may_be_contractor=True,
        ),
        Role(
            "provider_officer",
            _("Cán bộ cung cấp dữ liệu"),
            "agency",
            _AGENCY | _REPORTER | {"service.edit_own", "grant.advise", "alert.view_own", "alert.handle_own"},
            _("Cập nhật danh mục dịch vụ dữ liệu, cho ý kiến về đề nghị khai thác."),
        ),
        Role(
            "agency_admin",
            _("Quản trị cơ quan"),
            "agency",
            _AGENCY | {"people.manage_own", "facts.view_own", "incident.view_own"},
            _("Mời và cho thôi người dùng của cơ quan mình."),
        ),
        Role(
            "intake_officer",
            _("Cán bộ tiếp nhận"),
            "operator",
            _OPERATOR | {"help.answer", "request.intake", "message.write", "paper.register"},
            _("Tiếp nhận hồ sơ, kiểm tra thành phần; vào số văn bản, lưu bản đã ký."),
            second_step=True,
        ),
        Role(
            "evaluator",
            _("Cán bộ thẩm định"),
            "operator",
            _OPERATOR | {"help.answer", "request.evaluate", "connection.inspect", "message.write"},
            _("Đánh giá hồ sơ theo tiêu chí; kiểm tra định kỳ kết nối."),
            second_step=True,
        ),
        Role(
            "division_head",
            _("Trưởng phòng"),
            "operator",
            _OPERATOR
            | {"request.propose", "message.write", "checklist.manage", "role.propose", "role.decide", "facts.view"}
            | {"alert.escalated", "help.answer", "help.publish", "violation.view_all", "violation.decide"}
            | {"funding.view", "funding.close"},
            _("Trình duyệt hồ sơ, đề nghị và duyệt thay đổi vai trò của Sở."),
            second_step=True,
            approver=True,
        ),
        Role(
            "department_leader",
            _("Lãnh đạo Sở"),
            "operator",
            _OPERATOR
            | {"request.approve", "role.decide", "facts.view", "report.view", "report.publish"}
            | {"violation.view_all", "violation.decide", "funding.view", "funding.close", "review.approve"},
            _("Chấp thuận hồ sơ, duyệt thay đổi vai trò của Sở."),
            second_step=True,
            approver=True,
        ),
        Role(
            "operator",
            _("Cán bộ vận hành"),
            "operator",
            _OPERATOR
            | {
                "register.manage",
                "calendar.manage",
                "system.manage",
                "service.manage",
                "environment.manage",
                "paper.manage",
                "record.confirm_operator",
                "help.answer",
                "help.publish",
                "message.write",
                "calllog.view_all",
                "retention.manage",
                "people.invite_first",
                "role.propose",
                "alert.handle",
                "alert.manage",
                "incident.manage",
                "violation.view_all",
                "violation.open",
                "training.manage",
                "feedback.answer",
            },
            _("Quản lý danh bạ cơ quan, lịch làm việc, danh mục dịch vụ, môi trường kết nối; xác nhận kiểm thử."),
            second_step=True,
        ),
        Role(
            "security_officer",
            _("Cán bộ an toàn thông tin"),
            "operator",
            _OPERATOR
            | {"facts.view", "history.view", "calllog.view_all", "people.stop_any", "connection.inspect"}
            | {"alert.handle", "help.answer", "incident.manage", "violation.view_all", "violation.open"},
            _("Kiểm tra định kỳ kết nối; theo dõi nhật ký; xử lý sự cố, vi phạm; cho thôi quyền truy cập khẩn cấp."),
            second_step=True,
        ),
        Role(
            "report_officer",
            _("Cán bộ báo cáo"),
            "operator",
            _OPERATOR
            | {"report.draft", "report.view", "campaign.manage", "funding.view", "funding.manage", "training.manage"}
            | {"feedback.answer", "review.draft"},
            _(
                "Lập báo cáo định kỳ, báo cáo rà soát; thu báo cáo khai thác; theo dõi kinh phí, tập huấn, vướng mắc "
                "của cơ quan."
            ),
            second_step=True,
        ),
        Role(
            "province_leader",
            _("Lãnh đạo Ủy ban nhân dân tỉnh"),
            "leadership",
            _EVERYONE | {"report.view", "funding.view"},
            _("Xem số liệu tổng hợp, tải báo cáo."),
        ),
        Role(
            "inspector",
            _("Cán bộ kiểm tra"),
            "inspection",
            _OPERATOR
            | {"facts.view", "history.view", "calllog.view_all", "report.view", "violation.view_all", "funding.view"},
            _("Xem toàn bộ trong thời gian kiểm tra, không sửa."),
            second_step=True,
            max_days=90,
        ),
    )
}
# Roles of people outside the operator which two people of the operator give and end.
OUTSIDE: tuple[str, ...] = tuple(role.code for role in ROLES.values() if role.side in ("leadership", "inspection"))
# Longest time a contractor's access may be given at once, in days. Ours, not the law's: shown as such.
CONTRACTOR_MAX_DAYS = 365


def permissions_of(codes: frozenset[str]) -> frozenset[str]:
    """Return the union of the permissions of the roles *codes*."""
    found: frozenset[str] = frozenset()
    for code in codes:
        found |= ROLES[code].permissions
    return found


def choices(*sides: Side) -> list[tuple[str, StrOrPromise]]:
    """Return (code, label) of the roles on *sides* (all when none is given), in table order."""
    return [(role.code, role.label) for role in ROLES.values() if not sides or role.side in sides]


def roles_with(permission: str) -> list[str]:
    """Return the codes of the roles that carry *permission*."""
    return [role.code for role in ROLES.values() if permission in role.permissions]
