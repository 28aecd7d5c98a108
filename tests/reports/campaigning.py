"""A campaign with two agencies that called services last month, the people of both sides, and its way (QC15.5)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from accounts.services.calendar import set_deadline
from catalog.models import DataService, InformationSystem, Purpose
from connections.models import Grant, ReminderRule
from core import clock
from core.actor import Actor, system_actor
from reports.models import Campaign, Statement, StatementVersion
from reports.services.campaign_questions import load_campaign_questions
from reports.services.campaigns import TERM, issue_campaign, save_campaign
from reports.services.statement_steps import submit_statement
from reports.services.statements import attach_file, save_statement
from tests.connections.call_log import log_calls
from tests.connections.conftest import publish
from tests.connections.use_log import open_chains
from tests.core.file_makers import pdf_bytes
from tests.shelf import SHELF

JOB = system_actor("Kiểm thử")
FIRST, SECOND, OPERATOR = "H60.07", "H60.11", "H60.02"
ANSWERS = {"muc-dich": "Giải quyết hồ sơ đất đai", "ket-qua": "Không phải nộp bản sao", "kho-khan": "Không có"}


def last_month() -> tuple[date, date]:
    """Return the first and the last day of the month before this one."""
    last = clock.today().replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


@dataclass
class Round:
    """The people by role and code of their agency, the services, and the campaign as the test brings it on."""

    users: dict[tuple[str, str], User]
    actors: dict[tuple[str, str], Actor]
    bodies: dict[str, Agency]
    services: dict[str, DataService]
    campaign: Campaign = field(default_factory=Campaign)

    @property
    def staff(self) -> Actor:
        """The report officer."""
        return self.actors["report_officer", OPERATOR]

    def officer(self, code: str = FIRST) -> Actor:
        """Who fills in."""
        return self.actors["agency_officer", code]

    def sender(self, code: str = FIRST) -> Actor:
        """Who hands in."""
        return self.actors["agency_representative", code]

    def draft(self, **fields: Any) -> Campaign:
        """Draft the campaign on last month."""
        start, end = last_month()
        given = {"title": "Khai thác dữ liệu tháng trước", "period_start": start, "period_end": end, "everyone": True}
        values = {**given, "tolerance_percent": 5, "accepts_late": True, "agencies": [], **fields}
        self.campaign = save_campaign(actor=self.staff, campaign=Campaign(), **values)
        return self.campaign

    def issue(self, **fields: Any) -> Campaign:
        """Draft and issue it."""
        self.campaign = issue_campaign(actor=self.staff, campaign=self.draft(**fields))
        return self.campaign

    def statement(self, code: str = FIRST) -> Statement:
        """Return an agency's statement as the database has it."""
        return Statement.objects.select_related("campaign", "agency").get(
            campaign=self.campaign, agency=self.bodies[code]
        )

    def fill(self, code: str = FIRST, declared: dict[str, int] | None = None, said: str = "", **answers: str) -> Any:
        """Fill in everything as logged, or as *declared* by service with *said* as the explanation."""
        found = self.statement(code)
        rows = {
            row.pk: ((declared or {}).get(row.service.code, row.logged), said)
            for row in found.rows.select_related("service")
        }
        return save_statement(
            actor=self.officer(code),
            statement=found,
            rows=rows,
            answers={**ANSWERS, **answers},
            revision=found.revision,
        )

    def submit(self, code: str = FIRST, **fields: Any) -> StatementVersion:
        """Hand in what was filled in."""
        given = {"committed": True, **fields}
        return submit_statement(actor=self.sender(code), statement=self.statement(code), **given)

    def hand_in(self, code: str = FIRST, **fields: Any) -> StatementVersion:
        """Fill in and hand in."""
        self.fill(code, **fields)
        return self.submit(code)


