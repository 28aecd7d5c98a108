"""Use of the live environment, from the sums of the call log (QC4.7, Q50-7.3; decisions, 32)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from audit.selectors.rollups import CallSums, sums, sums_by
from catalog.models import DataService, Purpose
from core.clock import VIETNAM
from reports.queries.agencies import AgencyThen
from reports.queries.window import Window

LIVE = "live"
# What calls are told apart by.
_PARTIES = ("system_id", "service", "agency_id", "refused")
_SERVICE, _AGENCY, _PURPOSE, _REASON = ("service",), ("agency_id", "agency_code"), ("purpose",), ("reason", "refused")
_PART: tuple[tuple[str, ...], ...] = ((), _PARTIES)
_WHOLE = (*_PART, _SERVICE, _AGENCY, _PURPOSE, _REASON)


@dataclass(frozen=True, slots=True)
class NamedSums:
    """Calls of one service, agency or purpose under its code and name; nobody we know has no name."""

    code: str
    name: str
    sums: CallSums
    agency: AgencyThen | None = None


@dataclass(frozen=True, slots=True)
class UseFigures:
    """Figures of the live environment; ``refused`` by problem code, most first; ``days`` by Vietnamese day.

    ``agencies``, ``services``: how many different ones called and were called; ``used``: calls that were forwarded, by
    system and service.
    """

    log: CallSums
    used: Mapping[tuple[int, str], int]
    agencies: int
    services: int
    by_service: tuple[NamedSums, ...] = ()
    by_agency: tuple[NamedSums, ...] = ()
    by_purpose: tuple[NamedSums, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()
    days: tuple[tuple[date, CallSums], ...] = ()


def use_figures(window: Window, agencies: Mapping[int, AgencyThen], *, whole: bool = True) -> UseFigures:
    """Return the use of the live environment inside the window; not *whole* without purposes, reasons and days."""
    span: dict[str, Any] = {"since": window.since, "until": window.until, "environment": LIVE}
    found = sums_by(**span, by=_WHOLE if whole else _PART)
    used = Counter[tuple[int, str]]()
    for (system, service, _agency, was_refused), one in found[_PARTIES].items():
        if not was_refused:
            used[system, service] += one.calls
    # Number 0 is nobody: what was refused before anyone was known.
    told: dict[str, Any] = {
        "log": found[()][()],
        "used": used,
        "agencies": len({agency for _system, _service, agency, _refused in found[_PARTIES] if agency}),
        "services": len({service for _system, service, _agency, _refused in found[_PARTIES]}),
    }
    if not whole:
        return UseFigures(**told)
    refused = ((reason, one.calls) for (reason, was_refused), one in found[_REASON].items() if was_refused)
    return UseFigures(
        by_service=_named(found[_SERVICE], _titles(DataService, found[_SERVICE])),
        by_agency=_of_agencies(found[_AGENCY], agencies),
        by_purpose=_of_purposes(found[_PURPOSE]),
        refused=tuple(sorted(refused, key=_most_first)),
        days=_days(window),
        **told,
    )


def _days(window: Window) -> tuple[tuple[date, CallSums], ...]:
    """Return the calls by day; of a day cut short by the window's end only those before it."""
    whole = window.until.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    found = sums(since=window.since, until=whole, environment=LIVE, grain="day")
    days = sorted((_day(begins), one) for (begins,), one in found.items())
    rest = sums(since=max(whole, window.since), until=window.until, environment=LIVE)[()]
    return tuple(days) + (((whole.date(), rest),) if rest.calls else ())


def _day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def _of_purposes(found: dict[tuple[Any, ...], CallSums]) -> tuple[NamedSums, ...]:
    return _named(found, _titles(Purpose, found))


def _of_agencies(found: dict[tuple[Any, ...], CallSums], known: Mapping[int, AgencyThen]) -> tuple[NamedSums, ...]:
    rows = (
        NamedSums(code, known[pk].name if pk in known else "", one, known.get(pk)) for (pk, code), one in found.items()
    )
    return tuple(sorted(rows, key=_biggest_first))


def _most_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _titles(model: type[DataService | Purpose], found: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    return dict(model.objects.filter(code__in=[code for (code,) in found]).values_list("code", "title"))


def _named(found: dict[tuple[Any, ...], CallSums], names: dict[str, str]) -> tuple[NamedSums, ...]:
    rows = (NamedSums(code, names.get(code, ""), one) for (code,), one in found.items())
    return tuple(sorted(rows, key=_biggest_first))


def _biggest_first(row: NamedSums) -> tuple[int, str]:
    return -row.sums.calls, row.code
