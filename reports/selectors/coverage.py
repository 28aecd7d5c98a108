"""How each clause is served, when last, and what is missing, for the coverage page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from core import regulation
from core.actor import Actor
from reports.coverage import Served, coverage
from reports.models import LastUse


@dataclass(frozen=True, slots=True)
class Door:
    """A screen or an endpoint: what it is called, where it is ("" for who may not go there), when last used."""

    title: str
    url: str
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause with what serves it; ``used_at`` is the latest use of any of it, ``gap`` says what is missing."""

    clause: regulation.Clause
    counterparts: tuple[regulation.Clause, ...]
    screens: tuple[Door, ...]
    endpoints: tuple[Door, ...]
    commands: tuple[str, ...]
    tests: tuple[str, ...]
    calls: bool
    used_at: datetime | None
    missing: str

    @property
    def state(self) -> str:
        """``served``, ``missing`` (in part or whole, with its reason) or ``untested``."""
        if self.missing:
            return "missing"
        return "served" if self.tests else "untested"


def coverage_lines(actor: Actor, code: str = "") -> list[ClauseLine]:
    """Return every clause of the requirements (of one regulation, by *code*), in the order of the texts. One query."""
    used = dict(LastUse.objects.values_list("name", "at"))
    found = (item for name, item in coverage().served.items() if not code or _code(name) == code)
    return [_line(item, used, actor) for item in found]


def coverage_of(actor: Actor, clause_id: str) -> ClauseLine | None:
    """Return how one clause is served; None where the requirements do not name it."""
    item = coverage().served.get(clause_id)
    return _line(item, dict(LastUse.objects.values_list("name", "at")), actor) if item else None


def _code(clause_id: str) -> str:
    return str(regulation.clause(clause_id).regulation.value)


def _line(item: Served, used: dict[str, datetime], actor: Actor) -> ClauseLine:
    found = regulation.clause(item.clause)
    screens = tuple(_door(name, coverage().titles[name], used, actor) for name in item.screens)
    endpoints = tuple(_door(name, _path(name), used, actor) for name in item.endpoints)
    moments = [used.get(f"clause:{item.clause}"), used.get("calls") if item.calls else None]
    return ClauseLine(
        clause=found,
        counterparts=tuple(regulation.clause(name) for name in found.counterparts),
        screens=screens,
        endpoints=endpoints,
        commands=tuple(item.commands),
        tests=item.tests,
        calls=item.calls,
        used_at=_latest([*moments, *(door.used_at for door in (*screens, *endpoints))]),
        missing=item.missing,
    )


def _door(name: str, title: str, used: dict[str, datetime], actor: Actor) -> Door:
    path = _path(name)
    hidden = path.startswith(_path("admin:index")) and not actor.may("admin.enter")
    return Door(title, "" if hidden else path, used.get(f"page:{name}"))


def _path(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((at for at in moments if at is not None), default=None)
