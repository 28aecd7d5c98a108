"""The call log of one's own agency (ux.md C6): what was called, how it ended, why it was refused. Never content."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.selectors.agencies import bodies_of
from accounts.web.access import needs
from audit.selectors.call_pages import Place, calls_of
from audit.selectors.calls import CallRow
from connections.selectors.call_steps import problem_of
from connections.web.call_forms import USUAL_DAYS, CallsForm
from core import clock
from core.choices import Environment
from core.sheets import CSV, write_csv
from core.web.downloads import name_download

READ_CALLS = "calllog.view_own"
PAGE, MOST_ROWS = 50, 10_000


@require_safe
@never_cache
@needs(READ_CALLS)
def calls(request: Any) -> HttpResponse:
    """Show the calls the agency made or answered, newest first; what narrows them is in the address."""
    bodies = bodies_of(request.actor.agency_id or 0)
    form = CallsForm(request.GET, bodies)
    rows: list[CallRow] = []
    last: Place | None = None
    if form.is_valid():
        after = Place.read(request.GET.get("after", ""))
        rows, last = calls_of(bodies, form.wanted(), after=after, limit=PAGE)
    asked = request.GET.copy()
    asked.pop("after", None)
    context = {
        "form": form,
        "rows": [(row, _place(row), _reason(row)) for row in rows],
        "bodies": bodies,
        "narrowed": any(asked.values()),
        "asked": asked.urlencode(),
        "older": _with(asked, after=str(last)) if last else "",
        "further": "after" in request.GET,
        "usual_days": USUAL_DAYS,
        "most_rows": MOST_ROWS,
    }
    return render(request, "developer/calls.html", context)


@require_safe
@never_cache
@needs(READ_CALLS)
def calls_file(request: Any) -> HttpResponse:
    """Give what the page shows as csv, as far as a file holds; a wrong filter gives the page with what to mend."""
    bodies = bodies_of(request.actor.agency_id or 0)
    form = CallsForm(request.GET, bodies)
    if not form.is_valid():
        return calls(request)
    rows, _last = calls_of(bodies, form.wanted(), limit=MOST_ROWS)
    content = write_csv(_headers(), (list(_cells(row, bodies)) for row in rows))
    return name_download(HttpResponse(content, content_type=CSV), f"nhat-ky-{clock.today():%Y%m%d}.csv")


def _headers() -> list[str]:
    return [
        _("Mã yêu cầu"),
        _("Lúc"),
        _("Môi trường"),
        _("Phương thức"),
        _("Dịch vụ"),
        _("Phiên bản"),
        _("Thao tác"),
        _("Hệ thống gọi"),
        _("Cơ quan khai thác"),
        _("Cơ quan cung cấp"),
        _("Quyền khai thác"),
        _("Mục đích"),
        _("Thủ tục hành chính"),
        _("Địa chỉ mạng"),
        _("Mã trạng thái HTTP"),
        _("Mã lý do"),
        _("Lý do"),
        _("Thời gian (ms)"),
        _("Thời gian tại nguồn (ms)"),
        _("Dung lượng trả lời (byte)"),
        _("Giá trị ngoài phạm vi đã bỏ"),
    ]


def _cells(row: CallRow, bodies: list[int]) -> Iterator[str]:
    mine = row.agency_id in bodies and row.key_id
    yield from (str(row.call_id), date_format(row.received_at.astimezone(clock.VIETNAM), "d/m/Y H:i:s"), _place(row))
    yield from (row.method, row.service, row.version, row.operation, row.system_code)
    yield from (row.agency_code, row.provider_code, row.grant_code, row.purpose)
    yield from (row.procedure, row.address if mine else "")
    figures = (row.total_ms, row.upstream_ms, row.response_bytes, row.fields_dropped)
    yield "" if row.status is None else str(row.status)
    yield from (row.reason or "", _reason(row))
    yield from ("" if value is None else str(value) for value in figures)


def _with(asked: Any, **more: str) -> str:
    found = asked.copy()
    found.update(more)
    return str(found.urlencode())


def _place(row: CallRow) -> str:
    return str(Environment(row.environment).label) if row.environment in Environment.values else ""


def _reason(row: CallRow) -> str:
    problem = problem_of(row)
    return str(problem.title) if problem else row.reason or ""
