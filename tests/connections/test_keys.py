"""Keys: who makes them, when, and that the secret is seen once (Q50-11, QC8.4)."""

from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.conf import settings

from accounts.models import Letter
from audit.gates import gate_versions
from audit.models import Fact
from connections.models import Credential, EnvironmentTerms, Grant
from connections.models.credentials import keyring
from connections.services.keys import Made, make_key, revoke_key
from core import clock
from core.crypto import SealBroken
from core.keys import environment_of, well_formed
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("Q50-11.1", "QC8.4")


def key(chain: Chain, environment: str = "sandbox", role: str = "technician") -> Made:
    return make_key(actor=chain.actors[role], system=chain.system, environment=environment)


def test_the_secret_is_in_the_answer_and_nowhere_else(chain: Chain) -> None:
    chain.set_up()
    made = key(chain)
    stored = Credential.objects.get()
    assert well_formed(made.secret, "sk")
    assert well_formed(stored.access_key, "ak")
    assert (environment_of(made.secret), environment_of(stored.access_key)) == ("sandbox", "sandbox")
    assert stored.verifier(keyring(settings.FIELD_KEYS)) == made.secret.encode()
    kept = [str(row) for model in (Credential, Fact, Letter, LogEntry) for row in model.objects.values_list()]
    assert not [row for row in kept if made.secret in row or made.secret[8:40] in row]
    assert made.secret not in repr(made)
    assert Fact.objects.get(deed="key.made").after["access_key"] == stored.access_key
    assert stored.valid_to == clock.today() + timedelta(
        days=EnvironmentTerms.objects.get(environment="sandbox").key_days
    )


def test_a_sealed_secret_is_bound_to_its_key(chain: Chain) -> None:
    chain.set_up()
    first, second = key(chain).credential, key(chain).credential
    first.sealed_secret = second.sealed_secret
    with pytest.raises(SealBroken):
        first.verifier(keyring(settings.FIELD_KEYS))


@pytest.mark.parametrize("step", ["approve", "end"])
def test_no_sandbox_key_before_the_environment_or_after_the_end(chain: Chain, step: str) -> None:
    getattr(chain, step)()
    refused(GuardRefused, lambda: key(chain))
    refused(GuardRefused, lambda: key(chain, "live"))


@pytest.mark.clause("QC9.6", "QC10.5")
@pytest.mark.parametrize("step", ["approve", "set_up", "ready"])
def test_no_live_key_unless_the_dossier_is_live(chain: Chain, step: str) -> None:
    getattr(chain, step)()
    refused(GuardRefused, lambda: key(chain, "live"))


@pytest.mark.clause("QC10.5")
def test_a_live_key_once_it_is_live(chain: Chain) -> None:
    chain.live()
    made = key(chain, "live")
    assert made.credential.access_key.startswith("ak_live_")
    assert key(chain).credential.access_key.startswith("ak_test_")


def test_two_open_keys_at_most_so_that_one_replaces_the_other(chain: Chain) -> None:
    chain.set_up()
    first = key(chain).credential
    key(chain)
    assert "2" in str(refused(StateRefused, lambda: key(chain)).detail)
    revoke_key(actor=chain.actors["technician"], credential=first, reason="Đổi khóa")
    assert key(chain).credential.pk


def test_a_key_past_its_last_day_leaves_its_place(chain: Chain) -> None:
    chain.set_up()
    for _turn in range(2):
        made = key(chain).credential
        made.valid_to = clock.today() - timedelta(days=1)
        made.save()
    assert key(chain).credential.pk


def test_only_the_technician_of_the_agency_makes_a_key(chain: Chain) -> None:
    chain.set_up()
    for role in chain.actors.keys() - {"technician"}:
        refused(PermissionRefused, lambda role=role: key(chain, role=role))


def test_a_technician_of_another_agency_makes_and_ends_nothing(
    chain: Chain, agency: Any, person: Any, actor: Any
) -> None:
    chain.set_up()
    made = key(chain).credential
    stranger = actor(person("ky-thuat@so-khac.example", agency("H60.11"), "technician"))
    refused(PermissionRefused, lambda: make_key(actor=stranger, system=chain.system, environment="sandbox"))
    refused(PermissionRefused, lambda: revoke_key(actor=stranger, credential=made, reason="Thử"))
    assert not Credential.objects.visible_to(stranger).exists()


@pytest.mark.parametrize("role", ["technician", "operator"])
def test_revoking_bumps_the_gates_tells_and_is_final(chain: Chain, role: str) -> None:
    chain.set_up()
    made, gate = key(chain).credential, Grant.objects.get().gate_id
    letters = Letter.objects.count()
    revoke_key(actor=chain.actors[role], credential=made, reason="Nghi lộ khóa")
    made.refresh_from_db()
    assert (made.revoked_by, made.revoke_reason) == (chain.users[role], "Nghi lộ khóa")
    assert gate_versions([gate]) == {gate: 2}
    assert Fact.objects.get(deed="key.revoked").reason == "Nghi lộ khóa"
    told = Letter.objects.order_by("pk")[letters:]
    assert told
    assert all(made.access_key not in f"{letter.subject}{letter.body}" for letter in told)
    refused(StateRefused, lambda: revoke_key(actor=chain.actors[role], credential=made, reason="Lần nữa"))


def test_revoking_needs_a_reason(chain: Chain) -> None:
    chain.set_up()
    made = key(chain).credential
    found = refused(InvalidInput, lambda: revoke_key(actor=chain.actors["technician"], credential=made, reason=" "))
    assert "reason" in found.errors


def test_others_revoke_nothing(chain: Chain) -> None:
    chain.set_up()
    made = key(chain).credential
    for role in chain.actors.keys() - {"technician", "operator"}:
        who = chain.actors[role]
        refused(PermissionRefused, lambda who=who: revoke_key(actor=who, credential=made, reason="Thử"))
