"""Staff pages that bring a register in from a file: choose it, see row by row what it would do, confirm the whole.

A :class:`Door` says in words and addresses which register it is and calls its deeds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from core.admin import BaseAdmin, acting
from core.columns import Column
from core.forms import PortalForm, show_refusal
from core.previews import Preview
from core.problems import DomainError, InvalidInput, PermissionRefused
from core.sheets import XLSX
from core.tables import RowPlan

PAGE_SIZE = 100


class FileForm(PortalForm):
    """A file with rows of a register."""

    file = forms.FileField(
        label=gettext_lazy("Tệp"), widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("Tệp XLSX hoặc CSV (UTF-8), tối đa %(size)s và %(rows)s dòng.") % {
            "size": filesizeformat(settings.IMPORT_MAX_BYTES),
            "rows": f"{settings.IMPORT_MAX_ROWS:,}".replace(",", "."),
        }

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            limit = filesizeformat(settings.IMPORT_MAX_BYTES)
            raise forms.ValidationError(_("Tệp lớn hơn %(size)s; chia thành nhiều tệp") % {"size": limit})
        return file


class ConfirmForm(PortalForm):
    """Why a previewed file is taken over, and which preview that was."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=1000,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Ví dụ số văn bản gửi danh sách; được ghi vào nhật ký của từng dòng."),
    )
    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)


@dataclass(frozen=True, slots=True)
class Door:
    """A register that takes files: what it is called, where its pages are, and its three deeds.

    ``pages`` names the addresses: list, upload, preview, template, export. ``open`` takes what the form gave besides
    the file, ``show`` returns the plan and whether it moved, ``carry`` does it and returns counts by kind of row.
    Where the rows belong to one thing, the deeds take the thing and the addresses its id.
    """

    title: StrOrPromise
    preview_title: StrOrPromise
    thing: StrOrPromise
    register: StrOrPromise
    key: StrOrPromise
    pages: Mapping[str, str]
    columns: Sequence[tuple[Column, bool]]
    open: Callable[..., Preview]
    find: Callable[..., Preview]
    show: Callable[..., tuple[RowPlan, bool]]
    carry: Callable[..., dict[str, int]]
    form: type[FileForm] = FileForm
    confirm: type[ConfirmForm] = ConfirmForm

    def urls(self, *args: Any) -> dict[str, str]:
        """Return the addresses of the pages but that of one preview; *args* name what the register belongs to."""
        of = [item.pk for item in args]
        return {f"{name}_url": reverse(page, args=of) for name, page in self.pages.items() if name != "preview"}

    def preview_url(self, token: str, *args: Any) -> str:
        """Return the address of one preview."""
        return reverse(self.pages["preview"], args=(*(item.pk for item in args), token))

    def kinds(self) -> dict[str, str]:
        """Return what the preview calls each kind of row, in the order of what needs looking at."""
        new = _("%(thing)s mới") % {"thing": f"{str(self.thing)[:1].upper()}{str(self.thing)[1:]}"}
        return {"wrong": _("Chưa đúng"), "changed": _("Thay đổi"), "new": new, "unchanged": _("Không đổi")}


