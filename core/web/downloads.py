"""Handing out a kept file: by its row, under its own name, never run or guessed at by the browser."""

from urllib.parse import quote

from django.http import HttpResponse

from core.files import StoredFile, fetch
from core.files.names import ending
from core.text import slug


def file_response(stored: StoredFile) -> HttpResponse:
    """Return the content of *stored* as a download under its name (RFC 6266, RFC 8187).

    The caller has judged who may have it. Raises DomainError when the storage has lost or changed the content.
    """
    response = HttpResponse(fetch(stored.sha256), content_type=stored.media_kind)
    return name_download(response, stored.name)


def name_download(response: HttpResponse, name: str) -> HttpResponse:
    """Make *response* a download called *name*, with a plain name for old clients, kept by nobody on the way."""
    kind = ending(name)
    plain = f"{slug(name.removesuffix(f'.{kind}')) or 'tep'}.{kind}" if kind else slug(name) or "tep"
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
