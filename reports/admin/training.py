"""Staff pages of training: sessions with who is registered, attendance, lists to take away (Q50-15.6)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core import clock
from core.actor import Actor
from core.admin_import import download
from core.sheets import XLSX
from core.transitions import offers
from reports.admin.training_forms import AttendForm, ChangeForm, is_over, seats_of
from reports.admin.working import Action, ReasonForm, WorkAdmin, WorkForm
from reports.cells import Link, Rows
from reports.models import TrainingSession
from reports.models.training import MANAGE
from reports.selectors.training import counts_by_agency
from reports.services import training as deeds
from reports.services.training_export import certificates, participants
from reports.training_choices import SessionState
from reports.training_words import standing_of, when


def _step(name: str) -> Any:
    return lambda **given: deeds.move_session(step=name, **given)


@admin.register(TrainingSession)
class TrainingSessionAdmin(WorkAdmin):
    """Sessions, the newest first; one opens with its people."""

    view_permission = MANAGE
    manage_permission = MANAGE
    noun = "session"
    list_display = ("code", "title", "state_shown", "starts_at", "taken_shown", "queue_shown")
    list_filter = ("state",)
    search_fields = ("code", "title")
    date_hierarchy = "starts_at"
    fields = (*deeds.FIELDS, "materials")
    autocomplete_fields = ("materials",)
    work_actions = {
        "open": Action(
            gettext_lazy("Mở đăng ký"),
            WorkForm,
            _step("open"),
            gettext_lazy("Đã mở đăng ký; các cơ quan thấy buổi tập huấn."),
        ),
        "attend": Action(
            gettext_lazy("Điểm danh, ghi kết quả"),
            AttendForm,
            deeds.mark_attendance,
            gettext_lazy("Đã ghi điểm danh."),
            gettext_lazy("Khi có người được ghi «Đạt», người có mặt còn lại là «Chưa đạt»."),
        ),
        "finish": Action(
            gettext_lazy("Kết thúc, chốt danh sách"),
            WorkForm,
            _step("finish"),
            gettext_lazy("Đã kết thúc buổi tập huấn."),
        ),
        "change": Action(
            gettext_lazy("Sửa buổi tập huấn"),
            ChangeForm,  # type: ignore[arg-type]
            deeds.save_session,
            gettext_lazy("Đã lưu. Người đã đăng ký được báo khi thời gian, địa điểm đổi."),
        ),
        "cancel": Action(
            gettext_lazy("Hủy buổi tập huấn"),
            ReasonForm,
            _step("cancel"),
            gettext_lazy("Đã hủy; người đã đăng ký nhận thông báo."),
            gettext_lazy("Người có chỗ và người chờ chỗ đều nhận thông báo kèm lý do."),
            danger=True,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the seats with the sessions."""
        found: Any = super().get_queryset(request)
        return found.with_seats()

    @display(
        description=gettext_lazy("Tình trạng"),
        label={"draft": "info", "open": "success", "done": "info", "cancelled": "danger"},
        ordering="state",
    )
    def state_shown(self, obj: TrainingSession) -> tuple[str, str]:
        """Name the state; the colour says the same."""
        return obj.state, obj.get_state_display()

    @admin.display(description=gettext_lazy("Có chỗ"))
    def taken_shown(self, obj: Any) -> str:
        """Show seats taken of all."""
        return f"{obj.taken}/{obj.capacity}"

    @admin.display(description=gettext_lazy("Chờ chỗ"))
    def queue_shown(self, obj: Any) -> str:
        """Show how many wait."""
        return str(obj.queue or "–")

    def get_urls(self) -> list[URLPattern]:
        """Add the lists to take away."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/danh-sach/", view(self.participants), name="reports_trainingsession_participants"),
            path("<int:pk>/chung-nhan/", view(self.certificates), name="reports_trainingsession_certificates"),
            *super().get_urls(),
        ]

    def participants(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take away who is registered, came and passed."""
        return download(*participants(self.found(request, str(pk))), XLSX)

    def certificates(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take away who is to get a certificate."""
        return download(*certificates(self.found(request, str(pk))), XLSX)

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Prepare the session."""
        return deeds.save_session(actor=actor, **data)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The deed has set the materials already."""

    def offered(self, thing: Any, actor: Actor) -> list[str]:
        """Offer the steps that are possible, and attendance once it began."""
        found = [offer.name for offer in offers(thing, actor) if not offer.missing]
        begun = thing.starts_at <= clock.now() and thing.state in (SessionState.OPEN, SessionState.DONE)
        names = {*found, *(["attend"] if begun else []), *([] if is_over(thing) else ["change"])}
        return [name for name in self.work_actions if name in names] if actor.may(MANAGE) else []

    def facts(self, thing: Any) -> list[tuple[Any, Any]]:
        """Say when, where, for whom, how full."""
        return [
            (_("Tình trạng"), thing.get_state_display()),
            (_("Dành cho"), thing.audience),
            (_("Thời gian"), when(thing)),
            (_("Địa điểm"), thing.place),
            (_("Liên kết trực tuyến"), thing.online_link),
            (_("Hạn đăng ký"), f"{thing.closes_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"),
            (_("Chỗ"), _("%(taken)s/%(all)s, chờ %(queue)s") % _seats(thing)),
            (_("Lý do đổi hoặc hủy"), thing.change_reason),
        ]

    def texts(self, thing: Any) -> list[tuple[Any, str]]:
        """Show the content."""
        return [(_("Nội dung"), thing.content)]

    def tables(self, thing: Any) -> list[Rows]:
        """List people and counts."""
        return [_people(thing), _counts(thing)]

    def links(self, thing: Any, actor: Actor) -> list[Link]:
        """Lead to the lists and to the page agencies see."""
        found = [
            Link(_("Tải danh sách đăng ký"), reverse("admin:reports_trainingsession_participants", args=[thing.pk])),
            Link(_("Tải danh sách cấp giấy"), reverse("admin:reports_trainingsession_certificates", args=[thing.pk])),
        ]
        return [*found, Link(_("Xem trang của buổi"), reverse("training_session", args=[thing.code]))]


def _seats(thing: Any) -> dict[str, Any]:
    return {"taken": thing.taken, "all": thing.capacity, "queue": thing.queue}


def _people(session: TrainingSession) -> Rows:
    waiting = session.seats.filter(state="waiting").select_related("agency")
    rows = [*seats_of(session), *waiting]
    return Rows(
        title=_("Người học"),
        heads=(_("Họ và tên"), _("Chức vụ, vị trí"), _("Cơ quan"), _("Tình trạng")),
        rows=[(seat.name, seat.position, seat.agency.name, standing_of(seat)) for seat in rows],
        empty=_("Chưa có ai đăng ký."),
    )


def _counts(session: TrainingSession) -> Rows:
    return Rows(
        title=_("Theo cơ quan"),
        heads=(_("Cơ quan"), _("Có chỗ"), _("Chờ chỗ"), _("Có mặt"), _("Đạt")),
        rows=[(row.name, row.registered, row.waiting, row.attended, row.passed) for row in counts_by_agency(session)],
        empty=_("Chưa có ai đăng ký."),
        numeric=frozenset({1, 2, 3, 4}),
    )
