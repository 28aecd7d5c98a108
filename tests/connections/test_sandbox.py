"""Opening a service in the sandbox without asking anybody (decisions, 14)."""

from datetime import timedelta
from typing import Any

import pytest

from audit.gates import gate_rows
from audit.models import Fact
from catalog.models import InformationSystem, Purpose, ServiceVersion, Upstream
from catalog.services.systems import retire_system
from catalog.services.versions import withdraw_version
from connections.models import Credential, EnvironmentTerms, Grant
from connections.projection import GRANT_REVOKED, GRANT_SUSPENDED, SUSPENDED, load_grants, load_keys
from connections.selectors.offered import repeated_fields
from connections.services.expiries import remind_of_endings
from connections.services.golive import go_live
from connections.services.grant_changes import revoke_grant
from connections.services.holds import place_hold
from connections.services.keys import make_key, revoke_key
from connections.services.sandbox import SandboxAccess, end_sandbox_access, make_sandbox_access, start_trial
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, publish
from tests.connections.refusing import refused
from tests.connections.test_at_once import at_once
from tests.connections.trying_out import apart, opened

pytestmark = pytest.mark.xdist_group("trying")


def row_of(grant: Grant) -> Any:
    return next(row for row in load_grants([grant.pk]))


def test_one_deed_makes_a_grant_of_everything_and_a_key_that_signs_at_once(chain: Chain) -> None:
    apart(chain)
    made = opened(chain)
    grant, terms = Grant.objects.get(), EnvironmentTerms.objects.get(environment="sandbox")
    assert (grant.environment, grant.is_trial, grant.connection, grant.purpose.code) == (
        "sandbox",
        True,
        None,
        "integration-trial",
    )
    assert (grant.operations, grant.fields) == (["list", "one"], ["code", "level", "name"])
    assert (grant.daily_quota, gate_rows([grant.gate_id])[grant.gate_id].limit) == (1000, 1000)
    assert grant.valid_to == clock.today() + timedelta(days=terms.trial_days)
    key = Credential.objects.get()
    assert (key.environment, key.activated_at is not None, made.secret.startswith("sk_test_")) == (
        "sandbox",
        True,
        True,
    )
    assert made.secret not in repr(made)
    told = Fact.objects.filter(deed__in=["grant.opened", "key.made"]).order_by("pk")
    assert [fact.deed for fact in told] == ["grant.opened", "key.made"]
    assert not [fact for fact in told if made.secret in str(vars(fact))]
    row, known = row_of(grant), next(item for item in load_keys() if item.access_key == key.access_key)
    assert (row.active, row.environment, known.active, known.secret.decode()) == (True, "sandbox", True, made.secret)


def test_twice_is_once_and_the_secret_is_not_told_again(chain: Chain) -> None:
    apart(chain)
    first, again = opened(chain), opened(chain)
    assert (again.grant.pk, again.key.pk, again.is_new, again.secret) == (first.grant.pk, first.key.pk, False, "")
    assert Fact.objects.filter(deed="grant.opened").count() == 1


def test_a_key_that_is_lost_is_revoked_and_opening_again_gives_another(chain: Chain) -> None:
    apart(chain)
    first = opened(chain)
    revoke_key(actor=chain.actors["technician"], credential=first.key, reason="Mất khóa bí mật")
    again = opened(chain)
    assert (again.grant.pk, again.is_new) == (first.grant.pk, False)
    assert again.secret not in ("", first.secret)


def test_an_expired_grant_is_opened_anew(chain: Chain) -> None:
    apart(chain)
    old = opened(chain).grant
    Grant.objects.filter(pk=old.pk).update(
        valid_from=clock.today() - timedelta(days=9), valid_to=clock.today() - timedelta(days=1)
    )
    made = opened(chain)
    old.refresh_from_db()
    assert (made.is_new, made.grant.pk != old.pk, old.revoked_at is not None) == (True, True, True)


def test_a_grant_of_a_dossier_is_kept_and_one_of_a_dossier_takes_its_place(chain: Chain) -> None:
    version = apart(chain)
    trial = opened(chain, version).grant
    chain.set_up()
    trial.refresh_from_db()
    given = Grant.objects.open().get()
    assert (trial.revoked_at is not None, given.is_trial) == (True, False)
    assert opened(chain).grant.pk == given.pk
    refused(StateRefused, lambda: end_sandbox_access(actor=chain.actors["technician"], grant=given))


@pytest.mark.parametrize("role", ["agency_officer", "agency_representative", "agency_admin", "operator", "evaluator"])
def test_only_the_technician_of_the_agency_opens_and_ends(chain: Chain, role: str) -> None:
    version = apart(chain)
    actor = chain.actors[role]
    refused(PermissionRefused, lambda: make_sandbox_access(actor=actor, system=chain.system, version=version))
    grant = opened(chain).grant
    refused(PermissionRefused, lambda: end_sandbox_access(actor=actor, grant=grant))


def test_a_technician_of_another_agency_opens_nothing(chain: Chain, agency: Any, person: Any, actor: Any) -> None:
    version, other = apart(chain), agency("H60.09")
    stranger = actor(person("la@lgsp.example", other, "technician"))
    refused(PermissionRefused, lambda: make_sandbox_access(actor=stranger, system=chain.system, version=version))


def test_an_address_that_answers_live_calls_is_never_opened_nor_reached(chain: Chain) -> None:
    version = apart(chain)
    grant = opened(chain).grant
    Upstream.objects.filter(version=version, environment="sandbox").update(base_url="http://localhost:9/")
    assert (row_of(grant).active, row_of(grant).reason) == (False, GRANT_SUSPENDED)
    Grant.objects.update(revoked_at=clock.now())
    refused(GuardRefused, lambda: opened(chain))


