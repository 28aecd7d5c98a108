"""The frame every paper of a dossier shares: head, title, foot with the code of its check, who signs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.models import ConnectionRequest, PrintoutTemplate
from connections.models.printouts import PaperText
from connections.printouts.letterheads import Body, place_and_date
from core.actor import Actor
from core.clock import VIETNAM
from core.documents.layout import Block, Check, Document, Paragraph, Sign

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
NOTHING = "Không nêu"


class Framed(Protocol):
    """What the frame asks of a paper, whatever it is about; ``named`` says which case: «Mã hồ sơ: …»."""

    @property
    def template(self) -> PaperText: ...
    @property
    def body(self) -> Body: ...
    @property
    def code(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def number(self) -> str: ...
    @property
    def named(self) -> str: ...
    @property
    def signer(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper is composed from: the dossier as it stands, who issues it, and what the deed was *given*."""

    request: ConnectionRequest
    template: PrintoutTemplate
    body: Body
    actor: Actor
    code: str
    at: datetime
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Number of the dossier."""
        return self.request.number

    @property
    def named(self) -> str:
        """The dossier as the foot names it."""
        return _("Mã hồ sơ: %(number)s") % {"number": self.request.number}

    @property
    def system_name(self) -> str:
        """Name of the dossier's system, without its code."""
        return self.request.system.name if self.request.system else ""

    @property
    def terms(self) -> list[str]:
        """Conditions or commitments of the template, one a line."""
        return self.template.terms.splitlines()

    @property
    def signer(self) -> tuple[str, ...]:
        """Lines of the office that signs: the template's, else the body's own."""
        return tuple(self.template.signer.splitlines()) or self.body.signer


def frame(
    paper: Framed,
    *,
    kind: str,
    subject: Sequence[str],
    blocks: Iterable[Block],
    addressee: str = "",
    signs: Sequence[Sign] = (),
) -> Document:
    """Return the document of *paper* around *blocks*."""
    return Document(
        head=paper.body.head,
        place_and_date=place_and_date(paper.body.head, None, paper.at.astimezone(VIETNAM).year),
        kind=kind,
        subject=tuple(subject),
        addressee=_("Kính gửi: %(to)s.") % {"to": addressee} if addressee else "",
        legal_bases=tuple(listed(paper.template.legal_bases.splitlines(), _("Căn cứ %(item)s"))),
        blocks=tuple(blocks),
        recipients=tuple(listed(paper.template.recipients.splitlines(), "- %(item)s")),
        signs=tuple(signs) or (Sign(paper.signer),),
        foot=_foot(paper),
        code=paper.number,
        made_at=paper.at.replace(microsecond=0),
        check=Check(check_address(paper.code), paper.code),
    )


def check_address(code: str) -> str:
    """Return the public address at which the paper with *code* is checked."""
    return urljoin(settings.PUBLIC_URL, reverse("verify_printout", args=[code]))


def listed(items: Sequence[str], form: str) -> Iterable[str]:
    """Give *items* in *form*, each ended by a semicolon, the last by a full stop."""
    for place, item in enumerate(items, start=1):
        yield form % {"item": item.rstrip(".;")} + ("." if place == len(items) else ";")


def bullets(items: Sequence[str]) -> Iterable[Paragraph]:
    """Give *items* as paragraphs of a list."""
    return (Paragraph(text) for text in listed(items, "- %(item)s"))


def said(value: Any) -> str:
    """Return *value* as paper says it; nothing is said to be nothing."""
    return str(value) if value not in (None, "") else NOTHING


def minute(at: datetime | None) -> str:
    """Return "08:30 ngày 05/02/2026" on the Vietnamese clock; "–" for what has not happened."""
    return f"{at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}" if at else "–"


def stamp(at: datetime | None) -> str:
    """Return time and day on two lines, for a narrow column; "–" for what has not happened."""
    return f"{at.astimezone(VIETNAM):%H:%M\n%d/%m/%Y}" if at else "–"


def day_of(at: datetime | None) -> str:
    """Return "05/02/2026" on the Vietnamese clock; "–" for what has not happened."""
    return f"{at.astimezone(VIETNAM):%d/%m/%Y}" if at else "–"


def _foot(paper: Framed) -> str:
    return _("%(named)s. Lập lúc %(at)s.\nKiểm tra văn bản: %(address)s") % {
        "named": paper.named,
        "at": minute(paper.at),
        "address": check_address(paper.code),
    }
