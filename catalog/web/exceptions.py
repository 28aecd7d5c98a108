"""Direct sharing of the own agency, read in the portal (QC11.8)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from catalog.models.exceptions import READ_OWN
from catalog.selectors.exceptions import sharing_cells, sharing_heads, sharing_list
from core.sheets import XLSX, write_xlsx
from core.text import tidy
from core.web.downloads import name_download

READ = (*READ_OWN, "service.view_all")
PAGE_SIZE = 25


@require_safe
@never_cache
@needs(*READ)
def direct_sharing(request: Any) -> HttpResponse:
    """List the cases the actor may see, what is overdue first."""
    words, late = _asked(request)
    found = sharing_list(request.actor, words=words, only_late=late)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "words": words,
        "late": late,
        "staff": request.actor.may("service.view_all"),
    }
    return render(request, "exceptions/direct_sharing.html", context)


@require_safe
@never_cache
@needs(*READ)
def export(request: Any) -> HttpResponse:
    """Give the list as it is narrowed, as a spreadsheet."""
    words, late = _asked(request)
    rows = [sharing_cells(item) for item in sharing_list(request.actor, words=words, only_late=late)]
    content = write_xlsx(sharing_heads(), rows, title=_("Chia sẻ trực tiếp"))
    return name_download(HttpResponse(content, content_type=XLSX), _("Sổ chia sẻ trực tiếp.xlsx"))


def _asked(request: Any) -> tuple[str, bool]:
    return tidy(request.GET.get("q", ""))[:100], request.GET.get("qua-han") == "1"
