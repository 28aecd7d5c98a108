"""Content-addressed keeping through the storage of the installation (decisions, 36)."""

from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from core import clock
from core.files.uploads import Upload
from core.problems import DomainError


def stored_fields(upload: Upload) -> dict[str, Any]:
    """Keep what was checked; return the values of a :class:`~core.files.models.StoredFile`.

    Content whose row is not written after all stays behind unnamed and does no harm.
    """
    return {
        "name": upload.name,
        "sha256": keep(upload.content),
        "size": len(upload.content),
        "media_kind": upload.media_kind,
        "stored_at": clock.now(),
    }


def keep(content: bytes) -> str:
    """Keep *content* and return its SHA-256 (hex); content that is there already is not written again."""
    digest = sha256(content).hexdigest()
    path = _path(digest)
    if default_storage.exists(path):
        if _stored(path) == content:
            return digest
        # A writer killed half-way left a part of it.
        default_storage.delete(path)
    saved = default_storage.save(path, ContentFile(content))
    if saved != path:
        # Somebody else wrote the same content at this moment; one copy is enough.
        default_storage.delete(saved)
    return digest


def fetch(digest: str) -> bytes:
    """Return the content named *digest*, whole. Raises DomainError when the storage has lost or changed it."""
    path = _path(digest)
    content = _stored(path) if default_storage.exists(path) else b""
    if sha256(content).hexdigest() != digest:
        raise DomainError(
            _("Tệp không còn nguyên vẹn trong kho lưu trữ. Báo cán bộ vận hành khôi phục từ bản sao lưu."),
            code="unavailable",
        )
    return content


def _stored(path: str) -> bytes:
    with default_storage.open(path) as file:
        return bytes(file.read())


def _path(digest: str) -> str:
    return f"content/{digest[:2]}/{digest}"
