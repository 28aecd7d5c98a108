"""Grants and keys are told of before they end, by rules that are data, once each (ux.md §4.1)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Letter
from connections.models import ExpiryNotice, ExpiryRule, Grant
from connections.services.expiries import load_expiry_rules, remind_of_endings, save_expiry_rule
from connections.services.grant_changes import revoke_grant
from core import clock
from core.actor import system_actor
from core.problems import InvalidInput, PermissionRefused
from tests.connections.conftest import Chain
from tests.connections.proving import take_key
from tests.shelf import SHELF

pytestmark = [pytest.mark.clause("QC11.3", "Q50-11.1"), pytest.mark.xdist_group("expiries")]
JOB = system_actor("kiểm thử")


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every day be past the hour of letters."""
    today = clock.today()
    noon = datetime(today.year, today.month, today.day, 5, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)


def ending_in(days: int) -> Grant:
    grant = Grant.objects.get(environment="live")
    grant.valid_to = clock.today() + timedelta(days=days)
    grant.save()
    return grant


@pytest.mark.parametrize(
    ("days", "offset"), [(31, None), (30, 30), (20, 30), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 1)]
)
def test_the_latest_rule_reached_is_given_once_to_both_sides(chain: Chain, days: int, offset: int | None) -> None:
    SHELF.take("expiry rules", lambda: load_expiry_rules(actor=JOB))
    chain.live()
    chain.agency.shared_mailbox = "vanthu@snnmt.example"
    chain.agency.save()
    grant = ending_in(days)
    Letter.objects.all().delete()
    assert remind_of_endings() == (0 if offset is None else 1)
    assert remind_of_endings() == 0
    assert [row.days_before for row in ExpiryNotice.objects.all()] == ([] if offset is None else [offset])
    told = Letter.objects.filter(subject__contains="Quyền khai thác")
    assert told.filter(to="vanthu@snnmt.example").exists() is (offset is not None)
    assert not told.filter(body__contains="sk_").exists()
    assert grant.revoked_at is None


def test_another_last_day_is_told_anew_and_what_is_revoked_is_not(chain: Chain) -> None:
    SHELF.take("expiry rules", lambda: load_expiry_rules(actor=JOB))
    chain.live()
    ending_in(7)
    assert remind_of_endings() == 1
    grant = ending_in(6)
    assert remind_of_endings() == 1
    ending_in(1)
    revoke_grant(actor=chain.actors["operator"], grant=grant, reason="Sai", legal_basis="Điều 5")
    assert remind_of_endings() == 0


def test_a_key_is_told_of_by_its_beginning_only(chain: Chain) -> None:
    SHELF.take("expiry rules", lambda: load_expiry_rules(actor=JOB))
    chain.live()
    made = take_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    key = made.credential
    key.valid_to = clock.today() + timedelta(days=14)
    key.save()
    Letter.objects.all().delete()
    assert remind_of_endings() == 1
    letters = list(Letter.objects.filter(subject__contains="sẽ hết hạn ngày"))
    assert letters
    assert not [row for row in letters if key.access_key in row.subject + row.body]


def test_a_rule_switched_off_gives_nothing_and_rules_are_data_with_a_reason(chain: Chain, actor: Any) -> None:
    chain.live()
    assert load_expiry_rules(actor=JOB) == 11
    assert load_expiry_rules(actor=JOB) == 0
    ending_in(30)
    rule = ExpiryRule.objects.get(subject="grant", days_before=30)
    for fields, field in (({"active": False}, "reason"), ({"days_before": 7, "reason": "x"}, "")):
        with pytest.raises(InvalidInput) as refused:
            save_expiry_rule(actor=JOB, rule=rule, **fields)
        assert list(refused.value.errors) == [field]
    with pytest.raises(PermissionRefused):
        save_expiry_rule(actor=chain.actors["evaluator"], rule=rule, active=False, reason="x")
    save_expiry_rule(actor=JOB, rule=rule, active=False, reason="Báo muộn hơn")
    assert remind_of_endings() == 0
