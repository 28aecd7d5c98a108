"""Deeds of campaigns at the same time as themselves and as each other, in transactions of their own (QC15.5)."""

from typing import Any

import pytest

from accounts.models import Notice
from audit.models import Fact
from audit.services.rollups import roll_up
from core.problems import DomainError, StateRefused
from reports.campaign_choices import CampaignState, StatementState
from reports.models import Campaign, Statement, StatementVersion
from reports.services.campaign_letters import tell_of_campaigns
from reports.services.campaigns import close_campaign, issue_campaign
from reports.services.statements import save_statement
from tests.connections.test_at_once import at_once
from tests.reports.campaigning import SECOND, Round, campaigning

__all__ = ["campaigning"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC15.5")]


def refusals(found: list[Any]) -> list[type]:
    return [type(item) for item in found if isinstance(item, DomainError)]


def test_every_deed_twice_at_once_has_one_effect(campaigning: Round) -> None:
    drafted = campaigning.draft()
    roll_up()
    issue = lambda: issue_campaign(actor=campaigning.staff, campaign=drafted)  # noqa: E731
    assert refusals(at_once(issue, issue)) == [StateRefused]
    assert Statement.objects.count() == 2
    assert Fact.objects.filter(deed="campaign.issued").count() == 1
    assert sum(at_once(tell_of_campaigns, tell_of_campaigns, tell_of_campaigns)) == 2
    assert Notice.objects.filter(event="campaign.asked").count() == 5
    campaigning.fill()
    campaigning.fill(SECOND)
    found = campaigning.statement()
    row = found.rows.order_by("pk")[0]
    writes = [
        lambda n=n: save_statement(
            actor=campaigning.officer(),
            statement=found,
            rows={row.pk: (n, "Đếm lại")},
            answers={},
            revision=found.revision,
        )
        for n in (7, 8)
    ]
    assert refusals(at_once(*writes)) == [StateRefused]
    assert refusals(at_once(campaigning.submit, campaigning.submit)) == [StateRefused]
    assert StatementVersion.objects.count() == 1
    # Handing in at the moment of closing: in before it, or refused whole.
    close = lambda: close_campaign(actor=campaigning.staff, campaign=drafted)  # noqa: E731
    told = at_once(close, close, lambda: campaigning.submit(SECOND))
    assert refusals(told[:2]) == [StateRefused]
    came = campaigning.statement(SECOND)
    if isinstance(told[2], StateRefused):
        assert (came.state, came.submitted_at) == (StatementState.DRAFT, None)
    else:
        closed = Fact.objects.get(deed="campaign.closed")
        assert came.state == StatementState.SUBMITTED
        assert Fact.objects.get(deed="statement.submitted", subject_id=str(came.pk)).pk < closed.pk
    assert Campaign.objects.get().state == CampaignState.CLOSED
    assert Fact.objects.filter(deed="campaign.closed").count() == 1
