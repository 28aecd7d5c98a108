"""Staff pages to work on one thing: what it is, what was entered under it, and a form for each deed possible now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from connections.admin.pages import staff_page
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.files import MEDIA, check_upload
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, PermissionRefused
from reports.cells import Link, Rows

_FILE = _("Tệp kèm theo")
_OLD = _("Biểu mẫu đã cũ; tải lại trang rồi gửi lại")


class WorkForm(PortalForm):
    """Any form of a working page; it is given the thing it is about."""

    def __init__(self, *args: Any, thing: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thing = thing

    def given(self) -> dict[str, Any]:
        """Return what the deed takes."""
        return dict(self.cleaned_data)


class TokenForm(WorkForm):
    """A form that does one thing however often it is sent."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _OLD, "invalid": _OLD})

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_token": uuid4(), **(initial or {})}, **kwargs)


class ReasonForm(WorkForm):
    """Why a step is taken."""

    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def file_field(label: StrOrPromise = _FILE) -> forms.FileField:
    """Return the field of a document that may come with an entry."""
    accept = ",".join(f".{ending}" for ending in MEDIA)
    return forms.FileField(
        label=label,
        required=False,
        widget=forms.FileInput(attrs={"accept": accept}),
        help_text=_("PDF, DOCX hoặc XLSX"),
    )


def with_upload(data: dict[str, Any]) -> dict[str, Any]:
    """Return *data* with its file checked, as deeds take it. Raises InvalidInput on "file"."""
    file = data.pop("file", None)
    return {**data, "upload": check_upload(file) if file else None}


@dataclass(frozen=True, slots=True)
class Action:
    """One deed: what the button says, its form, what is said once it is done, what happens to whom."""

    label: StrOrPromise
    form: type[WorkForm]
    deed: Callable[..., Any]
    done: StrOrPromise
    hint: StrOrPromise = ""
    danger: bool = False


class WorkAdmin(BaseAdmin):
    """Base of such pages: subclasses name the noun their deeds take, the actions, facts and tables."""

    noun: ClassVar[str]
    work_actions: ClassVar[Mapping[str, Action]]
    work_template = "admin/reports/work.html"

    def offered(self, thing: Any, actor: Actor) -> list[str]:
        """Return the names of the actions *actor* may take now, the next one first."""
        return []

    def facts(self, thing: Any) -> list[tuple[StrOrPromise, Any]]:
        """Return what stands above."""
        return []

    def tables(self, thing: Any) -> list[Rows]:
        """Return what stands below."""
        return []

    def links(self, thing: Any, actor: Actor) -> list[Link]:
        """Return where else the page leads."""
        return []

    def texts(self, thing: Any) -> list[tuple[StrOrPromise, str]]:
        """Return long texts, each with its head."""
        return []

    def initial(self, name: str, thing: Any) -> dict[str, Any]:
        """Return what the form of action *name* begins with."""
        return {}

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """Return the thing of the address. Raises Http404 where the actor may not see it."""
        thing = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        if thing is None:
            raise Http404
        return thing

    def file_urls(self, view: Callable[..., HttpResponse]) -> list[URLPattern]:
        """Return the address at which files of a thing are handed out."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_file"
        return [path("<int:pk>/tep/<int:file>/", self.admin_site.admin_view(view), name=name)]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the thing; what was pressed is done, or comes back with what was typed."""
        thing, actor = self.found(request, object_id), acting(request)
        pressed, bound, refusal = request.POST.get("do", "")[:24], None, None
        action = self.work_actions.get(pressed) if request.method == "POST" else None
        if action is not None:
            bound = action.form(request.POST, request.FILES, thing=thing, auto_id=f"{pressed}-%s")
            refusal = self._take(action, bound, thing, actor)
            if refusal is None and bound.is_valid():
                messages.success(request, str(action.done))
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", thing.pk)
            thing = self.found(request, object_id)
            if refusal is not None and "revision" in bound.fields:
                # What was typed may be sent again, over what the person sees now.
                typed = request.POST.copy()
                typed["revision"] = str(thing.revision)
                bound.data = typed
        status = refusal.problem.status if refusal else 422 if bound is not None else 200
        return self._page(request, thing, actor, pressed if bound is not None else "", bound, refusal, status)

    def _take(self, action: Action, bound: WorkForm, thing: Any, actor: Actor) -> DomainError | None:
        if not bound.is_valid():
            return None
        try:
            action.deed(actor=actor, **{self.noun: thing}, **bound.given())
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(bound, refusal)
            return refusal
        return None

    def _page(
        self,
        request: HttpRequest,
        thing: Any,
        actor: Actor,
        pressed: str,
        bound: WorkForm | None,
        refusal: DomainError | None,
        status: int,
    ) -> HttpResponse:
        names = self.offered(thing, actor)
        made = [
            (
                name,
                self.work_actions[name],
                bound if name == pressed and bound is not None else self._form(name, thing),
            )
            for name in names
        ]
        context = {
            "thing": thing,
            "facts": self.facts(thing),
            "texts": self.texts(thing),
            "tables": self.tables(thing),
            "links": self.links(thing, actor),
            "actions": made,
            "pressed": pressed,
            "refusal": refusal if refusal is not None and pressed not in names else None,
            "lost": bound if bound is not None and pressed not in names else None,
            "list_title": self.opts.verbose_name_plural,
            "list_address": f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist",
        }
        return staff_page(self, request, self.work_template, status=status, title=str(thing), **context)

    def _form(self, name: str, thing: Any) -> WorkForm:
        form = self.work_actions[name].form
        return form(initial=self.initial(name, thing), thing=thing, auto_id=f"{name}-%s")
