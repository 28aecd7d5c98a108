"""Issuing the papers of a dossier, inside the deeds that bring it to their step (ux.md §5)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import record_fact
from connections.choices import PrintoutKind
from connections.models import ConnectionRequest, Printout
from connections.models.trials import content_hash
from connections.printouts import (
    apology,
    completion,
    control_slip,
    endings,
    evaluation,
    grants,
    notices,
    receipt,
    request_form,
    trial_record,
)
from connections.printouts.letterheads import body_of, operating_body
from connections.printouts.paper import Paper
from connections.services.paper_templates import template_of
from core import clock
from core.actor import Actor
from core.documents.frozen import freeze
from core.documents.layout import Document
from core.ids import spoken_code
from core.problems import GuardRefused

#: Kind -> (what composes it, the clause it serves).
KINDS: Mapping[str, tuple[Callable[[Paper], Document], str]] = {
    PrintoutKind.REQUEST: (request_form.compose, "QC10.1"),
    PrintoutKind.RECEIPT: (receipt.compose, "QC10.1"),
    PrintoutKind.COMPLETION: (completion.compose, "QC10.2"),
    PrintoutKind.EVALUATION: (evaluation.compose, "QC10.2"),
    PrintoutKind.APPROVAL: (notices.approval, "QC10.2"),
    PrintoutKind.GO_LIVE: (notices.go_live, "QC10.5"),
    PrintoutKind.APOLOGY: (apology.compose, "QC10.2"),
    PrintoutKind.CONTROL: (control_slip.compose, "QC10.2"),
    PrintoutKind.HANDOVER: (grants.handed_over, "QC10.3"),
    PrintoutKind.TEST_RECORD: (trial_record.compose, "QC10.4"),
    PrintoutKind.GRANT: (grants.granted, "QC11.3"),
    PrintoutKind.REVOCATION: (grants.revoked, "QC11.3"),
    PrintoutKind.HOLD: (endings.held, "Q50-15.4"),
    PrintoutKind.RESUMPTION: (endings.resumed, "Q50-15.4"),
    PrintoutKind.ENDING: (endings.ended, "Q50-8.3"),
}
#: Characters of a code, 5 bits each: nobody finds a paper by trying.
CODE_LENGTH = 20


@transaction.atomic
def issue_printout(
    *, actor: Actor, request: ConnectionRequest, kind: str, internal: bool = False, **given: Any
) -> Printout:
    """Issue the paper *kind* of a locked dossier as it stands now; an earlier one of this kind is replaced by it.

    The last thing a deed does with the dossier, so that the paper says what the deed made of it. *internal* keeps it
    among SKHCN's people; *given* is what the deed was told beside the dossier. Raises GuardRefused while the register
    names no operating body.
    """
    issuer = _issuer(request, kind)
    template = template_of(kind)
    compose, clause = KINDS[kind]
    code, now = spoken_code(CODE_LENGTH), clock.now()
    paper = Paper(request, template, body_of(issuer), actor, code, now, given)
    content = freeze(compose(paper))
    replaced = Printout.objects.select_for_update().in_force().filter(request=request, kind=kind).first()
    if replaced is not None:
        replaced.superseded_at = now
        replaced.save()
    made = Printout.objects.create(
        kind=kind,
        request=request,
        issuer=issuer,
        internal=internal,
        code=code,
        content=content,
        sha256=content_hash(content),
        template_version=template.version,
        issued_at=now,
        issued_by_id=actor.user_id,
        replaces=replaced,
    )
    record_fact(
        actor=actor,
        deed="printout.issued",
        subject=request,
        after={"kind": kind, "sha256": made.sha256, "replaces": replaced.pk if replaced else None},
        clause=clause,
    )
    return made


def withdraw_printout(*, actor: Actor, request: ConnectionRequest, kind: str, reason: str) -> None:
    """Let the paper *kind* of a locked dossier no longer be in force; the deed that voids what it says calls this."""
    found = Printout.objects.select_for_update().in_force().filter(request=request, kind=kind).first()
    if found is not None:
        found.superseded_at = clock.now()
        found.save()
        after = {"kind": kind, "sha256": found.sha256}
        clause = KINDS[kind][1]
        record_fact(actor=actor, deed="printout.withdrawn", subject=request, after=after, reason=reason, clause=clause)


def _issuer(request: ConnectionRequest, kind: str) -> Agency:
    if kind == PrintoutKind.REQUEST:
        return request.agency
    found = operating_body()
    if found is None:
        raise GuardRefused(_("Danh bạ chưa có cơ quan quản lý, vận hành nền tảng; không lập được văn bản."))
    return found
