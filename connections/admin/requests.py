"""Staff pages of dossiers: the queue, the working page, and a page for each step."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from connections.admin import evaluation, intake, many, papers, points, sharing, trials
from connections.admin.queue import queue_page
from connections.admin.register_list import register_page
from connections.admin.step_table import STEPS
from connections.admin.steps import step_view
from connections.admin.thread import thread_file_view, thread_view
from connections.admin.versions import versions_view
from connections.admin.working import working_page
from connections.models import ConnectionRequest
from core.admin import BaseAdmin

View = Any


@admin.register(ConnectionRequest)
class ConnectionRequestAdmin(BaseAdmin):
    """Dossiers: filed in the portal, worked on here; every change is a step with its deed."""

    view_permission = "request.view_all"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the queue."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest
        self._enter(request)
        return queue_page(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the working page."""
        self._enter(request)
        return working_page(self, request, object_id)

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the steps."""
        pages: dict[str, tuple[str, View]] = {
            action: (page.place, partial(step_view, self, action=action, page=page)) for action, page in STEPS.items()
        }
        for action, (place, _deed) in points.DEEDS.items():
            pages[action] = (place, partial(points.points_view, self, action=action))
        pages["receive"] = ("tiep-nhan", partial(intake.receive_view, self))
        pages["evaluate"] = ("tham-dinh", partial(evaluation.evaluate_view, self))
        pages["autosave"] = ("tham-dinh/luu", partial(evaluation.autosave_view, self))
        pages["mark"] = ("dang-xu-ly", partial(sharing.mark_view, self))
        pages["note"] = ("ghi-chu", partial(sharing.note_view, self))
        pages["measure"] = ("do-lai", partial(trials.measure_view, self))
        pages["judge_case"] = ("ca-kiem-thu/<int:case_id>", partial(trials.case_view, self))
        pages["thread"] = ("trao-doi", partial(thread_view, self))
        pages["thread_file"] = ("trao-doi/tep/<int:file>", partial(thread_file_view, self))
        pages["versions"] = ("cac-lan-gui", partial(versions_view, self))
        pages |= {action: (place, partial(view, self)) for action, (place, view) in papers.PAGES.items()}
        own = [
            path(f"<int:object_id>/{place}/", self._guarded(view), name=f"connections_request_{action}")
            for action, (place, view) in pages.items()
        ]
        shared: dict[str, tuple[str, View]] = {
            "assign_many": ("phan-cong-nhieu/", many.assign_many_view),
            "approve_many": ("phe-duyet-nhieu/", many.approve_many_view),
            "keep_view": ("danh-sach-da-luu/", sharing.keep_view),
            "drop_view": ("danh-sach-da-luu/<int:view_id>/xoa/", sharing.drop_view),
        }
        lists = [
            path(place, self._guarded(partial(view, self)), name=f"connections_requests_{name}")
            for name, (place, view) in shared.items()
        ]
        register = self._guarded(partial(register_page, self))
        lists.append(path("so-theo-doi/", register, name="connections_request_register"))
        return [*own, *lists, *super().get_urls()]

    def _guarded(self, view: View) -> View:
        """Open a page to those who may see dossiers; the step itself is judged inside."""

        def entered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            self._enter(request)
            answer: HttpResponse = view(request, **kwargs)
            return answer

        return self.admin_site.admin_view(entered)

    def _enter(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied
