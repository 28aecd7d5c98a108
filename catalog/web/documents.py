"""The library of technical documents, for everyone: each reader finds what the level lets them read (QC14.7)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.web.access import needs
from catalog.duty_choices import DocumentLevel, OwnerSide
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import DocumentVersion, TechnicalDocument
from catalog.selectors.documents import library, out_of_scope, own_drafts
from catalog.services import documents as deeds
from catalog.web.document_forms import DocumentForm, VersionForm
from core.forms import show_refusal
from core.problems import DomainError
from core.text import tidy
from core.web.downloads import file_response

PAGE_SIZE = 50


@require_safe
@never_cache
def documents(request: Any) -> HttpResponse:
    """List what the reader may see: documents of the platform first, then by service."""
    actor, words = request.actor, tidy(request.GET.get("q", ""))[:100]
    service, level = tidy(request.GET.get("dich-vu", ""))[:64], request.GET.get("muc", "")
    found = library(actor, words=words, service=service, level=level)
    writes = actor.may(SERVICE_EDIT_OWN)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "words": words,
        "service": service,
        "level": level,
        "levels": DocumentLevel.choices,
        "narrowed": bool(words or service or level),
        "out_of_scope": out_of_scope(actor),
        "drafts": list(own_drafts(actor)[:PAGE_SIZE]) if writes else [],
        "writes": writes,
    }
    return render(request, "documents/documents.html", context)


def _visible(request: Any, pk: int) -> TechnicalDocument:
    found = TechnicalDocument.objects.visible_to(request.actor).select_related("service__provider")
    return get_object_or_404(found, pk=pk)


@require_safe
@never_cache
def document(request: Any, pk: int) -> HttpResponse:
    """Show a document with its versions; one outside the reader's level is not found."""
    found = _visible(request, pk)
    context = {
        "document": found,
        "versions": list(found.versions.all()),
        "writes": _writes(request, found),
        "staff": request.actor.may("service.view_all"),
    }
    return render(request, "documents/document.html", context)


@require_GET
@never_cache
def document_file(request: Any, pk: int, version: int) -> HttpResponse:
    """Give one file under its own name, and note who took it."""
    seen = DocumentVersion.objects.filter(document=_visible(request, pk))
    found = get_object_or_404(seen, pk=version)
    response = file_response(found)
    deeds.take_file(actor=request.actor, version=found)
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def new(request: Any) -> HttpResponse:
    """Enter a document about an own service with its first file; SKHCN publishes it."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DocumentForm(*given, agency_id=request.actor.agency_id or 0)
    if form.is_bound and form.is_valid():
        try:
            made = deeds.enter_with_file(actor=request.actor, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã lưu bản nháp; Sở Khoa học và Công nghệ xem và công bố."))
            return redirect("document", pk=made.pk)
    return render(request, "documents/form.html", {"form": form, "title": _("Nhập tài liệu")})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def add_version(request: Any, pk: int) -> HttpResponse:
    """Put another file into a document that is still being written."""
    found = _visible(request, pk)
    form = VersionForm(request.POST, request.FILES) if request.method == "POST" else VersionForm()
    if form.is_bound and form.is_valid():
        try:
            deeds.add_document_version(actor=request.actor, document=found, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã thêm phiên bản."))
            return redirect("document", pk=found.pk)
    return render(request, "documents/form.html", {"form": form, "document": found, "title": _("Thêm phiên bản")})


def _writes(request: Any, found: TechnicalDocument) -> bool:
    """Return whether the reader is of the provider that is still writing the document."""
    mine = found.service is not None and found.service.provider_id == request.actor.agency_id
    drafting = found.published_at is None and found.owner_side == OwnerSide.PROVIDER
    return drafting and mine and request.actor.may(SERVICE_EDIT_OWN)
