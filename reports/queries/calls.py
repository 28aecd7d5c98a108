"""Use of the live environment, from the sums of the call log (QC4.7, Q50-7.3; decisions, 32)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import Agency
from audit.selectors.rollups import CallSums, sums
from catalog.models import DataService
from reports.queries.window import Window

LIVE = "live"


@dataclass(frozen=True, slots=True)
class NamedShare:
    """Calls of one service or agency under its code and present name; nobody we know has neither."""

    code: str
    name: str
    total: int
    success: int


@dataclass(frozen=True, slots=True)
class UseFigures:
    """Figures of the live environment with names beside the codes; ``refused`` by problem code, most first."""

    log: CallSums
    by_service: tuple[NamedShare, ...]
    by_agency: tuple[NamedShare, ...]
    refused: tuple[tuple[str, int], ...]


def use_figures(window: Window) -> UseFigures:
    """Return the use of the live environment inside the window."""
    span: dict[str, Any] = {"since": window.since, "until": window.until, "environment": LIVE}
    by_service, by_agency = sums(**span, by=["service"]), sums(**span, by=["agency_code"])
    refused = sums(**span, by=["reason"], refused=True)
    return UseFigures(
        log=sums(**span)[()],
        by_service=_named(by_service, _names(DataService, by_service, "title")),
        by_agency=_named(by_agency, _names(Agency, by_agency, "name")),
        refused=tuple(sorted(((code, found.calls) for (code,), found in refused.items()), key=_most_first)),
    )


def _most_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _names(model: type[DataService | Agency], found: Iterable[tuple[str]], field: str) -> dict[str, str]:
    return dict(model.objects.filter(code__in=[code for (code,) in found]).values_list("code", field))


def _named(found: dict[tuple[str], CallSums], names: dict[str, str]) -> tuple[NamedShare, ...]:
    shares = (NamedShare(code, names.get(code, ""), sums.calls, sums.success) for (code,), sums in found.items())
    return tuple(sorted(shares, key=lambda share: (-share.total, share.code)))
