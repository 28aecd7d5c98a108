"""A file as read, kept for the person who sent it until they confirm what it would do: all of it or nothing.

What was previewed is what is done: a confirmation names the content of the file and what it was shown to do.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from core.actor import Actor
from core.problems import NoLongerValid, StateRefused
from core.sheets import Sheet
from core.text import visible

# How long a preview may wait to be confirmed, in seconds. Ours.
PREVIEW_SECONDS = 1800
_TOKEN = 22  # letters and digits: 130 bits
Mark = tuple[int, str, int, int]


@dataclass(slots=True)
class Preview:
    """A file as read; *kind* names the register it is for, ``seen`` is what the person last saw it would do."""

    kind: str
    token: str
    user_id: int | None
    file_name: str
    digest: str
    source: str
    sheet: Sheet
    about: int = 0
    seen: list[Mark] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Return what a confirmation must name: the content of the file and what it was shown to do."""
        return hashlib.sha256(f"{self.digest}|{self.source}|{self.seen}".encode()).hexdigest()

    def keep(self) -> None:
        """Keep it for another half hour."""
        cache.set(_key(self.kind, self.token), self, PREVIEW_SECONDS)

    def drop_on_commit(self) -> None:
        """Forget it once the deed stands."""
        transaction.on_commit(lambda: cache.delete(_key(self.kind, self.token)))

    def show(self, rows: Sequence[Any]) -> bool:
        """Remember what *rows* would do; return whether that differs from what was shown before."""
        seen = [row.seen for row in rows]
        moved = bool(self.seen) and seen != self.seen
        if seen != self.seen:
            self.seen = seen
            self.keep()
        return moved

    def require_same(self, rows: Sequence[Any], fingerprint: str) -> None:
        """Refuse when *rows* would do something else than what was shown. Raises StateRefused naming the rows."""
        if fingerprint != self.fingerprint:
            raise StateRefused(_("Bản xem trước này đã cũ; xem lại các thay đổi rồi xác nhận."))
        moved = [row for row, before in zip_longest(rows, self.seen) if row is None or row.seen != before]
        if moved:
            shown = "; ".join(f"{row.number} ({row.key})" for row in moved[:20] if row) + (
                "…" if len(moved) > 20 else ""
            )
            text = _(
                "Nội dung đang lưu vừa thay đổi so với bản xem trước ở các dòng: %(rows)s. "
                "Chưa có gì được ghi; hãy xem lại."
            )
            raise StateRefused(text % {"rows": shown})


def new_preview(*, kind: str, actor: Actor, content: bytes, file_name: str, sheet: Sheet, source: str = "") -> Preview:
    """Keep a file that was read for the person who sent it."""
    shown = "".join(char for char in visible(file_name) if unicodedata.category(char)[0] != "C")[-100:]
    digest = hashlib.sha256(content).hexdigest()
    preview = Preview(kind, get_random_string(_TOKEN), actor.user_id, shown, digest, source, sheet)
    preview.keep()
    return preview


def kept_preview(*, kind: str, actor: Actor, token: str) -> Preview:
    """Return the actor's own preview. Raises NoLongerValid when it was confirmed, expired or is somebody else's."""
    found: Preview | None = cache.get(_key(kind, token)) if token.isalnum() and len(token) == _TOKEN else None
    if found is None or found.user_id != actor.user_id:
        raise NoLongerValid(_("Bản xem trước đã được thực hiện hoặc đã hết hạn; chọn lại tệp."))
    return found


def _key(kind: str, token: str) -> str:
    return f"{kind}.preview.{token}"
