"""The patterns of the portal as template tags: one pattern, one template below ``templates/patterns``.

``{% load patterns %}`` gives them all; ``templates/patterns/gallery.html`` shows each one in use. A tag only arranges
what it is given: who may see what, and which actions exist, was decided before.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

register = template.Library()

#: The six public stages of a connection dossier (QC10).
STAGES: tuple[StrOrPromise, ...] = (
    _("Đề nghị"),
    _("Đánh giá"),
    _("Thiết lập môi trường"),
    _("Kiểm thử"),
    _("Xác nhận"),
    _("Vận hành"),
)
#: Cards of work shown at once.
MOST_WORK = 7
_TAG_ICONS = {
    "quiet": "circle",
    "progress": "hourglass-split",
    "yours": "arrow-right",
    "live": "check-circle",
    "wrong": "exclamation-triangle",
}
# Kind of notice, or level of a Django message -> (CSS kind, icon).
_NOTICES = {
    "info": ("info", "info-circle"),
    "debug": ("info", "info-circle"),
    "ok": ("ok", "check-circle"),
    "success": ("ok", "check-circle"),
    "warn": ("warn", "exclamation-triangle"),
    "warning": ("warn", "exclamation-triangle"),
    "error": ("error", "x-circle"),
}
_TASK_STATES = {
    "done": (_("Đã xong"), "plain", "check-circle"),
    "started": (_("Đang làm dở"), "progress", "pencil"),
    "todo": (_("Chưa làm"), "progress", "circle"),
    "incomplete": (_("Đã xem, còn thiếu"), "quiet", "exclamation-triangle"),
    "blocked": (_("Chưa thể bắt đầu"), "quiet", "lock"),
}


class WorkItem(TypedDict):
    """One thing that waits for the reader: a verb, where to do it, and working days left (negative: overdue)."""

    title: StrOrPromise
    url: str
    hint: NotRequired[StrOrPromise]
    days_left: NotRequired[int | None]


class Task(TypedDict):
    """One part of a task list; ``state`` is done, started, todo, incomplete or blocked."""

    title: StrOrPromise
    url: str
    state: str
    hint: NotRequired[StrOrPromise]


class Fact(TypedDict):
    """A term and its value; with ``change_url`` the reader may change it."""

    term: StrOrPromise
    value: Any
    change_url: NotRequired[str]


class Section(TypedDict):
    """A part of check-your-answers."""

    title: StrOrPromise
    facts: Sequence[Fact]
    change_url: NotRequired[str]


class Event(TypedDict):
    """One entry of a timeline; ``detail`` is folded away, ``milestone`` entries stand out."""

    when: datetime
    what: StrOrPromise
    who: NotRequired[StrOrPromise]
    detail: NotRequired[StrOrPromise]
    milestone: NotRequired[bool]


class FacetOption(TypedDict):
    """A value of a facet and how many results have it."""

    value: str
    label: StrOrPromise
    count: int
    selected: bool


class Facet(TypedDict):
    """A question of the filter bar answered by ticking values; ``name`` is the parameter of the address.

    ``more`` are values folded away below the others.
    """

    name: str
    label: StrOrPromise
    options: Sequence[FacetOption]
    more: NotRequired[Sequence[FacetOption]]


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw the icon *name* of the sprite; it always stands beside words that say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons/sprite.svg"),
        name,
    )


def _inner(content: str) -> str:
    """Return what a block tag encloses, already escaped by its own rendering, or nothing when it is only space."""
    return content if content.strip() else ""


@register.simple_block_tag
def page_head(
    content: str,
    title: StrOrPromise,
    lead: StrOrPromise = "",
    eyebrow: StrOrPromise = "",
    turn: StrOrPromise = "",
    turn_kind: str = "progress",
) -> str:
    """Head a page: where am I (*eyebrow*), what is this (*title*, the h1; *lead*), whose *turn*, main action.

    *turn* reads as a tag of kind *turn_kind* ("yours" when it waits for the reader). The block holds the action.
    """
    context = {"title": title, "lead": lead, "eyebrow": eyebrow, "turn": turn, "turn_kind": turn_kind}
    return render_to_string("patterns/page_head.html", context | {"actions": _inner(content)})


@register.inclusion_tag("patterns/stepper.html")
def stepper(current: int, *, finished: bool = False, stages: Sequence[StrOrPromise] = STAGES) -> dict[str, Any]:
    """Show the stages with number *current* (from 1) under way, or all of them done when *finished*."""
    steps = []
    for number, name in enumerate(stages, start=1):
        done = finished or number < current
        steps.append({"name": name, "done": done, "current": number == current and not finished})
    return {"steps": steps, "number": current, "total": len(steps), "name": stages[current - 1], "finished": finished}


@register.inclusion_tag("patterns/tag.html")
def tag(text: StrOrPromise, kind: str = "quiet", icon_name: str = "") -> dict[str, Any]:
    """Show a state in words, icon and colour. *kind*: quiet, progress, yours (the reader's), live, wrong, plain."""
    return {"text": text, "kind": kind, "icon_name": icon_name or _TAG_ICONS.get(kind, "circle")}


@register.inclusion_tag("patterns/deadline_badge.html")
def deadline_badge(
    days_left: int | None, due: date | None = None, *, paused_since: date | None = None, paused_for: StrOrPromise = ""
) -> dict[str, Any]:
    """Say how a deadline stands: *days_left* in working days (negative: overdue), or paused and whom it waits for."""
    return {
        "days_left": days_left,
        "overdue": -days_left if days_left is not None and days_left < 0 else 0,
        "due": due,
        "paused_since": paused_since,
        "paused_for": paused_for,
    }


@register.inclusion_tag("patterns/your_work.html")
def your_work(
    items: Sequence[WorkItem], more_url: str = "", title: StrOrPromise = "", *, every: bool = False
) -> dict[str, Any]:
    """Show what waits for the reader as cards, seven unless *every*, each a verb with its deadline."""
    shown = items if every else items[:MOST_WORK]
    return {"items": shown, "more": len(items) - len(shown), "more_url": more_url, "title": title, "all": len(items)}


@register.inclusion_tag("patterns/task_list.html")
def task_list(tasks: Iterable[Task]) -> dict[str, Any]:
    """List the parts of a dossier with how each stands; a blocked part is not a link."""
    rows: list[dict[str, Any]] = []
    for task in tasks:
        state = task["state"]
        label, kind, symbol = _TASK_STATES[state]
        rows.append({"task": task, "label": label, "kind": kind, "icon_name": symbol, "open": state != "blocked"})
    done = sum(row["task"]["state"] == "done" for row in rows)
    return {"rows": rows, "done": done, "total": len(rows)}


@register.inclusion_tag("patterns/facts.html")
def facts(rows: Iterable[Fact | tuple[StrOrPromise, Any]]) -> dict[str, Any]:
    """Show terms and values; a row is a :class:`Fact` or a pair. An empty value reads "Chưa có"."""
    return {"rows": [row if isinstance(row, Mapping) else {"term": row[0], "value": row[1]} for row in rows]}


@register.inclusion_tag("patterns/check_answers.html")
def check_answers(sections: Iterable[Section]) -> dict[str, Any]:
    """Show everything a person is about to send, part by part, each with its way back."""
    return {"sections": sections}


@register.inclusion_tag("patterns/timeline.html")
def timeline(events: Iterable[Event]) -> dict[str, Any]:
    """Show what happened, newest first as given; details are folded away."""
    return {"events": events}


@register.simple_block_tag
def filter_bar(content: str, facets: Sequence[Facet] = (), active: int = 0, clear_url: str = "?") -> str:
    """Filter a list by a GET form: the block's content (fields) above *facets*; *active* filters are counted.

    Folded away on narrow screens. Sits beside the results inside ``<div class="with-filter">``.
    """
    values = {"facets": facets, "active": active, "clear_url": clear_url, "fields": _inner(content)}
    return render_to_string("patterns/filter_bar.html", values)


@register.inclusion_tag("patterns/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Lead through the pages of a list, keeping the rest of the address (filters, order)."""
    request = context.get("request")

    def address(number: int) -> str:
        query = request.GET.copy() if request is not None else QueryDict(mutable=True)
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    links = [
        {"number": number, "url": address(number) if isinstance(number, int) else ""}
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "links": links,
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }


@register.simple_block_tag
def blank_state(content: str, text: StrOrPromise, icon_name: str = "inbox") -> str:
    """Say that there is nothing and why (the empty state); the block's content is the next step."""
    return render_to_string(
        "patterns/empty_state.html", {"text": text, "icon_name": icon_name, "actions": _inner(content)}
    )


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: StrOrPromise = "") -> str:
    """Tell something beside the content. *kind*: info, ok, warn, error. Its colour is never the only sign."""
    return render_to_string("patterns/notice.html", {"kind": kind, "title": title, "text": _inner(content)})


@register.filter
def notice_style(kind: str) -> tuple[str, str]:
    """Return (CSS kind, icon) for a kind of notice or the level tag of a message."""
    return _NOTICES.get(kind.rsplit(" ", maxsplit=1)[-1] if kind else "info", _NOTICES["info"])


@register.filter
def span_of_ms(milliseconds: int) -> str:
    """Return a span of time in words: whole seconds as seconds, anything else in milliseconds.

    >>> span_of_ms(10_000)
    '10 giây'
    """
    seconds, rest = divmod(milliseconds, 1000)
    if rest:
        return gettext("%(n)s mili giây") % {"n": number_format(milliseconds, force_grouping=True)}
    return gettext("%(n)s giây") % {"n": number_format(seconds, force_grouping=True)}


@register.inclusion_tag("patterns/copy_button.html")
def copy_button(target: str, label: StrOrPromise = "") -> dict[str, Any]:
    """Copy the text of the element with id *target*; shown only where the browser can."""
    return {"target": target, "label": label}


@register.inclusion_tag("patterns/data_label.html")
def data_label(*, official: bool, text: StrOrPromise = "") -> dict[str, Any]:
    """Mark data that is not official; official data carries no mark unless *text* names its source."""
    return {"official": official, "text": text}


@register.inclusion_tag("patterns/secret_panel.html")
def secret_panel(
    secret: str, name: StrOrPromise, element_id: str = "bi-mat", download_url: str = ""
) -> dict[str, Any]:
    """Show a secret the one time it is shown, with copy and, where there is one, download."""
    return {"secret": secret, "name": name, "element_id": element_id, "download_url": download_url}
