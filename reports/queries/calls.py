"""Use of the live environment, from the call log (QC4.7, Q50-7.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Agency
from audit.selectors.calls import CallFigures, Share, figures, refusals
from catalog.models import DataService
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class NamedShare:
    """Calls of one service or agency under its code and present name."""

    code: str
    name: str
    total: int
    success: int


@dataclass(frozen=True, slots=True)
class UseFigures:
    """Figures of the log with names beside the codes; ``refused`` by problem code, most first."""

    log: CallFigures
    by_service: tuple[NamedShare, ...]
    by_agency: tuple[NamedShare, ...]
    refused: tuple[tuple[str, int], ...]


def use_figures(window: Window) -> UseFigures:
    """Return the use of the live environment inside the window."""
    log = figures(since=window.since, until=window.until)
    titles = dict(_names(DataService, log.by_service, "title"))
    names = dict(_names(Agency, log.by_agency, "name"))
    return UseFigures(
        log=log,
        by_service=tuple(_named(share, titles) for share in log.by_service),
        by_agency=tuple(_named(share, names) for share in log.by_agency),
        refused=refusals(since=window.since, until=window.until),
    )


def _names(model: type[DataService | Agency], shares: Sequence[Share], field: str) -> list[tuple[str, str]]:
    return list(model.objects.filter(code__in=[share.name for share in shares]).values_list("code", field))


def _named(share: Share, names: dict[str, str]) -> NamedShare:
    return NamedShare(share.name, names.get(share.name, ""), share.total, share.success)
