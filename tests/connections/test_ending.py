"""Disconnection takes every grant and key along (Q50-8.3, Q50-15.4)."""

import pytest

from accounts.models import Letter
from audit.gates import gate_versions
from audit.models import Fact
from connections.choices import Kind, State
from connections.models import Clock, ConnectionRequest, Credential, Grant
from connections.selectors.grants import impact_of
from connections.services.ending import terminate
from connections.services.keys import make_key
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("Q50-8.3", "Q50-15.4")


def end(chain: Chain, role: str = "operator", reason: str = "Hệ thống ngừng sử dụng") -> None:
    terminate(actor=chain.actors[role], request=chain.request, reason=reason)


def test_everything_ends_with_the_connection(chain: Chain) -> None:
    chain.live()
    for environment in ("sandbox", "live"):
        make_key(actor=chain.actors["technician"], system=chain.system, environment=environment)
    gates = list(Grant.objects.values_list("gate_id", flat=True))
    before, impact = gate_versions(gates), impact_of(chain.connection())
    assert (len(impact.live_grants), len(impact.sandbox_grants), impact.keys) == (1, 1, 2)
    end(chain)
    assert chain.fresh().state == State.TERMINATED
    assert (chain.fresh().end_reason, chain.connection().closed_at is None) == ("Hệ thống ngừng sử dụng", False)
    assert not Grant.objects.open().exists()
    assert not Credential.objects.open().exists()
    assert gate_versions(gates) == {gate: version + 1 for gate, version in before.items()}
    deeds = list(Fact.objects.order_by("pk").values_list("deed", flat=True))[-8:]
    assert deeds == [
        *["grant.revoked"] * 2,
        *["key.revoked"] * 2,
        *("request.terminate", "connection.closed"),
        *["printout.issued"] * 2,
    ]
    letter = Letter.objects.filter(subject__startswith="Thông báo hủy kết nối").first()
    assert letter is not None
    assert "sk_" not in letter.body


@pytest.mark.parametrize("step", ["approve", "pass_tests", "ready"])
def test_it_may_end_on_the_way(chain: Chain, step: str) -> None:
    getattr(chain, step)()
    end(chain)
    assert chain.fresh().state == State.TERMINATED
    assert not Grant.objects.open().exists()
    assert not Clock.objects.filter(ended_at__isnull=True).exists()


def test_only_the_operator_ends_it_with_a_reason_and_once(chain: Chain) -> None:
    chain.live()
    for role in chain.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: end(chain, role))
    refused(InvalidInput, lambda: end(chain, reason=" "))
    end(chain)
    refused(StateRefused, lambda: end(chain))


def test_a_change_that_is_given_up_leaves_the_live_connection_alone(chain: Chain) -> None:
    live = chain.live()
    change = ConnectionRequest(kind=Kind.CHANGE, state=State.TECHNICALLY_APPROVED, number=f"{live.number}-B")
    for name in ("agency", "system", "purpose", "created_by", "created_at", "changed_at"):
        setattr(change, name, getattr(live, name))
    change.save()
    chain.request = change
    end(chain)
    assert chain.fresh().state == State.TERMINATED
    assert Grant.objects.open().count() == 2
    assert chain.connection().closed_at is None


@pytest.mark.clause("QC10.1")
def test_a_new_dossier_brings_the_system_back_with_new_grants(chain: Chain) -> None:
    chain.end()
    old = list(Grant.objects.values_list("code", flat=True))
    chain.live()
    assert chain.connection().closed_at is None
    assert Grant.objects.open().count() == 2
    assert not set(old) & set(Grant.objects.open().values_list("code", flat=True))
