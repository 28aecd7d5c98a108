"""Reading papers: those of a dossier, and the public check of one."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from connections.choices import PrintoutKind, State
from connections.models import ConnectionRequest, Printout, SignedFile
from connections.permissions import may_register
from core.actor import Actor
from core.ids import tidy_spoken_code

_NOTICES = frozenset({PrintoutKind.APPROVAL, PrintoutKind.GO_LIVE, PrintoutKind.GRANT})


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper as a dossier's page lists it."""

    printout: Printout
    may_register: bool
    earlier: list[Printout]


@dataclass(frozen=True, slots=True)
class Checked:
    """What anybody may know of a paper by its code: nothing about persons."""

    title: str
    body: str
    dossier: str
    number: str
    number_date: date | None
    issued_at: datetime
    standing: str
    in_force: bool
    sha256: str


def papers_of(actor: Actor, request: ConnectionRequest) -> list[PaperRow]:
    """Return the papers of a dossier that the actor may see, those in force with what they replaced; one query.

    Each tells the name of its newest signed file as ``signed_name``.
    """
    signed = SignedFile.objects.filter(printout=OuterRef("pk")).order_by("-id")
    found = Printout.objects.visible_to(actor).filter(request=request).defer("content")
    found = found.annotate(signed_name=Subquery(signed.values("name")[:1]))
    earlier: dict[str, list[Printout]] = {}
    current: list[Printout] = []
    for printout in found.select_related("issuer").order_by("-id"):
        if printout.superseded_at is None:
            current.append(printout)
        else:
            earlier.setdefault(printout.kind, []).append(printout)
    return [PaperRow(item, may_register(actor, item), earlier.get(item.kind, [])) for item in reversed(current)]


def checked(typed: str) -> Checked | None:
    """Return what the public may know of the paper with the code *typed*, None where there is none."""
    code = tidy_spoken_code(typed)
    found = Printout.objects.filter(code=code).defer("content").select_related("request", "issuer").first()
    if found is None:
        return None
    standing, in_force = _standing(found)
    return Checked(
        title=str(found.get_kind_display()),
        body=str(found.issuer),
        dossier=found.request.number,
        number=found.number,
        number_date=found.number_date,
        issued_at=found.issued_at,
        standing=standing,
        in_force=in_force,
        sha256=found.sha256,
    )


def _standing(found: Printout) -> tuple[str, bool]:
    if found.superseded_at is not None:
        replaced = Printout.objects.filter(replaces=found).exists()
        return (_("Đã thay thế bằng bản lập sau") if replaced else _("Không còn giá trị")), False
    if found.kind in _NOTICES and found.request.state == State.TERMINATED:
        return _("Hết hiệu lực: kết nối đã hủy"), False
    return _("Còn hiệu lực"), True
