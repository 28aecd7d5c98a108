"""What the broker is told of keys and grants (QC8.3, QC11.3)."""

from typing import Any

import pytest
from django.db import connection

from audit.gates import gate_versions
from connections.models import Credential, Grant
from connections.projection import KeyRow, load_grants, load_keys
from connections.services.holds import place_hold
from connections.services.keys import Made, revoke_key
from core import clock
from tests.connections.conftest import Chain, publish
from tests.connections.proving import take_key

pytestmark = pytest.mark.clause("QC8.3", "QC11.3")


def key(chain: Chain, environment: str = "sandbox") -> Made:
    return take_key(actor=chain.actors["technician"], system=chain.system, environment=environment)


def test_a_key_carries_its_secret_in_memory_and_hides_it(chain: Chain) -> None:
    chain.set_up()
    made = key(chain)
    row = load_keys()[0]
    assert isinstance(row, KeyRow)
    assert (row.key_id, row.access_key, row.algorithm) == (
        made.credential.pk,
        made.credential.access_key,
        "hmac-sha256",
    )
    assert (row.secret, row.environment, row.active, row.reason) == (made.secret.encode(), "sandbox", True, "")
    assert (row.system_id, row.system_code) == (chain.system.pk, chain.system.code)
    assert (row.agency_id, row.agency_code) == (chain.agency.pk, chain.agency.code)
    assert made.secret not in repr(row)
    assert not hasattr(row, "__dict__")


def test_a_grant_carries_everything_the_broker_judges_by(chain: Chain) -> None:
    chain.set_up()
    row, stored = load_grants()[0], Grant.objects.get()
    assert (row.grant_id, row.code, row.service_id) == (stored.pk, stored.code, chain.service.pk)
    assert (row.operations, row.fields) == (frozenset({"list", "one"}), frozenset({"code", "name"}))
    assert (row.purpose, row.networks, row.valid_to) == (chain.purpose.code, ("10.20.30.0/24",), None)
    assert (row.valid_from, row.active, row.reason) == (clock.today(), True, "")
    assert (row.gate_id, row.gate_version) == (stored.gate_id, 1)


def test_every_field_is_none_named(chain: Chain) -> None:
    chain.set_up()
    grant = Grant.objects.get()
    grant.fields = None
    grant.save()
    assert load_grants()[0].fields is None


def test_what_is_out_of_force_stays_with_the_reason_its_owner_is_told(chain: Chain) -> None:
    chain.live()
    first, second = key(chain), key(chain)
    revoke_key(actor=chain.actors["technician"], credential=first.credential, reason="Đổi khóa")
    assert {row.key_id: (row.active, row.reason) for row in load_keys()} == {
        first.credential.pk: (False, "key-revoked"),
        second.credential.pk: (True, ""),
    }
    place_hold(actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Kiểm tra")
    assert {(row.active, row.reason) for row in load_grants()} == {(False, "connection-suspended")}
    gates = gate_versions(Grant.objects.values_list("gate_id", flat=True))
    assert {row.gate_id: row.gate_version for row in load_grants()} == gates
    chain.system.retire()
    chain.system.save()
    assert (False, "key-suspended") in {(row.active, row.reason) for row in load_keys()}


def test_ended_grants_are_told_as_revoked(chain: Chain) -> None:
    chain.end()
    assert {(row.active, row.reason) for row in load_grants()} == {(False, "grant-revoked")}


@pytest.mark.clause("QC8.4")
def test_a_secret_moved_to_another_key_opens_nothing_and_stops_nobody_else(chain: Chain) -> None:
    chain.set_up()
    first, second = key(chain), key(chain)
    with connection.cursor() as cursor:
        cursor.execute(
            "update connections_credential set sealed_secret = %s where id = %s",
            [first.credential.sealed_secret, second.credential.pk],
        )
    rows = {row.key_id: row for row in load_keys()}
    assert rows[first.credential.pk].active
    moved = rows[second.credential.pk]
    assert (moved.active, moved.reason) == (False, "key-suspended")
    assert moved.secret not in (first.secret.encode(), second.secret.encode(), b"")


def test_the_number_of_queries_does_not_grow(chain: Chain, django_assert_num_queries: Any) -> None:
    chain.approve()
    for number in range(5):
        service = publish(f"service-{number}", chain.provider)
        chain.request.lines.create(service=service, operations=["list"], fields=[], daily_quota=10)
    chain.approve = lambda: chain.request  # type: ignore[method-assign]
    chain.set_up()
    key(chain)
    key(chain)
    with django_assert_num_queries(1):
        assert len(load_keys()) == 2
    with django_assert_num_queries(3):
        assert len(load_grants()) == 6
    assert Credential.objects.count() == 2