def upload_page(door: Door, admin: BaseAdmin, request: HttpRequest, *args: Any) -> HttpResponse:
    """Take a file and lead to its preview; nothing is written."""
    form = door.form(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        try:
            preview = door.open(
                *args,
                actor=acting(request),
                content=file.read(),
                file_name=file.name,
                max_rows=settings.IMPORT_MAX_ROWS,
                **given,
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(door.preview_url(preview.token, *args))
    context = {"form": form, "columns": door.columns, "title": door.title}
    return _page(door, admin, request, "staff/table_import.html", *args, **context)


def preview_page(door: Door, admin: BaseAdmin, request: HttpRequest, *args: Any, token: str) -> HttpResponse:
    """Show what a file would do, row by row; confirmed, it is done whole."""
    actor = acting(request)
    preview = door.find(*args, actor=actor, token=token)
    form = door.confirm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            counts = door.carry(*args, actor=actor, preview=preview, **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _done(door, counts))
            return redirect(door.urls(*args)["list_url"])
    plan, moved = door.show(*args, actor=actor, preview=preview)
    context = {"preview": preview, "moved": moved, "form": form, "title": door.preview_title}
    shown = _shown(door, plan, request.GET.get("nhom", ""), request.GET.get("page"))
    return _page(door, admin, request, "staff/table_preview.html", *args, **context, **shown)


def _done(door: Door, counts: Mapping[str, int]) -> str:
    said: dict[str, Any] = {"new": counts.get("new", 0), "changed": counts.get("changed", 0)}
    said |= {"thing": door.thing, "register": door.register}
    return _("Đã nhập %(register)s: %(new)d %(thing)s mới, %(changed)d %(thing)s thay đổi.") % said


def _shown(door: Door, plan: RowPlan, asked: str, page: Any) -> dict[str, Any]:
    counts: Any = plan.counts()
    kinds = [(kind, label, counts[kind]) for kind, label in door.kinds().items() if counts[kind]]
    chosen: Any = asked if counts.get(asked) else kinds[0][0]
    return {
        "kinds": kinds,
        "chosen": chosen,
        "page": Paginator(plan.of(chosen), PAGE_SIZE).get_page(page),
        "wrong": counts["wrong"],
        "todo": counts["new"] + counts["changed"],
    }


def _page(
    door: Door, admin: BaseAdmin, request: HttpRequest, template: str, *args: Any, **context: Any
) -> HttpResponse:
    request.current_app = admin.admin_site.name
    shared = {**admin.admin_site.each_context(request), "opts": admin.opts, "media": admin.media}
    return TemplateResponse(request, template, {**shared, "door": door, **door.urls(*args), **context})


def download(name: str, content: bytes, kind: str) -> HttpResponse:
    """Send a file that was made just now, kept by nobody on the way."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsDoor(Door):
    """A register of rows that belong to one thing.

    ``path`` comes behind the thing's id in the addresses; ``blank`` and ``whole`` return name and content of the empty
    table and of the rows of a thing.
    """

    path: str
    blank: Callable[[], tuple[str, bytes]]
    whole: Callable[..., tuple[str, bytes]]


class RowsAdmin(BaseAdmin):
    """Base of an admin whose things have rows of their own, brought in from a file and taken away as one.

    Subclasses set ``door`` and lead from a button to :meth:`upload_rows`.
    """

    door: RowsDoor

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the rows of one thing."""
        view, root = self.admin_site.admin_view, f"<int:pk>/{self.door.path}"
        pages = (
            ("preview", f"{root}/nhap/<str:token>/", self.preview_rows),
            ("template", f"{root}/mau/", self.blank_rows),
            ("export", f"{root}/xuat/", self.whole_rows),
        )
        named = [
            path(address, view(page), name=self.door.pages[name].removeprefix("admin:"))
            for name, address, page in pages
        ]
        return [*named, *super().get_urls()]

    def found(self, request: HttpRequest, pk: Any) -> Any:
        """Return the thing the actor may see; any other is not found."""
        found = self.get_object(request, str(pk)) if self.has_view_permission(request) else None
        if found is None:
            raise Http404
        return found

    def upload_rows(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Choose a file of rows."""
        return upload_page(self.door, self, request, self.found(request, pk))

    def preview_rows(self, request: HttpRequest, pk: int, token: str) -> HttpResponse:
        """Preview and confirm a file of rows."""
        return preview_page(self.door, self, request, self.found(request, pk), token=token)

    def blank_rows(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take away the empty table."""
        self.found(request, pk)
        return download(*self.door.blank(), XLSX)

    def whole_rows(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the rows away as a workbook."""
        return download(*self.door.whole(self.found(request, pk)), XLSX)
