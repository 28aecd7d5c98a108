"""The points of a completion request as their answers are written (QC10.2)."""

from dataclasses import dataclass

from django.db.models import QuerySet

from audit.models import Fact
from connections.choices import CriterionGroup, Part
from connections.models import Attachment, CompletionPoint, ConnectionRequest
from connections.selectors.files import files_of
from core.actor import Actor
from core.regulation import Clause, cite
from core.regulation import clause as known_clause

# Where an answer to a criterion's group is usually written.
PART_OF = {
    CriterionGroup.ARCHITECTURE: Part.TECHNICAL,
    CriterionGroup.API: Part.TECHNICAL,
    CriterionGroup.SECURITY: Part.PLANS,
    CriterionGroup.OPERATION: Part.PLANS,
    CriterionGroup.NATIONAL: Part.TECHNICAL,
}


@dataclass(frozen=True, slots=True)
class AskedPoint:
    """One open point: clause as cited, the part it is about (None: any), parts changed since it was asked, files."""

    point: CompletionPoint
    clause: Clause
    cited: str
    part: Part | None
    changed: list[Part]
    files: list[Attachment]


def open_points(request: ConnectionRequest) -> QuerySet[CompletionPoint]:
    """Return the points that wait for the agency, in their order."""
    return request.points.filter(resolved_at__isnull=True).select_related("criterion").order_by("round", "number")


def asked_points(actor: Actor, request: ConnectionRequest) -> list[AskedPoint]:
    """Return the open points with what helps to answer them, in three queries whatever their number."""
    points = list(open_points(request))
    since = min((point.asked_at for point in points), default=None)
    changed = _changed_since(request, since) if since else []
    files: dict[int, list[Attachment]] = {}
    for file in files_of(actor, request, point__in=points):
        files.setdefault(file.point_id or 0, []).append(file)
    return [
        AskedPoint(
            point,
            known_clause(point.clause),
            cite(point.clause),
            PART_OF.get(CriterionGroup(point.criterion.group)) if point.criterion else None,
            changed,
            files.get(point.pk, []),
        )
        for point in points
    ]


def _changed_since(request: ConnectionRequest, since: object) -> list[Part]:
    facts = Fact.objects.filter(
        subject_type=ConnectionRequest._meta.label_lower, subject_id=str(request.pk), at__gte=since
    )
    named = set(facts.filter(deed="request.part_saved").values_list("reason", flat=True))
    named |= {fact.get("part") for fact in facts.filter(deed="request.file_added").values_list("after", flat=True)}
    return [part for part in Part if part in named]
