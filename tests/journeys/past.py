"""A month of use gone by, and a campaign that asked about it (QC15.5): what pictures show and no new portal can have.

For a folder made for pictures alone: calls of the month before are written under the keys the agencies hold now, the
deeds of the campaign are done by their services, each with the clock at the day it would have been done. Such calls
are what `audit_verify` calls put in afterwards until they are sealed.
"""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from audit.admission import Call, Ledger, Outcome, Verdict, standing
from audit.gates import gate_versions
from audit.ledger.calls import Standing
from audit.services.rollups import roll_up
from broker.assembly import database_address
from connections.models import Credential, Grant
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.ids import uuid7
from reports.models import Campaign, Statement
from reports.services.campaign_letters import tell_of_campaigns
from reports.services.campaigns import issue_campaign, save_campaign
from reports.services.statement_steps import submit_statement
from reports.services.statements import save_statement

SERVICE = "administrative-units"
#: Agencies that are asked; the last two have nobody here to answer, and are late.
FIRST, SECOND, OTHERS = "H60.07", "H60.11", ("H60.03", "H60.04")
CALLS_A_DAY = {FIRST: 2, SECOND: 1}
#: Days before today: asked, due, and when each of the two handed in.
ASKED, DUE, IN_TIME, AFTER = 20, 4, 8, 2
SAID = {
    "muc-dich": "Điền sẵn tên xã, phường khi tiếp nhận hồ sơ của người dân",
    "ket-qua": "Người dân không phải khai lại địa chỉ; hồ sơ ít sai tên đơn vị hành chính",
    "kho-khan": "Không có",
}
WHY = "Phần mềm của cơ quan đếm cả những lượt gọi lại khi mạng chập chờn"
DONE = Outcome(200, response_bytes=900, total_ms=14, upstream_id=1, upstream_status=200, upstream_ms=9)


@contextmanager
def at(day: date, hour: int = 9) -> Iterator[datetime]:
    """Let it be that hour of *day* in Vietnam."""
    moment = datetime.combine(day, time(hour), tzinfo=clock.VIETNAM)
    with patch.object(clock, "now", lambda: moment):
        yield moment


def make_past() -> Campaign:
    """Make it all; return the campaign."""
    today = clock.today()
    asked = today - timedelta(days=ASKED)
    last = asked.replace(day=1) - timedelta(days=1)
    asyncio.run(_call_through(_keys(), last))
    roll_up()
    # People have their roles since today.
    staff = _acting("bao-cao.skhcn", "H60.02")
    with at(asked):
        campaign = _ask(staff, last, today - timedelta(days=DUE))
    for code, ago, factor in ((SECOND, IN_TIME, 1), (FIRST, AFTER, 1.25)):
        _hand_in(campaign, code, today - timedelta(days=ago), factor)
    return campaign


def _keys() -> dict[str, Standing]:
    """Return by agency what its key stands for: its first live grant for the service."""
    live = Grant.objects.filter(environment=Environment.LIVE, service__code=SERVICE, revoked_at__isnull=True)
    grants = list(live.select_related("system__owner", "service__provider", "purpose").order_by("pk"))
    keys = {key.system_id: key for key in Credential.objects.filter(environment=Environment.LIVE)}
    versions = gate_versions([grant.gate_id for grant in grants])
    return {
        grant.system.owner.code: standing(
            environment=grant.environment,
            method="GET",
            service=SERVICE,
            version="v1",
            operation=grant.operations[0],
            key_id=keys[grant.system_id].pk,
            access_key=keys[grant.system_id].access_key,
            system_id=grant.system_id,
            system_code=grant.system.code,
            agency_id=grant.system.owner_id,
            agency_code=grant.system.owner.code,
            provider_id=grant.service.provider_id,
            provider_code=grant.service.provider.code,
            grant_code=grant.code,
            purpose=grant.purpose.code,
            gate_id=grant.gate_id,
            gate_version=versions[grant.gate_id],
            address="127.0.0.1",
            auth="signature",
        )
        for grant in grants
        if grant.system_id in keys
    }


async def _call_through(keys: dict[str, Standing], last: date) -> None:
    """Write the calls of every working day of the month that ends on *last*."""
    ledger = Ledger(database_address(), settings.LOG_KEYS, worker="demo")
    await ledger.start()
    try:
        day = last.replace(day=1)
        while day <= last:
            if day.weekday() < 5:
                await _one_day(ledger, keys, day)
            day += timedelta(days=1)
    finally:
        await ledger.stop()


async def _one_day(ledger: Ledger, keys: dict[str, Standing], day: date) -> None:
    with at(day, 10) as moment:
        calls = [
            Call(
                uuid7(),
                moment + timedelta(minutes=7 * place),
                keys[code],
                created=moment,
                nonce=secrets.token_bytes(16),
            )
            for code, many in CALLS_A_DAY.items()
            for place in range(many)
        ]
        for call in calls:
            # The nonces of that day are long dropped; nothing can be sent again under them.
            verdict = await ledger.admit(call, owned=True)
            if verdict is not Verdict.ADMITTED:
                raise RuntimeError(f"a sample call was not admitted: {verdict}")
            await ledger.record(call, DONE)


def _ask(staff: Actor, last: date, due_on: date) -> Campaign:
    campaign = save_campaign(
        actor=staff,
        campaign=Campaign(),
        title=f"Khai thác dữ liệu tháng {last.month} năm {last.year} (mẫu)",
        period_start=last.replace(day=1),
        period_end=last,
        everyone=False,
        agencies=Agency.objects.filter(code__in=(FIRST, SECOND, *OTHERS)),
        instructions="Đối chiếu với sổ theo dõi của phần mềm; ghi rõ lý do khi số đếm khác nhật ký.",
        tolerance_percent=5,
        accepts_late=True,
        due_on=due_on,
    )
    campaign = issue_campaign(actor=staff, campaign=campaign)
    tell_of_campaigns()
    return campaign


def _hand_in(campaign: Campaign, agency: str, day: date, factor: float) -> None:
    """Fill in and hand in, with *factor* times as many calls as the log holds, explained where that differs."""
    name = {FIRST: "snnmt", SECOND: "syt"}[agency]
    officer, sender = (_acting(f"{role}.{name}", agency) for role in ("can-bo", "dai-dien"))
    with at(day):
        found = Statement.objects.select_related("campaign", "agency").get(campaign=campaign, agency__code=agency)
        given: dict[int, Any] = {
            row.pk: (round(row.logged * factor), WHY if factor > 1 else "") for row in found.rows.all()
        }
        save_statement(actor=officer, statement=found, rows=given, answers=SAID)
    with at(day, 15):
        submit_statement(actor=sender, statement=found, committed=True)


def _acting(name: str, agency: str) -> Actor:
    user = User.objects.get(email=f"{name}@lgsp.example")
    return actor_for(user, standings_of(user), agency_id=Agency.objects.get(code=agency).pk)
