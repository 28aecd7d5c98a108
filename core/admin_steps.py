"""Staff pages of things with a life: the steps that are possible now, and one page to confirm each.

A step is a transition (``core.transitions``); a page only offers what the table allows the person, says what a step
still waits for, and calls one deed. Direct POST of anything else is refused with the reason and changes nothing.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.forms import PortalForm
from core.problems import DomainError, InvalidInput, PermissionRefused, StateRefused
from core.transitions import Offer, offers


class StepForm(PortalForm):
    """Why a step is taken."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class StepsAdmin(BaseAdmin):
    """Base of admins of things with a life: subclasses implement :meth:`move` and may name consequences.

    A thing with a ``revision`` is handed to :meth:`move` with the one the person saw, for the deed to compare.
    """

    change_form_outer_before_template = "admin/steps.html"

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Carry out the deed behind *step*; the default refuses because the thing has none."""
        raise Http404

    def steps(self, obj: Any, actor: Actor) -> list[Offer]:
        """Return what *actor* may do with *obj* now."""
        return offers(obj, actor)

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Return what happens when *step* is confirmed, to whom."""
        return []

    def get_urls(self) -> list[Any]:
        """Add the confirm page of each step."""
        page = path(
            "<path:object_id>/viec/<slug:step>/", self.admin_site.admin_view(self.step_view), name=self._name("step")
        )
        return [page, *super().get_urls()]

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _visible(self, request: HttpRequest, object_id: str) -> models.Model:
        """Return the row, 404 where the actor may not see it."""
        found = self.get_object(request, object_id)
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return found

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the form with the steps above it."""
        found = self.get_object(request, object_id)
        shown = []
        if found is not None:
            for offer in self.steps(found, acting(request)):
                address = reverse(f"admin:{self._name('step')}", args=[object_id, offer.name])
                shown.append({"offer": offer, "url": address})
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": shown})

    def step_view(self, request: HttpRequest, object_id: str, step: str) -> HttpResponse:
        """Confirm and take one step; a refusal comes back on the same page with what was typed."""
        found, actor = self._visible(request, object_id), acting(request)
        offer = next((item for item in self.steps(found, actor) if item.name == step), None)
        refusal: DomainError | None = None
        form = StepForm(request.POST or None) if offer is None or offer.reason_required else None
        if request.method == "POST":
            reason, seen = str(request.POST.get("reason", "")), request.POST.get("seen", "")
            if seen.isdecimal() and len(seen) < 10:
                found.revision = int(seen)  # type: ignore[attr-defined]
            try:
                self.move(actor, found, step, reason)
            except PermissionRefused:
                raise
            except DomainError as error:
                refusal = error
            else:
                messages.success(request, _("Đã thực hiện: %(deed)s.") % {"deed": offer.label if offer else step})
                return HttpResponseRedirect(self._after(found))
            found = self._visible(request, object_id)
        if offer is None and refusal is None:
            raise Http404
        return self._confirm(request, found, offer, form, refusal)

    def _after(self, obj: models.Model) -> str:
        """Return where to go once a step is taken: the thing itself, the list when it is gone."""
        if type(obj)._default_manager.filter(pk=obj.pk).exists():
            return reverse(f"admin:{self._name('change')}", args=[obj.pk])
        return reverse(f"admin:{self._name('changelist')}")

    def _confirm(
        self, request: HttpRequest, obj: models.Model, offer: Offer | None, form: Any, refusal: DomainError | None
    ) -> HttpResponse:
        if isinstance(refusal, InvalidInput) and form is not None:
            form.is_valid()
            for name, texts in refusal.errors.items():
                if name not in form.errors:
                    form.add_error(name if name in form.fields else None, texts)
            refusal = None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": offer.label if offer else obj,
            "offer": offer,
            "consequences": self.consequences(obj, offer.name) if offer else [],
            "form": form,
            "seen": getattr(obj, "revision", ""),
            "refusal": refusal,
            "back_url": reverse(f"admin:{self._name('change')}", args=[obj.pk]),
        }
        status = 409 if isinstance(refusal, StateRefused) else 422 if refusal else 200
        return TemplateResponse(request, "admin/step.html", context, status=status)
