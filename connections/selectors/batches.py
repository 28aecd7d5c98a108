"""Dossiers alike enough to be approved together (ux.md B4): the same in everything a leader would weigh."""

import hashlib
import json
from dataclasses import dataclass, field

from django.db.models import Prefetch

from connections.choices import LineOutcome, Mark, State
from connections.models import Checklist, ConnectionRequest, CriterionMark, Evaluation, RequestLine
from core.actor import Actor

MOST = 200
MET = frozenset({Mark.PASS, Mark.NOT_APPLICABLE})


@dataclass(slots=True)
class Batch:
    """Dossiers of one kind, judged by one version of the checklist with the same results, for the same services."""

    key: str
    kind: str
    checklist: Checklist
    services: list[str]
    dossiers: list[ConnectionRequest] = field(default_factory=list)


def batches(actor: Actor) -> list[Batch]:
    """Return the groups of two or more dossiers that the actor may approve together; four queries, 200 dossiers.

    Left out: what exchanges with a national database, what SKHCN manages itself, what is not met whole, and every
    dossier one of whose services was narrowed or refused. Each of those is looked at by itself.
    """
    if not actor.may("request.approve"):
        return []
    lines = RequestLine.objects.select_related("service", "decision").order_by("service__code")
    marks = Prefetch("marks", queryset=CriterionMark.objects.select_related("criterion"))
    rounds = Evaluation.objects.order_by("-round").select_related("checklist").prefetch_related(marks)
    waiting = ConnectionRequest.objects.visible_to(actor).filter(
        state=State.AWAITING_APPROVAL, national_database=False, system__owner__is_operator=False
    )
    waiting = waiting.exclude(evaluator_id=actor.user_id).exclude(proposed_by_id=actor.user_id)
    found: dict[str, Batch] = {}
    for dossier in (
        waiting.select_related("agency", "system", "evaluator", "proposed_by")
        .prefetch_related(
            Prefetch("lines", queryset=lines, to_attr="asked_lines"),
            Prefetch("evaluations", queryset=rounds, to_attr="judged_rounds"),
        )
        .order_by("submitted_at", "pk")[:MOST]
    ):
        batch = _batch(dossier)
        if batch is not None:
            found.setdefault(batch.key, batch).dossiers.append(dossier)
    return [batch for batch in found.values() if len(batch.dossiers) > 1]


def _batch(dossier: ConnectionRequest) -> Batch | None:
    rounds: list[Evaluation] = dossier.judged_rounds  # type: ignore[attr-defined]
    lines: list[RequestLine] = dossier.asked_lines  # type: ignore[attr-defined]
    results = sorted((mark.criterion.code, mark.result) for mark in rounds[0].marks.all()) if rounds else []
    decided = {line.decided.outcome for line in lines if line.decided}
    if not results or not lines or decided - {LineOutcome.APPROVED} or {result for _c, result in results} - MET:
        return None
    alike = [dossier.kind, rounds[0].checklist_id, dossier.personal_data, [line.service_id for line in lines], results]
    key = hashlib.sha256(json.dumps(alike).encode()).hexdigest()[:24]
    services = [str(line.service) for line in lines]
    return Batch(key, str(dossier.get_kind_display()), rounds[0].checklist, services)
