"""Setting up the sandbox: everything comes out of the dossier (QC10.3)."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Letter
from audit.gates import gate_versions
from audit.models import Fact
from connections.choices import State, Step, TestGroup
from connections.models import Clock, EnvironmentTerms, Grant, TestTemplate
from connections.services import environment
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, publish
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC10.3")


def set_up(chain: Chain, role: str = "operator", **fields: Any) -> Any:
    given = {"duty_contact": chain.users["operator"], **fields}
    return environment.set_up(actor=chain.actors[role], request=chain.request, **given)


def test_one_action_makes_grant_gate_plan_and_contact_of_the_dossier(chain: Chain) -> None:
    trial = chain.set_up()
    request, grant = chain.fresh(), Grant.objects.get()
    line = request.lines.get()
    assert request.state == State.TESTING
    assert grant.code == f"QK-{clock.today():%y%m%d}-0001"
    assert (grant.system, grant.service, grant.environment) == (chain.system, line.service, "sandbox")
    assert (grant.operations, grant.fields, grant.networks) == (line.operations, line.fields, request.networks)
    assert (grant.purpose, grant.valid_from, grant.valid_to) == (chain.purpose, clock.today(), None)
    assert gate_versions([grant.gate_id]) == {grant.gate_id: 1}
    assert {case.group for case in trial.cases.all()} == set(TestGroup.values)
    assert trial.cases.count() == TestTemplate.objects.filter(active=True).count()
    assert not trial.cases.exclude(result="").exists()
    connection = chain.connection()
    assert (connection.technical_contact, connection.duty_contact) == (
        chain.users["technician"],
        chain.users["operator"],
    )
    assert connection.live_at is None


def test_each_part_is_a_fact_the_clock_goes_on_and_the_agency_is_told_without_secrets(chain: Chain) -> None:
    chain.set_up()
    grant = Grant.objects.get()
    assert Fact.objects.get(deed="request.set_up").after["grants"] == [grant.code]
    assert Fact.objects.get(deed="grant.opened").after["operations"] == ["list", "one"]
    assert set(Clock.objects.filter(ended_at__isnull=True).values_list("step", flat=True)) == {Step.TESTING}
    letter = Letter.objects.filter(subject__startswith="Môi trường thử nghiệm").first()
    assert letter is not None
    assert grant.code in letter.body
    assert "sk_" not in letter.body


@pytest.mark.parametrize(("declared", "given"), [(1_000, 1_000), (5_000, 1_000)])
def test_the_sandbox_gives_what_was_declared_up_to_its_own_terms(chain: Chain, declared: int, given: int) -> None:
    chain.approve()
    line = chain.request.lines.get()
    line.daily_quota = declared
    line.save()
    set_up(chain)
    assert Grant.objects.get().daily_quota == given
    assert "mặc định hệ thống" in EnvironmentTerms.objects.get(environment="sandbox").basis.lower()


def test_a_line_without_named_fields_grants_those_the_service_names_now(chain: Chain) -> None:
    chain.approve()
    line = chain.request.lines.get()
    line.fields = []
    line.save()
    set_up(chain)
    assert Grant.objects.get().fields == ["code", "level", "name"]


def test_every_line_gets_its_grant_and_codes_run_on(chain: Chain) -> None:
    chain.approve()
    second = publish("land-parcels", chain.provider)
    chain.request.lines.create(service=second, operations=["one"], fields=[], daily_quota=10)
    set_up(chain)
    codes = list(Grant.objects.order_by("code").values_list("code", "service__code"))
    day = f"QK-{clock.today():%y%m%d}"
    assert codes == [(f"{day}-0001", "administrative-units"), (f"{day}-0002", "land-parcels")]


@pytest.mark.parametrize("change", ["off", "live", "withdrawn", "operation"])
def test_a_service_the_sandbox_cannot_reach_is_named(chain: Chain, change: str) -> None:
    chain.approve()
    version = chain.service.versions.get()
    upstream = version.upstreams.get(environment="sandbox")
    if change == "off":
        upstream.active = False
    elif change == "live":
        upstream.environment, upstream.place = "live", 2
    upstream.save()
    if change == "withdrawn":
        version.withdraw()
        version.save()
    if change == "operation":
        operation = version.operations.get(code="one")
        operation.code = "single"
        operation.save()
    found = refused(GuardRefused, lambda: set_up(chain))
    assert chain.service.title in str(found.detail)
    assert ("one" in str(found.detail)) == (change == "operation")


def test_a_day_already_past_is_no_term(chain: Chain) -> None:
    chain.approve()
    chain.request.wanted_until = clock.today() - timedelta(days=1)
    chain.request.save()
    assert "gia hạn" in str(refused(GuardRefused, lambda: set_up(chain)).detail)


def test_a_plan_covers_all_four_groups_or_is_none(chain: Chain) -> None:
    chain.approve()
    for template in TestTemplate.objects.filter(group=TestGroup.SECURITY):
        template.active = False
        template.save()
    assert "An toàn thông tin" in str(refused(GuardRefused, lambda: set_up(chain)).detail)


def test_the_duty_contact_is_somebody_of_the_operating_unit(chain: Chain) -> None:
    chain.approve()
    for contact in (None, chain.users["technician"], chain.users["evaluator"]):
        found = refused(InvalidInput, lambda contact=contact: set_up(chain, duty_contact=contact))
        assert "duty_contact" in found.errors


def test_only_the_operator_sets_up(chain: Chain) -> None:
    chain.approve()
    for role in chain.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: set_up(chain, role))


def test_nothing_is_set_up_before_approval(chain: Chain) -> None:
    chain.propose()
    refused(StateRefused, lambda: set_up(chain))


def test_nothing_is_set_up_twice(chain: Chain) -> None:
    chain.set_up()
    refused(StateRefused, lambda: set_up(chain))
