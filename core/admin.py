"""The project's one admin site and base class: unfold today, one line to change tomorrow.

Staff pages translate like every other door: an admin form checks shape, then calls one deed. What the deed refuses
comes back on the same form with everything the person typed.
"""

from functools import partial
from typing import Any, cast

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib.admin.utils import unquote
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite
from unfold.widgets import UnfoldAdminURLInputWidget

from core.actor import Actor
from core.forms import name_the_errors
from core.problems import DomainError, InvalidInput

ENTER = "admin.enter"


def acting(request: HttpRequest) -> Actor:
    """Return the actor of *request*."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def environment_label(request: HttpRequest) -> list[str] | None:
    """Return unfold's environment tag, none in production."""
    return None if settings.MODE == "production" else [str(_("Môi trường thử nghiệm")), "warning"]


def staff_sheet(request: HttpRequest) -> str:
    """Return the address of the staff rooms' own style sheet."""
    return static("css/staff.css")


def staff_script(request: HttpRequest) -> str:
    """Return the address of the script that names the search boxes of lists on staff pages."""
    return static("js/searched-lists.js")


def staff_icon(request: HttpRequest) -> str:
    """Return the address of the icon browsers show beside the title of a staff page."""
    return static("icons/logo.svg")


class PortalAdminSite(UnfoldAdminSite):
    """The staff rooms under /quan-tri/; sign-in is the portal's."""

    site_title = _("Quản trị LGSP")
    site_header = _("Quản trị LGSP")
    index_title = _("Bàn làm việc của Sở Khoa học và Công nghệ")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the actor's roles open the staff rooms."""
        return acting(request).may(ENTER)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the portal's sign-in; a signed-in person without the right learns nothing is here."""
        if acting(request).is_person:
            raise Http404
        return redirect_to_login(request.GET.get("next") or request.get_full_path())

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """List the models when a page looks: every page is given the list, and nearly all show the boards instead."""
        found = partial(super().get_app_list, request, app_label)
        return cast("list[Any]", SimpleLazyObject(found))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Loosen the content policy on this path only: unfold's Alpine needs eval, never inline script."""
        loosened = csp_update({"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]})
        return loosened(super().admin_view(view, cacheable))


class DeedForm(forms.ModelForm):
    """A model form that shows what the deed refused on the second pass."""

    refusal: DomainError | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_the_errors(self.fields)

    def clean(self) -> dict[str, Any] | None:
        """Add the refusal of the deed to the fields it names."""
        cleaned = super().clean()
        if isinstance(self.refusal, InvalidInput):
            for name, texts in self.refusal.errors.items():
                for text in texts:
                    self.add_error(name if name in self.fields else None, text)
        elif self.refusal is not None:
            self.add_error(None, self.refusal.detail)
        return cleaned


class BaseAdmin(ModelAdmin):
    """Base of every model admin: rights from roles, rows from ``visible_to``, changes through deeds, no deletion.

    Subclasses set ``view_permission``, ``manage_permission`` (None: read only) and implement :meth:`carry_out`.
    """

    form = DeedForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https", "widget": UnfoldAdminURLInputWidget}}
    view_permission: str = ENTER
    manage_permission: str | None = None
    actions = None
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the model in the index to those who may see it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Return whether the actor's role carries the view right."""
        return acting(request).may(self.view_permission)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Return whether the actor may create."""
        return bool(self.manage_permission) and acting(request).may(str(self.manage_permission))

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Return whether the actor may change."""
        return bool(self.manage_permission) and acting(request).may(str(self.manage_permission))

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Governed records are ended with a reason, never deleted."""
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the rows the actor may see."""
        queryset = super().get_queryset(request)
        visible = getattr(queryset, "visible_to", None)
        return visible(acting(request)) if visible else queryset

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Answer 400 to a query that no column can hold, which the database would refuse as a fault of ours."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest
        return super().changelist_view(request, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Hand the form the refusal of the first pass."""
        built = super().get_form(request, obj, change=change, **kwargs)
        return type(built.__name__, (built,), {"refusal": getattr(request, "deed_refusal", None)})

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Run the form; when the deed refuses, show the same form again with the reason and what was typed."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            request.deed_refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Carry out the deed instead of saving the form's instance."""
        done = self.carry_out(acting(request), obj, form.cleaned_data, change)
        obj.pk = done.pk

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show field differences and facts of one object instead of Django's own note-taking."""
        found = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        moments: Any = []
        if found is not None:
            moments_of = import_string(settings.HISTORY_SOURCE)
            moments = moments_of(found, acting(request), maintains=self.has_change_permission(request, found))
        title = _("Lịch sử: %(name)s") % {"name": found}
        return super().history_view(request, object_id, {**(extra_context or {}), "title": title, "moments": moments})

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> models.Model:
        """Call the one service behind this form; the default refuses because the model is read only."""
        raise Http404
