"""«Việc cần làm» of an agency whose live system has to leave a version: there while it has to, gone when it has."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from audit.gates import open_gate
from catalog.models import Operation, ServiceVersion
from catalog.services.versions import deprecate_version, move_version
from connections.models import Connection, Grant
from connections.selectors.version_moves import move_tasks, moves_due
from core import clock
from core.actor import system_actor
from core.choices import Environment
from core.web.boards import Task
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain, Desk
from tests.connections.use_log import another_system, counted

pytestmark = pytest.mark.clause("QC11.2", "QC11.3")
JOB = system_actor("kiểm thử")
DAYS = 60


@pytest.fixture
def grant(chain: Chain) -> Grant:
    """The live grant of a system in operation on a version that ends in 60 days and that it never called."""
    chain.live()
    version = ServiceVersion.objects.get(service=chain.service)
    day = clock.today() + timedelta(days=DAYS)
    deprecate_version(actor=JOB, version=version, sunset_on=day, reason="Thay", short_notice="Thử")
    return Grant.objects.select_related("system__owner", "service__provider", "purpose").get(environment="live")


def successor(grant: Grant, *codes: str) -> None:
    """Publish v2 with these operations."""
    made = ServiceVersion(service=grant.service, name="v2")
    made.save()
    for code in codes:
        Operation.objects.create(version=made, code=code, title=code, template=f"/{code}")
    ServiceVersion.objects.filter(pk=made.pk).update(state="published", published_at=clock.now())


def called(grant: Grant, version: str = "v1", *, days_ago: int = 0, **parts: Any) -> None:
    log_calls(grant, version=version, received_at=clock.now() - timedelta(days=days_ago), **parts)
    counted()


def tasks(chain: Chain, role: str = "technician") -> list[Task]:
    return move_tasks(chain.actors[role])


def test_the_task_says_when_what_instead_and_what_to_do(chain: Chain, grant: Grant, desk: Desk) -> None:
    successor(grant, "list", "one")
    called(grant, calls=1204)
    day = clock.today() + timedelta(days=DAYS)
    for role in ("technician", "agency_officer"):
        [task] = tasks(chain, role)
        assert str(task.title).startswith(f"Chuyển {chain.system} khỏi ")
        assert task.hint == (
            f"Ngừng cung cấp từ {day:%d/%m/%Y}; thay bằng v2: đổi địa chỉ gọi; 1.204 lượt gọi trong 7 ngày"
        )
        assert task.days_left in range(DAYS // 2, DAYS)
        assert task.url == reverse("version_end", args=["administrative-units", "v1"])
        page = desk(role).get(reverse("workbench")).content.decode()
        assert "thay bằng v2: đổi địa chỉ gọi" in page
        assert desk(role).get(task.url).status_code == 200


@pytest.mark.parametrize("role", ["operator", "evaluator", "agency_representative", "agency_admin"])
def test_it_is_nobody_elses(chain: Chain, grant: Grant, role: str) -> None:
    called(grant)
    assert tasks(chain, role) == []


def test_another_agency_has_no_such_task(
    grant: Grant, agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    called(grant)
    other = person("ky-thuat.khac@lgsp.example", agency("H60.91"), "technician")
    assert move_tasks(actor_for(other, standings_of(other), agency_id=None)) == []


def test_who_has_moved_has_it_no_more(chain: Chain, grant: Grant) -> None:
    """A whole day without a call of the old one, and calls of the new one since."""
    successor(grant, "list", "one")
    called(grant, days_ago=2)
    assert len(tasks(chain)) == 1
    called(grant, "v2")
    assert tasks(chain) == []
    called(grant)  # and it comes back with the first call of the old one
    assert len(tasks(chain)) == 1


def test_a_new_call_does_not_hide_old_ones_of_today(chain: Chain, grant: Grant) -> None:
    successor(grant, "list", "one")
    called(grant)
    called(grant, "v2")
    assert len(tasks(chain)) == 1


def test_a_month_without_a_call_is_done_too(chain: Chain, grant: Grant) -> None:
    successor(grant, "list", "one")
    called(grant, days_ago=31)
    assert tasks(chain) == []


def test_calls_of_the_sandbox_are_no_reason(chain: Chain, grant: Grant) -> None:
    successor(grant, "list", "one")
    log_calls(Grant.objects.open().get(environment=Environment.SANDBOX), calls=40)
    counted()
    assert tasks(chain) == []


def test_who_holds_what_nobody_offers_any_more_has_to_ask(chain: Chain, grant: Grant) -> None:
    """Without a call: no version after it at all, then one without an operation of the grant, then one with all."""
    [task] = tasks(chain)
    assert "chưa có phiên bản thay: liên hệ cơ quan cung cấp; 0 lượt" in str(task.hint)
    successor(grant, "list")
    [task] = tasks(chain)
    assert "đề nghị cấp thao tác khác thay cho «one»" in str(task.hint)
    Operation.objects.create(version=ServiceVersion.objects.get(name="v2"), code="one", title="one", template="/one")
    assert tasks(chain) == []


def test_taken_back_it_is_over(chain: Chain, grant: Grant) -> None:
    called(grant)
    assert len(tasks(chain)) == 1
    move_version(actor=JOB, version=ServiceVersion.objects.get(name="v1"), step="resume", reason="Còn dùng")
    assert tasks(chain) == []


def test_after_the_end_only_calls_in_vain_count(chain: Chain, grant: Grant) -> None:
    version = ServiceVersion.objects.get(name="v1")
    called(grant, calls=3)
    move_version(actor=JOB, version=version, step="withdraw", reason="Đến ngày")
    refused = [row for row in moves_due(chain.actors["technician"]) if not row.refused]
    assert refused == []
    called(grant, verdict="X", calls=9)
    [task] = tasks(chain)
    assert "Đã ngừng từ" in str(task.hint)
    assert task.days_left is not None


@pytest.mark.parametrize("closed", ["revoked", "expired", "connection"])
def test_without_a_grant_in_force_there_is_nothing_to_move(chain: Chain, grant: Grant, closed: str) -> None:
    called(grant)
    yesterday = clock.today() - timedelta(days=1)
    if closed == "revoked":
        Grant.objects.filter(pk=grant.pk).update(revoked_at=clock.now())
    elif closed == "expired":
        Grant.objects.filter(pk=grant.pk).update(valid_from=yesterday, valid_to=yesterday)
    else:
        Connection.objects.update(closed_at=clock.now())
    assert tasks(chain) == []


def test_it_costs_the_same_however_many_and_two_queries_where_nothing_ends(
    chain: Chain, grant: Grant, django_assert_num_queries: Any
) -> None:
    actor = chain.actors["technician"]

    def more(number: int) -> None:
        system = another_system(chain.agency, number)
        copy = Grant.objects.get(pk=grant.pk)
        copy.pk, copy.code, copy.system = None, f"QK-{number}", system
        copy.gate_id = open_gate(limit=10)
        copy.save()
        log_calls(grant, system_id=system.pk)

    for number in (51, 52):
        more(number)
    called(grant)
    with django_assert_num_queries(4):
        assert len(moves_due(actor)) == 3
    for number in range(60, 70):
        more(number)
    counted()
    with django_assert_num_queries(4):
        assert len(moves_due(actor)) == 13
    move_version(actor=JOB, version=ServiceVersion.objects.get(name="v1"), step="resume", reason="Còn dùng")
    with django_assert_num_queries(2):
        assert moves_due(actor) == []
    Grant.objects.filter(environment="live").update(revoked_at=clock.now())
    with django_assert_num_queries(1):
        assert moves_due(actor) == []


def test_skhcn_sees_who_still_calls(chain: Chain, grant: Grant, desk: Desk) -> None:
    called(grant, calls=7)
    page = desk("operator").get(reverse("version_use", args=["administrative-units", "v1"])).content.decode()
    assert chain.system.name in page
