"""What a paper of the registers is composed from, by the names the common frame asks for."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from connections.printouts.letterheads import Body
from core.actor import Actor
from incidents.models import Incident, RegisterPaperTemplate, Violation


@dataclass(frozen=True, slots=True)
class Sheet:
    """The case as it stands, who issues the paper, and under which code it is checked."""

    case: Incident | Violation
    template: RegisterPaperTemplate
    body: Body
    actor: Actor
    code: str
    at: datetime

    @property
    def number(self) -> str:
        """Code of the case."""
        return self.case.code

    @property
    def named(self) -> str:
        """The case as the foot names it."""
        label = _("Mã sự cố") if isinstance(self.case, Incident) else _("Mã vi phạm")
        return f"{label}: {self.case.code}"

    @property
    def terms(self) -> list[str]:
        """Conditions of the template, one a line."""
        return self.template.terms.splitlines()

    @property
    def signer(self) -> tuple[str, ...]:
        """Lines of the office that signs: the template's, else the body's own."""
        return tuple(self.template.signer.splitlines()) or self.body.signer
