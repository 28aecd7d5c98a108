"""Who a new version of a message structure affects, and how their samples stand: a list to read, take away, extend."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.guards import SERVICE_MANAGE
from catalog.models import MessageProfile
from connections.admin.pages import staff_page
from connections.models import ConformanceRerun
from connections.printouts import reruns_list
from connections.printouts.files import FORMATS
from connections.printouts.letterheads import body_of, operating_body
from connections.selectors.reruns import MOST, Entry, entry_of, heads, not_listed, reruns_of, versions_offered
from connections.services.reruns import open_reruns
from core import clock
from core.admin import BaseAdmin, acting
from core.problems import GuardRefused
from core.sheets import XLSX, write_xlsx
from core.web.downloads import name_download

PAGE = 50
LIST = "admin:connections_conformancererun_changelist"


@admin.register(ConformanceRerun)
class ConformanceRerunAdmin(BaseAdmin):
    """Samples of live connections, run again; rows are made by a deed and never edited."""

    view_permission = "request.view_all"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list of one version, the newest that has one unless another is chosen."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _list(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A row has no page of its own: the dossier shows its run."""
        raise Http404

    def get_urls(self) -> list[URLPattern]:
        """Add the deed that makes the list of a version."""
        begin = self.admin_site.admin_view(require_POST(self.begin))
        return [path("lap/<int:profile>/", begin, name="connections_rerun_open"), *super().get_urls()]

    def begin(self, request: HttpRequest, profile: int) -> HttpResponse:
        """List the connections affected and go back to the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(MessageProfile, pk=profile)
        try:
            count = open_reruns(actor=acting(request), profile=found)
        except GuardRefused as refusal:
            messages.warning(request, str(refusal.detail))
        else:
            text = _("Đã đưa %(n)d kết nối vào danh sách; mẫu thông điệp được chạy trong vòng một phút.")
            messages.success(request, text % {"n": count})
        return redirect(f"{reverse(LIST)}?profile={found.pk}")


def _chosen(request: HttpRequest) -> MessageProfile | None:
    """Return the version asked for; else the newest with a list, else the newest. 404 for one that is none."""
    given = request.GET.get("profile", "")
    if given:
        if not given.isdecimal() or len(given) > 15:
            raise Http404
        return get_object_or_404(MessageProfile, pk=int(given))
    listed = MessageProfile.objects.filter(reruns__isnull=False).order_by("-pk").first()
    return listed or MessageProfile.objects.order_by("-pk").first()


def _list(page: BaseAdmin, request: HttpRequest) -> HttpResponse:
    actor, profile = acting(request), _chosen(request)
    rows = reruns_of(actor, profile) if profile else ConformanceRerun.objects.none()
    ending = request.GET.get("ending", "")
    if ending and profile:
        return _file([entry_of(row) for row in rows], profile, ending)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = heads()
    return staff_page(
        page,
        request,
        "admin/connections/reruns.html",
        title=_("Kiểm tra lại tuân thủ cấu trúc"),
        profile=profile,
        versions=list(versions_offered()[:200]),
        page=shown,
        heads=names,
        rows=[(row, entry_of(row)) for row in shown],
        missing=not_listed(profile).count() if profile else 0,
        may_open=actor.may(SERVICE_MANAGE),
    )


def _file(entries: Sequence[Entry], profile: MessageProfile, ending: str) -> HttpResponse:
    name = _("Kiểm tra lại tuân thủ %(code)s %(version)s") % {"code": profile.code, "version": profile.version}
    if ending not in FORMATS:
        content = write_xlsx(
            [str(head) for head in heads()], [entry.cells() for entry in entries], title=_("Danh sách")
        )
        return name_download(HttpResponse(content, content_type=XLSX), f"{name}.xlsx")
    if len(entries) > MOST:
        text = _("Danh sách có %(n)s kết nối, bản in tối đa %(most)s; tải bảng tính.")
        raise GuardRefused(text % {"n": len(entries), "most": MOST})
    body = operating_body()
    if body is None:
        raise GuardRefused(_("Danh bạ chưa có cơ quan quản lý, vận hành nền tảng; không lập được văn bản."))
    kind, render = FORMATS[ending]
    document = reruns_list.compose(body_of(body), entries, str(profile), clock.now())
    return name_download(HttpResponse(render(document), content_type=kind), f"{name}.{ending}")