def test_without_a_sandbox_address_it_needs_the_example_server(chain: Chain, settings: Any) -> None:
    apart(chain, "")
    settings.EXAMPLE_SERVER = ""
    refused(GuardRefused, lambda: opened(chain))
    settings.EXAMPLE_SERVER = "http://127.0.0.1:9100"
    assert opened(chain).is_new


def test_what_is_over_or_held_cannot_be_tried(chain: Chain) -> None:
    version = apart(chain)
    chain.live()
    place_hold(actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Sự cố")
    refused(GuardRefused, lambda: opened(chain))
    withdraw_version(actor=chain.actors["operator"], version=version, reason="Ngừng")
    refused(GuardRefused, lambda: opened(chain))


def test_a_hold_on_the_system_stops_its_trials_too(chain: Chain) -> None:
    apart(chain)
    chain.live()
    Grant.objects.filter(environment="sandbox").update(revoked_at=clock.now())
    grant = opened(chain).grant
    assert row_of(grant).active
    place_hold(actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Sự cố")
    assert row_of(grant).reason == SUSPENDED


def test_a_withdrawn_version_a_retired_system_and_closed_terms(chain: Chain) -> None:
    version = apart(chain)
    EnvironmentTerms.objects.filter(environment="sandbox").update(trial_quota=None)
    refused(GuardRefused, lambda: opened(chain))
    EnvironmentTerms.objects.filter(environment="sandbox").update(trial_quota=7)
    assert opened(chain).grant.daily_quota == 7
    withdraw_version(actor=chain.actors["operator"], version=version, reason="Ngừng")
    refused(StateRefused, lambda: opened(chain, ServiceVersion.objects.get(pk=version.pk)))
    retire_system(actor=chain.actors["agency_officer"], system=chain.system, reason="Ngừng")
    refused(StateRefused, lambda: opened(chain))


def test_without_its_purpose_nothing_is_opened(chain: Chain) -> None:
    Upstream.objects.filter(environment="sandbox").update(base_url="http://127.0.0.1:10")
    assert not Purpose.objects.filter(code="integration-trial").exists()
    refused(GuardRefused, lambda: opened(chain))


def test_ending_stops_the_gate_and_stays_as_evidence(chain: Chain) -> None:
    apart(chain)
    grant = opened(chain).grant
    before = gate_rows([grant.gate_id])[grant.gate_id].version
    end_sandbox_access(actor=chain.actors["technician"], grant=grant)
    assert gate_rows([grant.gate_id])[grant.gate_id].version == before + 1
    assert row_of(grant).reason == GRANT_REVOKED
    assert Fact.objects.filter(deed="grant.revoked", subject_id=str(grant.pk)).count() == 1
    refused(StateRefused, lambda: end_sandbox_access(actor=chain.actors["technician"], grant=grant))


def test_the_operator_revokes_one_as_any_other(chain: Chain) -> None:
    apart(chain)
    grant = opened(chain).grant
    revoke_grant(actor=chain.actors["operator"], grant=grant, reason="Gọi bất thường", legal_basis="khoản 6 Điều 4")
    assert row_of(grant).reason == GRANT_REVOKED


def test_nobody_is_written_to_before_a_trial_ends(chain: Chain, settings: Any) -> None:
    apart(chain)
    grant = opened(chain).grant
    Grant.objects.filter(pk=grant.pk).update(valid_to=clock.today() + timedelta(days=1))
    assert remind_of_endings() == 0


def test_a_full_house_of_keys_is_said(chain: Chain) -> None:
    apart(chain)
    chain.set_up()
    technician = chain.actors["technician"]
    for _turn in range(2):
        make_key(actor=technician, system=chain.system, environment="sandbox")
    refused(StateRefused, lambda: opened(chain))


def test_an_agency_without_a_system_names_one(chain: Chain, agency: Any, person: Any, actor: Any) -> None:
    version, own = apart(chain), agency("H60.09")
    technician = actor(person("ky-thuat@lgsp.example", own, "technician"))
    refused(InvalidInput, lambda: start_trial(actor=technician, version=version, name=" "))
    made = start_trial(actor=technician, version=version, name="Cổng tra cứu")
    system = InformationSystem.objects.get(owner=own)
    assert (made.grant.system, system.state, system.environments) == (system, "draft", ["sandbox"])
    assert start_trial(actor=technician, version=version, name="Cổng  tra cứu").grant == made.grant
    officer = actor(person("can-bo@lgsp.example", own, "agency_admin"))
    refused(PermissionRefused, lambda: start_trial(actor=officer, version=version, name="Khác"))


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_grant_and_one_key(chain: Chain) -> None:
    apart(chain)
    found = at_once(*[lambda: opened(chain)] * 4)
    assert all(isinstance(item, SandboxAccess) for item in found)
    assert (Grant.objects.count(), Credential.objects.count()) == (1, 1)
    assert sum(bool(item.secret) for item in found) == 1
    assert sum(item.is_new for item in found) == 1


def test_a_trial_is_not_what_a_dossier_counts_or_ends(chain: Chain) -> None:
    chain.ready()
    apart(chain)
    other = publish("land-parcels", chain.provider)
    other.versions.get().upstreams.filter(environment="sandbox").update(base_url="http://127.0.0.1:10")
    trial = opened(chain, other.versions.get()).grant
    assert repeated_fields(chain.service, chain.system, []) == []
    go_live(actor=chain.actors["operator"], request=chain.fresh())
    trial.refresh_from_db()
    assert trial.revoked_at is None