def seat(agency: Callable[..., Agency], person: Callable[..., User]) -> dict[str, Any]:
    """Put people, services and last month's calls into the database."""
    bodies = {
        FIRST: agency(FIRST, name="Sở Nông nghiệp và Môi trường", shared_mailbox="snnmt@lgsp.example"),
        SECOND: agency(SECOND, name="Sở Tư pháp"),
        OPERATOR: agency(OPERATOR, name="Sở Khoa học và Công nghệ", is_operator=True, symbol="SKHCN"),
        "H60.03": agency("H60.03", name="Sở Nội vụ"),
    }
    roles = [("report_officer", OPERATOR), ("department_leader", OPERATOR), ("inspector", OPERATOR)]
    roles += [(role, code) for code in (FIRST, SECOND) for role in ("agency_officer", "agency_representative")]
    users = {(role, code): person(f"{role}-{code.lower()}@lgsp.example", bodies[code], role) for role, code in roles}
    services = {"xa-phuong": publish("xa-phuong", bodies["H60.03"]), "ho-tich": publish("ho-tich", bodies["H60.03"])}
    open_chains()
    call(bodies[FIRST], services["xa-phuong"], 20)
    call(bodies[FIRST], services["ho-tich"], 3)
    call(bodies[SECOND], services["xa-phuong"], 1)
    load_campaign_questions(actor=JOB)
    set_term(10)
    return {
        "users": users,
        "actors": {key: actor_for(user, standings_of(user), agency_id=None) for key, user in users.items()},
        "bodies": bodies,
        "services": services,
    }


def stated(body: Agency, officer: Actor, sender: Actor) -> Statement:
    """Return a statement of *body* on last month, handed in with a file."""
    start, end = last_month()
    given = {"title": "Tháng trước", "period_start": start, "period_end": end, "everyone": False, "agencies": [body]}
    issue_campaign(actor=JOB, campaign=save_campaign(actor=JOB, campaign=Campaign(), due_on=clock.today(), **given))
    found = Statement.objects.select_related("campaign", "agency").get(agency=body)
    attach_file(actor=officer, statement=found, file=SimpleUploadedFile("bang.pdf", pdf_bytes()))
    submit_statement(actor=sender, statement=found, committed=True)
    return found


def call(body: Agency, service: DataService, calls: int, day: date | None = None) -> None:
    """Log one call in the live environment on *day* (the middle of last month) that counts as *calls*."""
    system = InformationSystem(pk=900 + body.pk, code=f"{body.code}.HT01", owner=body)
    grant = Grant(
        code=f"GR-{body.pk}", system=system, service=service, environment="live", gate_id=1, purpose=Purpose(code="x")
    )
    start, _end = last_month()
    at = clock.start_of(day or start) + timedelta(days=0 if day else 14, hours=9)
    log_calls(grant, received_at=at, calls=calls)


def set_term(days: int) -> None:
    """Give statements a deadline of ours in working days."""
    set_deadline(
        actor=JOB,
        code=TERM,
        name="Nộp báo cáo khai thác",
        valid_from=date(2026, 1, 1),
        amount=days,
        unit="working_day",
        statutory=False,
        basis="Hạn nội bộ",
        clause="QC15.5",
    )


def remind_at(*offsets: int) -> None:
    """Let holders be reminded so many working days before or after the day."""
    for offset in offsets:
        ReminderRule.objects.get_or_create(offset=offset, audience="holder", defaults={"basis": "Nội bộ"})


def at(moment: datetime) -> Any:
    """Let it be that moment."""
    return patch("core.clock.now", return_value=moment)


def in_days(days: float) -> Any:
    """Let so many days have passed."""
    return at(clock.now() + timedelta(days=days))


@pytest.fixture
def campaigning(agency: Callable[..., Agency], person: Callable[..., User], settings: Any, tmp_path: Any) -> Round:
    """Everybody in place, nothing drafted yet."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Round(**SHELF.take("campaigning", lambda: seat(agency, person)))
