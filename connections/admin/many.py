"""One deed on many dossiers: shown row by row before and after, each in a transaction of its own (ux.md B1, B4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.admin.pages import staff_page
from connections.admin.step_forms import PersonField, text_field
from connections.models import ConnectionRequest
from connections.selectors.batches import Batch, batches
from connections.selectors.people import holders_of
from connections.selectors.requests import with_clocks
from connections.services.approval import approve
from connections.services.intake import assign
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.forms import PortalForm
from core.problems import DomainError, InvalidInput, PermissionRefused, StateRefused

MOST = 100
DIVIDES = ("request.intake", "request.propose")


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one row."""

    dossier: ConnectionRequest
    ok: bool
    text: str


class AssignManyForm(PortalForm):
    """Who evaluates all of them from now on, and why."""

    evaluator = PersonField(label=gettext_lazy("Người thẩm định"), empty_label=gettext_lazy("Chọn một người"))
    reason = text_field(
        gettext_lazy("Lý do phân công"),
        gettext_lazy("Được ghi vào lịch sử từng hồ sơ; chỉ Sở đọc được."),
        rows=2,
        most=2000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evaluator"].queryset = holders_of("request.evaluate").filter(is_active=True)  # type: ignore[attr-defined]


class ApproveManyForm(PortalForm):
    """Which group, and a word for all of them."""

    key = forms.CharField(max_length=24, widget=forms.HiddenInput)
    note = text_field(
        gettext_lazy("Ý kiến"), gettext_lazy("Không bắt buộc; ghi vào lịch sử từng hồ sơ."), required=False, rows=2
    )


def assign_many_view(admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Show the chosen dossiers, ask who and why, give each of them; say what came of each."""
    actor = acting(request)
    if not any(actor.may(permission) for permission in DIVIDES):
        raise PermissionRefused(_("Phân công nhiều hồ sơ thuộc Cán bộ tiếp nhận hoặc Trưởng phòng."))
    posted = request.POST if request.method == "POST" else None
    dossiers = _chosen(actor, (posted or request.GET).getlist("chosen"))
    form, status = AssignManyForm(posted), 200
    if posted is not None and dossiers and form.is_valid():
        given = form.cleaned_data
        return _told(
            admin,
            request,
            _("Phân công nhiều hồ sơ"),
            [_take(row, lambda row: assign(actor=actor, request=row, **given)) for row in dossiers],
        )
    if posted is not None:
        status = 422
    title = _("Phân công nhiều hồ sơ")
    return staff_page(
        admin,
        request,
        "admin/connections/assign_many.html",
        status=status,
        title=title,
        form=form,
        dossiers=dossiers,
        most=MOST,
    )


def approve_many_view(admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Show the groups of dossiers alike in everything, and approve the chosen ones of a group one by one."""
    actor = acting(request)
    if not actor.may("request.approve"):
        raise PermissionRefused(_("Phê duyệt thuộc Lãnh đạo Sở."))
    groups, form = batches(actor), ApproveManyForm(request.POST if request.method == "POST" else None)
    problem = ""
    if form.is_bound and form.is_valid():
        batch = next((item for item in groups if item.key == form.cleaned_data["key"]), None)
        chosen = _versions(request.POST.getlist("chosen"))
        if chosen:
            return _told(
                admin,
                request,
                _("Phê duyệt nhiều hồ sơ cùng loại"),
                _approve(actor, batch, chosen, form.cleaned_data["note"]),
            )
        problem = _("Chọn ít nhất một hồ sơ để phê duyệt.")
    elif form.is_bound:
        problem = _("Nhóm hồ sơ không đọc được; mở lại trang rồi chọn lại.")
    return staff_page(
        admin,
        request,
        "admin/connections/approve_many.html",
        status=422 if problem else 200,
        title=_("Phê duyệt nhiều hồ sơ cùng loại"),
        groups=groups,
        form=form,
        problem=problem,
    )


def _approve(actor: Actor, batch: Batch | None, chosen: dict[int, int], note: str) -> list[Done]:
    members = {row.pk for row in batch.dossiers} if batch else set()

    def deed(row: ConnectionRequest) -> None:
        if row.pk not in members:
            raise StateRefused(_("Hồ sơ không còn cùng loại với nhóm, hoặc đã được xử lý; xem riêng hồ sơ này."))
        approve(actor=actor, request=row, note=note, version=chosen[row.pk])

    return [_take(row, deed) for row in _chosen(actor, [str(pk) for pk in chosen])]


def _take(row: ConnectionRequest, deed: Callable[[ConnectionRequest], Any]) -> Done:
    try:
        deed(row)
    except InvalidInput as refusal:
        return Done(row, False, "; ".join(str(text) for texts in refusal.errors.values() for text in texts))
    except DomainError as refusal:
        return Done(row, False, str(refusal.detail))
    return Done(row, True, _("Đã thực hiện"))


def _chosen(actor: Actor, given: Iterable[str]) -> list[ConnectionRequest]:
    """Return the chosen dossiers that the actor sees, in the order of their numbers."""
    pks = [int(item) for item in given if item.isdecimal() and len(item) < 16][:MOST]
    return list(with_clocks(ConnectionRequest.objects.visible_to(actor)).filter(pk__in=pks).order_by("number", "pk"))


def _versions(given: Iterable[str]) -> dict[int, int]:
    """Return the version the person saw of each dossier that was ticked as ``id:version``."""
    pairs = [item.partition(":") for item in given]
    return {
        int(pk): int(version)
        for pk, _colon, version in pairs[:MOST]
        if pk.isdecimal() and version.isdecimal() and len(pk) < 16 and len(version) < 10
    }


def _told(admin: BaseAdmin, request: HttpRequest, title: str, done: list[Done]) -> HttpResponse:
    return staff_page(
        admin,
        request,
        "admin/connections/many_done.html",
        title=title,
        done=done,
        right=sum(row.ok for row in done),
        wrong=sum(not row.ok for row in done),
    )
