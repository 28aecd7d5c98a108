"""Handing out a kept file: by its row, under its own name, never run or guessed at by the browser."""

from collections.abc import AsyncIterator
from typing import IO, Any, TypeVar
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.http import FileResponse, HttpResponse, HttpResponseBase

from core.files import StoredFile, fetch
from core.files.names import ending
from core.text import slug

Response = TypeVar("Response", bound=HttpResponseBase)


def file_response(stored: StoredFile) -> HttpResponse:
    """Return the content of *stored* as a download under its name (RFC 6266, RFC 8187).

    The caller has judged who may have it. Raises DomainError when the storage has lost or changed the content.
    """
    response = HttpResponse(fetch(stored.sha256), content_type=stored.media_kind)
    return name_download(response, stored.name)


class OpenFile(FileResponse):
    """A file sent piece by piece, by an asynchronous server too, where Django's own would read it whole first."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the pieces."""
        file: Any = self.file_to_stream
        read = sync_to_async(file.read)
        while piece := await read(self.block_size):
            yield piece


def stream_download(file: IO[bytes], name: str, kind: str) -> OpenFile:
    """Return an open *file* as a download; it is closed when it has been sent."""
    return name_download(OpenFile(file, content_type=kind), name)


def name_download(response: Response, name: str) -> Response:
    """Make *response* a download called *name*, with a plain name for old clients, kept by nobody on the way."""
    kind = ending(name)
    plain = f"{slug(name.removesuffix(f'.{kind}')) or 'tep'}.{kind}" if kind else slug(name) or "tep"
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
