"""People who make and read reports, and a month to report on."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from core import clock
from core.actor import Actor
from core.documents import docx
from reports.choices import Format
from reports.content.figures import Frozen
from reports.content.standing import CONNECTIONS, UNCONNECTED
from reports.content.use import USE
from reports.documents.periodic import compose
from reports.models import ReportRun
from reports.periods import CALENDAR, Period, month_period
from reports.services.approving import approve_report, publish_report
from reports.services.requesting import request_report
from reports.services.submitting import make_files, submit_report
from reports.services.writing import write_report
from tests.connections.conftest import chain
from tests.connections.use_log import open_chains
from tests.reports.keeping import kept
from tests.shelf import SHELF

__all__ = ["chain"]
As = Callable[[str], Client]
ROLES = ("report_officer", "department_leader", "inspector", "evaluator")


def word_alone(run: ReportRun, frozen: Frozen, narrative: Mapping[str, str]) -> dict[Format, bytes]:
    """Return what ``render_files`` does, without the workbook and the PDF."""
    return {Format.DOCX: docx.render(compose(run, frozen, narrative))}


@dataclass
class Desk:
    """Who drafts, publishes and reads, and the running month."""

    users: dict[str, User]
    actors: dict[str, Actor]
    month: Period

    def ask(self) -> ReportRun:
        """Ask for a preliminary report of the running month."""
        return request_report(actor=self.actors["report_officer"], period=self.month, preliminary=True)[0]

    def write(self) -> ReportRun:
        """Ask for it and write it: figures are frozen, words drafted."""

        def write() -> ReportRun:
            open_chains()
            return write_report(run_id=self.ask().pk)

        return kept("written", write)

    def submit(self, run: ReportRun | None = None, *, every: bool = False) -> ReportRun:
        """Submit it and make its files: the Word file alone, which takes a fifth of the time, or *every* one.

        Without a *run* it is one written now, or the one that another test has had made before.
        """
        if run is None:
            written = self.write()
            return kept(("submitted", every), lambda: self._submit(written, every))
        return self._submit(run, every)

    def _submit(self, run: ReportRun, every: bool) -> ReportRun:
        submitted = submit_report(actor=self.actors["report_officer"], run=run)
        with nullcontext() if every else patch("reports.services.submitting.render_files", word_alone):
            return make_files(run_id=submitted.pk)

    def publish(self, run: ReportRun | None = None, *, every: bool = False) -> ReportRun:
        """Approve and publish it."""
        submitted = self.submit(run, every=every)
        if run is None:
            return kept("published", lambda: self._publish(submitted))
        return self._publish(submitted)

    def _publish(self, run: ReportRun) -> ReportRun:
        leader = self.actors["department_leader"]
        return publish_report(actor=leader, run=approve_report(actor=leader, run=run))


@pytest.fixture(autouse=True)
def _files_of_the_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def few_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reports of a test that looks into none of the others have three parts: their files take a third."""
    monkeypatch.setattr("reports.content.assembling.PARTS", (CONNECTIONS, USE, UNCONNECTED))


@pytest.fixture
def desk(agency: Callable[..., Agency], person: Callable[..., User]) -> Desk:
    """The operator's people, a leader of the province, somebody of an agency."""
    return SHELF.take("reports", lambda: seat(agency, person))


def seat(agency: Callable[..., Agency], person: Callable[..., User]) -> Desk:
    """Put them, the calendar and the templates into the database."""
    call_command("load_calendar", verbosity=0)
    call_command("load_report_templates", verbosity=0)
    province = agency("H60", name="Ủy ban nhân dân tỉnh Tuyên Quang", kind="provincial_committee", may_file=False)
    operator = agency("H60.02", name="Sở Khoa học và Công nghệ", is_operator=True, symbol="SKHCN", parent=province)
    if operator.parent_id is None:
        operator.symbol, operator.parent = "SKHCN", province
        operator.save()
    places = {**dict.fromkeys(ROLES, operator), "province_leader": province, "agency_officer": agency("H60.07")}
    users = {role: person(f"bc-{role}@lgsp.example", place, role) for role, place in places.items()}
    actors = {role: actor_for(user, standings_of(user), agency_id=None) for role, user in users.items()}
    today = clock.today()
    return Desk(users, actors, month_period(today.year, today.month, CALENDAR))


@pytest.fixture
def visit(desk: Desk, signed_in: Callable[..., Client]) -> As:
    """Return a client signed in as the holder of a role."""
    clients: dict[str, Client] = {}

    def make(role: str) -> Client:
        if role not in clients:
            clients[role] = signed_in(desk.users[role])
        return clients[role]

    return make
