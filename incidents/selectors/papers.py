"""Reading papers of the registers: those of a case, and the public check of one."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from connections.selectors.printouts import Checked
from core.actor import Actor
from core.ids import tidy_spoken_code
from incidents.guards.incidents import MANAGE
from incidents.models import Incident, RegisterPaper, RegisterSignedFile, Violation

REGISTER = "paper.register"


def may_number(actor: Actor) -> bool:
    """Return whether *actor* gives papers of the registers their number: the clerk, or who handles incidents."""
    return actor.may(REGISTER) or actor.may(MANAGE)


def papers_of(actor: Actor, case: Incident | Violation) -> list[RegisterPaper]:
    """Return the papers of a case the actor may see, newest first; each tells the name of its newest signed file."""
    about = {"incident": case} if isinstance(case, Incident) else {"violation": case}
    signed = RegisterSignedFile.objects.filter(paper=OuterRef("pk")).order_by("-id")
    found = RegisterPaper.objects.visible_to(actor).filter(**about).defer("content").order_by("-id")
    return list(found.annotate(signed_name=Subquery(signed.values("name")[:1])))


def checked(typed: str) -> Checked | None:
    """Return what the public may know of the paper with the code *typed*, None where the registers have none."""
    found = (
        RegisterPaper.objects.filter(code=tidy_spoken_code(typed))
        .defer("content")
        .select_related("issuer", "incident", "violation")
        .first()
    )
    if found is None:
        return None
    in_force = found.superseded_at is None
    return Checked(
        title=str(found.get_kind_display()),
        body=str(found.issuer),
        dossier=found.case.code,
        number=found.number,
        number_date=found.number_date,
        issued_at=found.issued_at,
        standing=_("Còn hiệu lực") if in_force else _("Đã thay thế bằng bản lập sau"),
        in_force=in_force,
        sha256=found.sha256,
    )
