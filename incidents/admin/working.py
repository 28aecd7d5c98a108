"""The page in the staff rooms where one case of a register is worked on: what may be done, done from one place.

Each action is a form and a deed; what a deed refuses comes back on its own form with what was typed, ready to be sent
again as the case stands now.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django_stubs_ext import StrOrPromise

from connections.admin.pages import staff_page
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.forms import PortalForm, show_refusal
from core.problems import DomainError
from core.text import fold
from core.transitions import Offer, offers


class SeenForm(PortalForm):
    """Any form of a case: it carries the revision the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person may do: what the button says, the form, the deed, what is said when it is done."""

    label: StrOrPromise
    form: type[SeenForm]
    deed: Callable[..., Any]
    done: StrOrPromise
    hint: StrOrPromise = ""
    danger: bool = False


class WorkAdmin(BaseAdmin):
    """Base of the registers: a list, and one page to work on a case.

    Subclasses name the noun the deeds take, their actions, the transitions among them, and what else the page shows.
    """

    noun: ClassVar[str]
    template: ClassVar[str]
    work_actions: ClassVar[Mapping[str, Action]]
    #: Names of actions that are transitions of the case's life.
    steps: ClassVar[frozenset[str]]
    related: ClassVar[Sequence[str]] = ()
    #: Names of actions whose forms the page shows among what is known, not among what else may be done.
    elsewhere: ClassVar[Sequence[str]] = ()

    def beside(self, case: Any, actor: Actor) -> list[str]:
        """Return what the person may do now beside the steps."""
        return []

    def initial(self, name: str, case: Any) -> dict[str, Any]:
        """Return what the form of action *name* begins with."""
        return {field: getattr(case, field, None) for field in self.work_actions[name].form.base_fields}

    def around(self, case: Any, actor: Actor) -> dict[str, Any]:
        """Return what the page shows beside the case."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        """Add the page where one is worked on."""
        name = f"incidents_{self.noun}_work"
        return [path("<int:pk>/xu-ly/", self.admin_site.admin_view(self.work), name=name), *super().get_urls()]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search folded text: without diacritics too."""
        return super().get_search_results(request, queryset, fold(search_term))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the page where it is worked on."""
        if not object_id.isdecimal() or len(object_id) > 15:
            raise Http404
        return redirect(f"admin:incidents_{self.noun}_work", int(object_id))

    def found(self, request: HttpRequest, pk: int) -> Any:
        """Return the case. Raises Http404 where the actor may not see it."""
        seen = self.get_queryset(request) if self.has_view_permission(request) else self.model._default_manager.none()
        return get_object_or_404(seen.select_related(*self.related), pk=pk)

    def work(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a case; what was pressed is done, or comes back with what was typed."""
        case, actor = self.found(request, pk), acting(request)
        pressed, bound, refusal = request.POST.get("do", "")[:12], None, None
        action = self.work_actions.get(pressed) if request.method == "POST" else None
        if action is not None:
            bound = action.form(request.POST, case=case, auto_id=f"{pressed}-%s")
            refusal = self._take(action, bound, case, actor)
            if refusal is None and bound.is_valid():
                messages.success(request, str(action.done))
                return redirect(f"admin:incidents_{self.noun}_work", pk)
            case = self.found(request, pk)
        if refusal is not None and bound is not None:
            show_refusal(bound, refusal)
            typed = request.POST.copy()
            typed["revision"] = str(case.revision)
            bound.data = typed
        status = refusal.problem.status if refusal else 422 if bound is not None else 200
        context = {self.noun: case, "case": case, "refusal": refusal, **self._offered(case, actor, pressed, bound)}
        context |= self.around(case, actor)
        return staff_page(self, request, self.template, status=status, title=str(case), **context)

    def _take(self, action: Action, bound: SeenForm, case: Any, actor: Actor) -> DomainError | None:
        if not bound.is_valid():
            return None
        try:
            action.deed(actor=actor, **{self.noun: case}, **bound.cleaned_data)
        except DomainError as refusal:
            return refusal
        return None

    def _offered(self, case: Any, actor: Actor, pressed: str, bound: SeenForm | None) -> dict[str, Any]:
        """Return the steps and other actions the person may take, each with its form."""
        steps: list[Offer] = [offer for offer in offers(case, actor) if offer.name in self.steps]
        names = [*(offer.name for offer in steps), *self.beside(case, actor)]
        made = {name: self._form(name, case, bound if name == pressed else None) for name in names}
        shown = [(offer, self.work_actions[offer.name], made[offer.name]) for offer in steps]
        beside = [(name, self.work_actions[name], made[name]) for name in names[len(steps) :]]
        return {
            "steps": shown,
            "beside": beside,
            "pressed": pressed if bound is not None else "",
            "lost": bound if bound is not None and pressed not in names else None,
            "may_work": bool(names),
            "elsewhere": self.elsewhere,
        }

    def _form(self, name: str, case: Any, bound: SeenForm | None) -> SeenForm:
        if bound is not None:
            return bound
        return self.work_actions[name].form(initial=self.initial(name, case), case=case, auto_id=f"{name}-%s")
