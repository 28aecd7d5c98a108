"""Going live: only after both sides confirmed what still stands (QC9.6, QC9.7, QC10.5)."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Letter
from accounts.services.memberships import close_membership
from audit.models import Fact
from connections.choices import State
from connections.models import Clock, Grant
from connections.services.golive import go_live
from core import clock
from core.actor import system_actor
from core.problems import GuardRefused, PermissionRefused, StateRefused
from tests.connections.conftest import Chain
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC10.5")


def start(chain: Chain, role: str = "operator") -> Any:
    return go_live(actor=chain.actors[role], request=chain.request)


@pytest.mark.clause("QC11.3")
def test_live_grants_are_the_dossiers_and_the_sandbox_stays(chain: Chain) -> None:
    chain.approve()
    line = chain.request.lines.get()
    line.daily_quota = 5_000
    line.save()
    chain.approve = lambda: chain.request  # type: ignore[method-assign]
    chain.live()
    sandbox, live = Grant.objects.order_by("environment").open()[1], Grant.objects.get(environment="live")
    assert (sandbox.daily_quota, live.daily_quota) == (1_000, 5_000)
    assert (live.operations, live.fields, live.networks) == (line.operations, line.fields, ["10.20.30.0/24"])
    assert live.gate_id != sandbox.gate_id
    assert chain.fresh().state == State.LIVE
    assert chain.connection().live_at == chain.fresh().live_at
    assert chain.fresh().live_at is not None
    assert Fact.objects.get(deed="request.go_live").after["grants"] == [live.code]
    assert not Clock.objects.filter(ended_at__isnull=True).exists()
    assert Letter.objects.filter(subject__startswith="Thông báo vận hành chính thức").exists()


@pytest.mark.clause("QC9.6", "QC9.7")
def test_nothing_goes_live_before_both_confirmed(chain: Chain) -> None:
    chain.finish()
    refused(StateRefused, lambda: start(chain))
    chain.confirm_as("operator")
    refused(StateRefused, lambda: start(chain))
    chain.confirm_as("agency_representative")
    for role in chain.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: start(chain, role))
    start(chain)
    refused(StateRefused, lambda: start(chain))
    assert Grant.objects.filter(environment="live").count() == 1


def changed(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@pytest.mark.clause("QC10.4")
def test_what_was_confirmed_must_still_stand(chain: Chain) -> None:
    request = chain.ready()
    line, trial = request.lines.get(), request.trials.get()
    confirmation = trial.confirmations.first()
    assert confirmation is not None
    changes: list[tuple[Any, dict[str, Any]]] = [
        (line, {"daily_quota": 901}),
        (line, {"operations": ["list"]}),
        (request, {"networks": ["10.20.30.0/24", "10.20.31.0/24"]}),
        (Grant.objects.get(), {"networks": []}),
        (trial.cases.get(code="allowed-networks"), {"actual": "Đã sửa sau khi ký"}),
        (trial.cases.get(code="replay-refused"), {"parameters": {}}),
        (confirmation, {"voided_at": clock.now()}),
        (trial, {"content_hash": "0" * 64}),
    ]
    for row, values in changes:
        before = {name: getattr(row, name) for name in values}
        changed(row, **values)
        refused(GuardRefused, lambda: start(chain))
        changed(row, **before)
    start(chain)
    assert Grant.objects.filter(environment="live").count() == 1


@pytest.mark.clause("QC9.5", "QC12.3")
@pytest.mark.parametrize("who", ["technical_contact", "duty_contact"])
def test_both_contacts_are_named_and_still_there(chain: Chain, who: str) -> None:
    chain.ready()
    connection = chain.connection()
    person = getattr(connection, who)
    setattr(connection, who, None)
    connection.save()
    refused(GuardRefused, lambda: start(chain))
    setattr(connection, who, person)
    connection.save()
    close_membership(actor=system_actor("Kiểm thử"), stored=person.memberships.get(), reason="Chuyển công tác")
    assert str(person) in str(refused(GuardRefused, lambda: start(chain)).detail)


def test_a_service_out_of_reach_or_a_term_gone_by_is_named(chain: Chain) -> None:
    request = chain.ready()
    upstream = chain.service.versions.get().upstreams.get(environment="live")
    upstream.active = False
    upstream.save()
    assert chain.service.title in str(refused(GuardRefused, lambda: start(chain)).detail)
    upstream.active = True
    upstream.save()
    request.wanted_until = clock.today() - timedelta(days=1)
    request.save()
    refused(GuardRefused, lambda: start(chain))
