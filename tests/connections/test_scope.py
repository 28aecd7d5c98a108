"""Parameters changed after the tests void what was confirmed (QC10.3, QC10.4; N31)."""

from typing import Any

import pytest
from django.urls import reverse

from audit.gates import gate_versions
from audit.models import Fact
from connections.choices import State
from connections.models import Confirmation, Grant
from connections.services.scope import adjust_scope
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC10.3", "QC10.4")


def adjust(chain: Chain, role: str = "operator", reason: str = "Đổi máy chủ", **fields: Any) -> Any:
    return adjust_scope(actor=chain.actors[role], request=chain.request, reason=reason, **fields)


@pytest.mark.parametrize("reach", ["one side", "both sides"])
def test_a_change_voids_every_confirmation_and_reopens_the_tests(chain: Chain, reach: str) -> None:
    if reach == "one side":
        chain.finish()
        chain.confirm_as("operator")
    else:
        chain.ready()
    line, gate = chain.request.lines.get(), Grant.objects.get().gate_id
    adjust(chain, networks=["10.20.31.7"], quotas={line.pk: 300})
    assert chain.fresh().state == State.TESTING
    assert chain.fresh().networks == ["10.20.31.7"]
    assert not Confirmation.objects.filter(voided_at__isnull=True).exists()
    grant = Grant.objects.get()
    assert (grant.networks, grant.daily_quota, grant.gate_id) == (["10.20.31.7"], 300, gate)
    assert gate_versions([gate]) == {gate: 2}
    fact = Fact.objects.get(deed="request.scope_adjusted")
    assert (fact.actor_name, fact.after["networks"]) == (chain.actors["operator"].name, ["10.20.31.7"])
    assert Fact.objects.get(deed="request.record_voided").actor_name == chain.actors["operator"].name
    assert Fact.objects.get(deed="request.reopen_tests").actor_kind == "system"
    assert chain.fresh().trials.count() == 2


def test_both_sides_read_that_a_confirmed_record_is_void_and_why(chain: Chain, desk: Desk) -> None:
    chain.finish()
    chain.confirm_as("agency_representative")
    adjust(chain, networks=["10.20.31.7"])
    told = ("Biên bản mất hiệu lực do hồ sơ thay đổi", "Đổi máy chủ")
    history = desk("agency_officer").get(reverse("request_history", args=[chain.request.pk])).content.decode()
    working = reverse("admin:connections_connectionrequest_change", args=[chain.request.pk])
    for page in (history, desk("operator").get(working).content.decode()):
        for text in told:
            assert text in page


def test_a_change_while_testing_goes_on_with_the_round(chain: Chain) -> None:
    chain.set_up()
    adjust(chain, networks="10.20.31.7")
    assert chain.fresh().trials.count() == 1
    assert not Fact.objects.filter(deed="request.record_voided").exists()


def test_the_same_again_changes_nothing(chain: Chain) -> None:
    chain.ready()
    before = chain.fresh().version
    adjust(chain, networks=list(chain.request.networks), quotas={chain.request.lines.get().pk: 900})
    assert (chain.fresh().state, chain.fresh().version) == (State.READY, before)


def test_what_was_approved_is_never_widened(chain: Chain) -> None:
    chain.finish()
    line = chain.request.lines.get()
    for fields, field in (
        ({"quotas": {line.pk: 901}}, f"quota-{line.pk}"),
        ({"quotas": {line.pk: 0}}, f"quota-{line.pk}"),
        ({"quotas": {line.pk + 1: 5}}, f"quota-{line.pk + 1}"),
        ({"networks": ["10.0.0"]}, "networks"),
        ({"networks": ["0.0.0.0/0"]}, "networks"),
        ({"networks": []}, "networks"),
        ({"networks": ["10.1.1.1"], "reason": " "}, "reason"),
    ):
        found = refused(InvalidInput, lambda fields=fields: adjust(chain, **fields))
        assert list(found.errors) == [field]


def test_only_the_operator_before_go_live(chain: Chain) -> None:
    chain.finish()
    for role in chain.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: adjust(chain, role, networks=["10.1.1.1"]))


def test_a_live_connection_changes_by_a_dossier_of_its_own(chain: Chain) -> None:
    chain.live()
    refused(StateRefused, lambda: adjust(chain, networks=["10.1.1.1"]))
