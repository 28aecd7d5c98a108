"""A dossier beside the one it changes or renews: what stays, what comes, what goes (Q50-15.4)."""

from dataclasses import dataclass
from datetime import date

from connections.choices import State
from connections.models import ConnectionRequest
from connections.selectors.answers import LineView, lines_of
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One service in both dossiers; a side without it is None."""

    service: str
    before: LineView | None
    after: LineView | None

    @property
    def same(self) -> bool:
        """Whether nothing of it changes."""
        return self.before is not None and self.after is not None and said(self.before) == said(self.after)


@dataclass(frozen=True, slots=True)
class Following:
    """What a page tells of a dossier that follows another: that one, both scopes, both last days."""

    source: ConnectionRequest
    rows: list[ScopeRow]
    until_before: date | None
    until_after: date | None
    networks_before: list[str]
    networks_after: list[str]


def said(view: LineView) -> tuple[list[str], list[str], int]:
    """Return what a line grants: operations, fields, quota."""
    return sorted(view.granted_operations), sorted(view.granted_fields), view.line.granted_quota


def _granted(request: ConnectionRequest) -> dict[int, LineView]:
    return {view.line.service_id: view for view in lines_of(request) if not view.line.refused}


def following(request: ConnectionRequest) -> Following | None:
    """Return what *request* changes of the dossier it follows; None where it follows none. Seven queries at most."""
    source = request.follows
    if source is None:
        return None
    before, after = _granted(source), _granted(request)
    rows = [
        ScopeRow((after.get(pk) or before[pk]).line.service.title, before.get(pk), after.get(pk))
        for pk in dict.fromkeys([*before, *after])
    ]
    return Following(source, rows, source.wanted_until, request.wanted_until, source.networks, request.networks)


def may_follow(actor: Actor, request: ConnectionRequest) -> bool:
    """Return whether the page of a dossier offers to change or renew it."""
    return request.state == State.LIVE and actor.may("request.draft") and actor.agency_id == request.agency_id
