"""The queue of dossiers: tabs and filters kept in the address, the nearest deadline on top (ux.md B1)."""

from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import Agency, User
from accounts.selectors.calendar import work_calendar
from connections.admin.many import DIVIDES
from connections.admin.pages import staff_page
from connections.admin.sharing import KEPT
from connections.admin.working import state_tag
from connections.choices import State
from connections.models import SavedView
from connections.selectors.people import active_mark, holders_of
from connections.selectors.queue import ASSIGNABLE, TABS, Wanted, dossiers_of, filing_agencies, queue, tab_counts
from connections.selectors.requests import Turn, deadline_of
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.forms import PortalForm
from core.workdays import WorkCalendar

PAGE = 50
SENT = [(value, label) for value, label in State.choices if value != State.DRAFT]


class ManyOptions(UnfoldAdminSelectWidget):
    """A select of hundreds of options, drawn without a template for each of them."""

    template_name = "admin/connections/parts/select.html"


class QueueForm(PortalForm):
    """What the queue is narrowed by; all of it stands in the address."""

    q = forms.CharField(
        label=gettext_lazy("Mã hồ sơ, cơ quan, hệ thống"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "search"}),
        help_text=gettext_lazy("Gõ không dấu cũng được."),
    )
    state = forms.MultipleChoiceField(
        label=gettext_lazy("Tình trạng"),
        required=False,
        choices=SENT,
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 4}),
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Cơ quan"),
        required=False,
        empty_label=gettext_lazy("Mọi cơ quan"),
        widget=ManyOptions,
    )
    evaluator = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Người thẩm định"),
        required=False,
        empty_label=gettext_lazy("Mọi người"),
        widget=ManyOptions,
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = filing_agencies(actor)  # type: ignore[attr-defined]
        self.fields["evaluator"].queryset = holders_of("request.evaluate")  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Return what was asked; a value that fits no field narrows nothing and is said to be wrong."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(given.get("q", ""), given.get("state", []), given.get("agency"), given.get("evaluator"))


def queue_page(admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Show one tab of the queue."""
    actor, calendar = acting(request), work_calendar()
    form = QueueForm(actor, request.GET)
    wanted, tab = form.wanted(), request.GET.get("tab", "")
    tab = tab if tab in TABS else next(iter(TABS))
    counts = tab_counts(actor, wanted, calendar)
    page = _page(request, actor, wanted, tab, calendar, counts[tab])
    return staff_page(
        admin,
        request,
        "admin/connections/queue.html",
        title=_("Hồ sơ kết nối"),
        form=form,
        tab=tab,
        tabs=[(TABS[name], _address(request, name), counts[name], name == tab) for name in TABS],
        page=page,
        rows=_rows(actor, page, calendar),
        views=SavedView.objects.filter(owner_id=actor.user_id),
        kept=[(name, values) for name, values in request.GET.lists() if name in KEPT],
        may_assign=any(actor.may(permission) for permission in DIVIDES),
        may_approve=actor.may("request.approve"),
        narrowed=any((wanted.text, wanted.states, wanted.agency, wanted.evaluator)),
        everything=_address(request, "all"),
        all_count=counts["all"],
    )


def _page(
    request: HttpRequest, actor: Actor, wanted: Wanted, tab: str, calendar: WorkCalendar, count: int
) -> Page[int]:
    found = Paginator(queue(actor, wanted, tab, calendar), PAGE)
    found.count = count  # known from the tabs: no second count
    return found.get_page(request.GET.get("page"))


def _rows(actor: Actor, page: Page[int], calendar: WorkCalendar) -> list[dict[str, Any]]:
    yours = Turn("", "yours")
    return [
        {
            "dossier": item,
            "state": state_tag(item, yours if item.waits else None),  # type: ignore[attr-defined]
            "deadline": deadline_of(item, calendar),
            "busy": active_mark(item),
            "assignable": item.state in ASSIGNABLE,
        }
        for item in dossiers_of(actor, page.object_list)
    ]


def _address(request: HttpRequest, tab: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query["tab"] = tab
    return f"?{query.urlencode()}"
