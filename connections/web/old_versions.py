"""Who still calls a version that ends (ux.md C8): every one for SKHCN, its own agency's services for a provider."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from audit.selectors.use import counted_until
from catalog.models import ServiceVersion
from catalog.selectors.endings import successor_of
from connections.selectors.old_versions import (
    SEES_ALL,
    SEES_OWN,
    Caller,
    callers_of,
    calls_of,
    ending_versions,
    versions_watched,
)
from core import clock
from core.sheets import CSV, XLSX, write_csv, write_xlsx
from core.web.downloads import name_download

READ = (SEES_ALL, *SEES_OWN)
PAGE_SIZE = 25


@require_safe
@never_cache
@needs(*READ)
def old_versions(request: Any) -> HttpResponse:
    """List the versions that end, with the systems and calls that still reach them."""
    page = Paginator(ending_versions(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = calls_of(list(page))
    context = {"page": page, "rows": rows, "whole": request.actor.may(SEES_ALL), "until": counted_until()}
    return render(request, "versions/old_versions.html", context)


@require_safe
@never_cache
@needs(*READ)
def version_use(request: Any, code: str, name: str) -> HttpResponse:
    """Show which systems call one version, how much, and whom to speak to."""
    version = _seen(request, code, name)
    callers = callers_of(version)
    context = {
        "version": version,
        "service": version.service,
        "calling": [caller for caller in callers if caller.month or caller.refused],
        "silent": [caller for caller in callers if not (caller.month or caller.refused)],
        "successor": successor_of(version),
        "whole": request.actor.may(SEES_ALL),
        "until": counted_until(),
    }
    return render(request, "versions/version_use.html", context)


@require_safe
@never_cache
@needs(*READ)
def version_use_file(request: Any, code: str, name: str) -> HttpResponse:
    """Give the systems as a spreadsheet, or as CSV when asked with ``dang=csv``."""
    version = _seen(request, code, name)
    whole = request.actor.may(SEES_ALL)
    rows = [_cells(caller, whole=whole) for caller in callers_of(version)]
    title = _("Hệ thống gọi %(code)s %(name)s") % {"code": code, "name": name}
    if request.GET.get("dang") == "csv":
        return name_download(HttpResponse(write_csv(_heads(), rows), content_type=CSV), f"{title}.csv")
    content = write_xlsx(_heads(), rows, title=_("Hệ thống gọi phiên bản"))
    return name_download(HttpResponse(content, content_type=XLSX), f"{title}.xlsx")


def _seen(request: Any, code: str, name: str) -> ServiceVersion:
    found: ServiceVersion = get_object_or_404(versions_watched(request.actor), service__code=code, name=name)
    return found


def _heads() -> list[str]:
    return [
        _("Cơ quan"),
        _("Mã hệ thống"),
        _("Hệ thống"),
        _("Lượt gọi 7 ngày"),
        _("Lượt gọi 30 ngày"),
        _("Bị từ chối 7 ngày"),
        _("Lượt gọi phiên bản thay thế 7 ngày"),
        _("Lượt cuối lúc"),
        _("Quyền khai thác"),
        _("Liên hệ"),
    ]


def _cells(caller: Caller, *, whole: bool) -> Sequence[str]:
    last = caller.last_at.astimezone(clock.VIETNAM) if caller.last_at else None
    return [
        caller.system.owner.name,
        caller.system.code,
        caller.system.name,
        str(caller.week),
        str(caller.month),
        str(caller.refused),
        str(caller.successor_week),
        f"{last:%d/%m/%Y %H:%M}" if last else "",
        _("Còn hiệu lực") if caller.granted else _("Không còn"),
        contact_of(caller, whole=whole),
    ]


def contact_of(caller: Caller, *, whole: bool) -> str:
    """Return whom to speak to: the technician for SKHCN, the agency's mailbox for another agency."""
    owner = caller.system.owner
    if whole and caller.contact is not None:
        return f"{caller.contact.full_name}, {caller.contact.email}"
    return owner.shared_mailbox or owner.phone
