"""Staff pages of one agency: replace its code, end it. Each says what will happen to whom, then calls one deed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.admin.agency_forms import EndForm, ReplaceCodeForm
from accounts.models import Agency
from accounts.selectors.agencies import Dependants, dependants_of
from accounts.services import agencies as deeds
from accounts.services.agency_rules import day
from core.admin import BaseAdmin, acting
from core.problems import DomainError, InvalidInput, PermissionRefused, StateRefused
from core.web.notes import notes_on


def staff_page(admin: BaseAdmin, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Draw a page of the staff rooms that is not a list or a form of Django's."""
    request.current_app = admin.admin_site.name
    shared = {**admin.admin_site.each_context(request), "opts": admin.opts, "media": admin.media}
    return TemplateResponse(request, template, {**shared, **context})


def show_refusal(form: Any, refusal: DomainError) -> None:
    """Put what a deed refused on the fields it names, or above them."""
    if isinstance(refusal, PermissionRefused):
        raise refusal
    errors = refusal.errors if isinstance(refusal, InvalidInput) else {"": [refusal.detail]}
    for name, texts in errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, str(text))


def agency_of(admin: BaseAdmin, request: HttpRequest, object_id: str) -> Agency:
    """Return the agency of the address; 404 for what is none."""
    found: Agency | None = admin.get_object(request, object_id)
    if found is None:
        raise Http404
    return found


def replace_code_page(admin: BaseAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Give an agency its official code."""
    agency = agency_of(admin, request, object_id)
    form = ReplaceCodeForm(request.POST or None, initial={"code": agency.code, "version": agency.version})
    if form.is_bound and form.is_valid():
        try:
            done = deeds.replace_code(actor=acting(request), agency=agency, is_official=True, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("%(name)s nay có mã chính thức %(code)s.") % {"name": done, "code": done.code})
            return redirect("admin:accounts_agency_change", done.pk)
    consequences = [
        _("Mã mới được đánh dấu là chính thức, kể cả khi trùng với mã hiện tại."),
        _("Mã %(code)s nếu bị thay sẽ thôi dùng vĩnh viễn, không cấp lại cho cơ quan nào.") % {"code": agency.code},
        _("Địa chỉ cũ trong danh bạ vẫn dẫn tới cơ quan này. Hệ thống khác đang dùng mã cũ cần được báo để đổi theo."),
    ]
    return staff_page(
        admin,
        request,
        "staff/deed.html",
        title=_("Thay mã chính thức"),
        thing=agency,
        back_url=reverse("admin:accounts_agency_change", args=[agency.pk]),
        form=form,
        consequences=consequences,
        action_label=_("Thay mã"),
    )


def end_page(admin: BaseAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """End an agency, with its successor where there is one."""
    agency = agency_of(admin, request, object_id)
    if agency.valid_to is not None:
        raise StateRefused(_("Cơ quan đã kết thúc từ ngày %(day)s.") % {"day": day(agency.valid_to)})
    found = dependants_of(agency)
    initial = {"version": agency.version}
    form = EndForm(agency, request.POST or None, initial=initial, has_children=bool(found.children))
    if form.is_bound and form.is_valid():
        try:
            done = deeds.end_agency(actor=acting(request), agency=agency, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            said = {"name": done, "day": day(form.cleaned_data["valid_to"])}
            messages.success(request, _("%(name)s kết thúc sau ngày %(day)s.") % said)
            return redirect("admin:accounts_agency_change", done.pk)
    return staff_page(
        admin,
        request,
        "staff/deed.html",
        title=_("Kết thúc, sáp nhập"),
        thing=agency,
        back_url=reverse("admin:accounts_agency_change", args=[agency.pk]),
        form=form,
        consequences=[*_consequences(found), *_held_above(agency)],
        action_label=_("Kết thúc cơ quan"),
        danger=True,
    )


def _consequences(found: Dependants) -> list[str]:
    lines = [_("Cơ quan không còn trong danh bạ đang hoạt động sau ngày kết thúc; mã của cơ quan không cấp lại.")]
    if found.people:
        text = _("%(count)d người mất vai trò tại cơ quan này sau ngày kết thúc: %(names)s.")
        lines.append(text % {"count": found.people, "names": _some(found.people_names, found.people)})
    else:
        lines.append(_("Không có người dùng nào giữ vai trò tại cơ quan này."))
    if found.invitations:
        lines.append(_("%(count)d lời mời đang chờ không còn tác dụng.") % {"count": found.invitations})
    if found.children:
        text = _("%(count)d đơn vị trực thuộc đang hoạt động cần chuyển sang cơ quan kế thừa: %(names)s.")
        lines.append(text % {"count": found.children, "names": _some(found.children_names, found.children)})
    return lines


def _held_above(agency: Agency) -> list[str]:
    """Say what the floors above keep under the agency's name."""
    return [f"{note.term}: {note.text}" for note in notes_on("agency_ending", agency.pk)]


def _some(names: list[str], count: int) -> str:
    more = count - len(names)
    listed = ", ".join(names)
    return listed if more <= 0 else _("%(names)s và %(more)d nữa") % {"names": listed, "more": more}
