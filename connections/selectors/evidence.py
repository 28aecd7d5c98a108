"""What machines found about a dossier, as the evaluation shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from connections.choices import Probe
from connections.models import ConnectionRequest, CriterionMark, EvidenceRun


@dataclass(frozen=True, slots=True)
class Look:
    """The last run of one probe, and how many there were before it."""

    run: EvidenceRun
    earlier: int


def looks_of(request: ConnectionRequest) -> dict[str, Look]:
    """Return for each probe that was run its last run; one query."""
    found: dict[str, Look] = {}
    for run in request.runs.select_related("run_by", "profile").order_by("run_at", "id"):
        before = found.get(run.probe)
        found[run.probe] = Look(run, before.earlier + 1 if before else 0)
    return found


def serving(mark: CriterionMark, looks: Mapping[str, Look]) -> list[tuple[Probe, Look | None]]:
    """Return the probes that serve the criterion of *mark*, each with its last run if there was one."""
    known = [Probe(code) for code in mark.criterion.probes if code in Probe.values]
    return [(probe, looks.get(probe)) for probe in known]
