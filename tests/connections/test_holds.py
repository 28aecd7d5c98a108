"""Holds of three sides, each its own (Q50-15.4)."""

from typing import Any

import pytest

from accounts.models import Letter
from audit.gates import gate_versions
from audit.models import Fact
from connections.models import Grant, Hold
from connections.projection import SUSPENDED, load_grants
from connections.services.holds import lift_hold, place_hold
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, publish
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("Q50-15.4")
SPEAKERS = {"agency": "agency_representative", "provider": "provider_officer", "operator": "operator"}


@pytest.fixture
def live(chain: Chain, person: Any, actor: Any) -> Chain:
    """A live connection and somebody of the provider."""
    chain.live()
    chain.actors["provider_officer"] = actor(person("cung-cap@lgsp.example", chain.provider, "provider_officer"))
    return chain


def hold(chain: Chain, side: str, role: str = "", reason: str = "Bảo trì") -> Hold:
    return place_hold(
        actor=chain.actors[role or SPEAKERS[side]], connection=chain.connection(), side=side, reason=reason
    )


def lift(chain: Chain, side: str, role: str = "", reason: str = "Xong") -> Hold:
    return lift_hold(
        actor=chain.actors[role or SPEAKERS[side]], connection=chain.connection(), side=side, reason=reason
    )


def suspended() -> set[str]:
    return {row.reason for row in load_grants()}


def test_three_sides_hold_independently_and_it_runs_when_the_last_is_gone(live: Chain) -> None:
    gates = list(Grant.objects.values_list("gate_id", flat=True))
    before = gate_versions(gates)
    for side in SPEAKERS:
        hold(live, side)
    assert suspended() == {SUSPENDED}
    for side in ("operator", "agency"):
        lift(live, side)
        assert suspended() == {SUSPENDED}
    lift(live, "provider")
    assert suspended() == {""}
    assert gate_versions(gates) == {gate: version + 6 for gate, version in before.items()}
    assert Fact.objects.filter(deed="hold.placed").count() == Fact.objects.filter(deed="hold.lifted").count() == 3
    assert Letter.objects.filter(subject__startswith="Tạm dừng kết nối").exists()


def test_nobody_lifts_what_another_side_put(live: Chain) -> None:
    hold(live, "operator")
    for side in ("agency", "provider"):
        found = refused(PermissionRefused, lambda side=side: lift(live, side))
        assert str(live.operator) in str(found.detail)
    for role in live.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: lift(live, "operator", role))
    assert suspended() == {SUSPENDED}


def test_two_providers_of_one_connection_hold_each_for_itself(
    chain: Chain, agency: Any, person: Any, actor: Any
) -> None:
    chain.approve()
    other = agency("H60.12", name="Sở Xây dựng")
    chain.actors["provider_officer"] = actor(person("cung-cap@lgsp.example", chain.provider, "provider_officer"))
    chain.actors["other"] = actor(person("cung-cap@so-khac.example", other, "provider_officer"))
    chain.request.lines.create(service=publish("land-parcels", other), operations=["list"], fields=[], daily_quota=10)
    chain.approve = lambda: chain.request  # type: ignore[method-assign]
    chain.set_up()
    hold(chain, "provider")
    refused(PermissionRefused, lambda: lift(chain, "provider", "other"))
    hold(chain, "provider", "other")
    lift(chain, "provider")
    assert suspended() == {SUSPENDED}
    lift(chain, "provider", "other")
    assert suspended() == {""}


def test_only_who_speaks_for_a_side_holds(live: Chain, agency: Any, person: Any, actor: Any) -> None:
    elsewhere = agency("H60.11")
    live.actors["other agency"] = actor(person("dai-dien@so-khac.example", elsewhere, "agency_representative"))
    live.actors["other provider"] = actor(person("cung-cap@so-khac.example", elsewhere, "provider_officer"))
    for side, speaker in SPEAKERS.items():
        for role in live.actors.keys() - {speaker}:
            refused(PermissionRefused, lambda side=side, role=role: hold(live, side, role))


def test_a_hold_needs_a_reason_is_put_once_and_lifted_once(live: Chain) -> None:
    refused(InvalidInput, lambda: hold(live, "agency", reason=" "))
    refused(StateRefused, lambda: lift(live, "agency"))
    hold(live, "agency")
    refused(StateRefused, lambda: hold(live, "agency"))
    refused(InvalidInput, lambda: lift(live, "agency", reason=""))
    lift(live, "agency")
    refused(StateRefused, lambda: lift(live, "agency"))
    hold(live, "agency")


def test_a_closed_connection_is_not_held(chain: Chain) -> None:
    chain.end()
    refused(StateRefused, lambda: hold(chain, "operator"))
