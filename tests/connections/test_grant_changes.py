"""Narrowing and revoking one grant that is open; the chain that says why nothing passes (QC4.6, QC11.3, QC5)."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Letter
from audit.gates import gate_rows, gate_versions
from audit.models import Fact
from connections.models import Grant
from connections.projection import load_grants
from connections.selectors.grant_chain import chain_of
from connections.services.grant_changes import narrow_grant, revoke_grant
from connections.services.holds import place_hold
from core import clock
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain
from tests.connections.proving import take_key
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC4.6", "QC11.3")


def live_grant() -> Grant:
    return Grant.objects.select_related("system__owner", "service__provider", "connection").get(environment="live")


def test_narrowing_is_in_force_when_the_deed_is_done(chain: Chain) -> None:
    chain.live()
    grant, until = live_grant(), clock.today() + timedelta(days=10)
    before = gate_versions([grant.gate_id])[grant.gate_id]
    letters = Letter.objects.count()
    narrow_grant(
        actor=chain.actors["operator"],
        grant=grant,
        reason="Chỉ còn dùng tra cứu",
        operations=["one"],
        fields=["code"],
        networks=["10.20.30.40"],
        daily_quota=10,
        valid_to=until,
    )
    row = next(item for item in load_grants() if item.code == grant.code)
    assert (row.operations, row.fields, row.networks) == (frozenset({"one"}), frozenset({"code"}), ("10.20.30.40",))
    assert row.valid_to == until
    gate = gate_rows([grant.gate_id])[grant.gate_id]
    assert (gate.version, gate.limit) == (before + 1, 10)
    fact = Fact.objects.get(deed="grant.narrowed")
    assert (fact.before["daily_quota"], fact.after["daily_quota"]) == (900, 10)
    assert Letter.objects.count() > letters


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"operations": ["list", "one", "drop"]}, "operations"),
        ({"operations": []}, "operations"),
        ({"fields": ["level"]}, "fields"),
        ({"networks": ["10.20.0.0/16"]}, "networks"),
        ({"networks": ["10.20.30"]}, "networks"),
        ({"daily_quota": 901}, "daily_quota"),
        ({"daily_quota": 0}, "daily_quota"),
        ({"valid_to": clock.today() - timedelta(days=1)}, "valid_to"),
        ({}, ""),
        ({"operations": ["list", "one"]}, ""),
    ],
)
def test_nothing_is_widened_and_something_must_become_less(chain: Chain, fields: dict[str, Any], field: str) -> None:
    chain.live()
    operator = chain.actors["operator"]
    refusal = refused(
        InvalidInput, lambda: narrow_grant(actor=operator, grant=live_grant(), reason="Thu hẹp", **fields)
    )
    assert list(refusal.errors) == [field]


@pytest.mark.clause("QC5.3")
def test_revoking_one_grant_needs_reason_and_basis_and_is_final(chain: Chain) -> None:
    chain.live()
    grant, operator = live_grant(), chain.actors["operator"]
    before = gate_versions([grant.gate_id])[grant.gate_id]
    for reason, basis, field in (("", "Điều 5", "reason"), ("Sai mục đích", " ", "legal_basis")):
        refusal = refused(
            InvalidInput,
            lambda reason=reason, basis=basis: revoke_grant(
                actor=operator, grant=grant, reason=reason, legal_basis=basis
            ),
        )
        assert list(refusal.errors) == [field]
    revoke_grant(actor=operator, grant=grant, reason="Sai mục đích", legal_basis="Khoản 3 Điều 5")
    assert gate_versions([grant.gate_id])[grant.gate_id] == before + 1
    assert next(item for item in load_grants() if item.code == grant.code).reason == "grant-revoked"
    assert Grant.objects.open().filter(environment="sandbox").exists()
    refused(
        StateRefused, lambda: revoke_grant(actor=operator, grant=grant, reason="Nữa", legal_basis="Khoản 3 Điều 5")
    )
    refused(StateRefused, lambda: narrow_grant(actor=operator, grant=grant, reason="Nữa", daily_quota=1))


def test_only_the_operator_changes_a_grant(chain: Chain) -> None:
    chain.live()
    grant = live_grant()
    for role in chain.actors.keys() - {"operator"}:
        actor = chain.actors[role]
        if actor.may("environment.manage"):
            continue
        refused(
            PermissionRefused, lambda actor=actor: narrow_grant(actor=actor, grant=grant, reason="x", daily_quota=1)
        )
        refused(
            PermissionRefused,
            lambda actor=actor: revoke_grant(actor=actor, grant=grant, reason="x", legal_basis="y"),
        )


@pytest.mark.clause("Q50-15.4")
def test_the_chain_names_each_closed_link_who_closed_it_and_since_when(
    chain: Chain, django_assert_num_queries: Any
) -> None:
    chain.live()
    closed = lambda: [link.name for link in chain_of(live_grant()) if not link.passes]  # noqa: E731
    assert closed() == ["Khóa"]
    take_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    assert closed() == []
    place_hold(actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Sự cố")
    held = next(link for link in chain_of(live_grant()) if not link.passes)
    assert (held.who, held.why) == (str(chain.operator), "Sự cố")
    assert held.since is not None
    version = chain.service.versions.get()
    version.upstreams.filter(environment="live").update(active=False)
    grant = live_grant()
    grant.valid_from, grant.valid_to = clock.today() - timedelta(days=9), clock.today() - timedelta(days=1)
    grant.save()
    assert closed() == ["Cơ quan quản lý, vận hành LGSP", "Quyền khai thác", "Dịch vụ"]
    grant = live_grant()
    with django_assert_num_queries(4):
        chain_of(grant)
