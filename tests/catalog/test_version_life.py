"""The life of a version: asked for, published, given back, announced to end, withdrawn; every other way is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import Agency, Notice, User
from audit.models import Fact
from catalog.choices import ServiceState
from catalog.models import DataService, ServiceVersion
from catalog.projection import load_services
from catalog.services.data_services import change_service
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import (
    DEEDS,
    change_version,
    deprecate_version,
    move_version,
    publish_version,
    withdraw_version,
)
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB
from tests.shelf import SHELF, named

People = Callable[..., Actor]
Drafts = Callable[..., ServiceVersion]
OPERATION = {"code": "one", "title": "Một", "method": "GET", "template": "/one/{code}", "record_path": ""}


# (state, step) -> state it leads to and who may; everything else is refused.
STEPS = {
    ("draft", "ask"): ("awaiting", "provider_officer"),
    ("draft", "publish"): ("published", "operator"),
    ("awaiting", "publish"): ("published", "operator"),
    ("awaiting", "give_back"): ("draft", "operator"),
    ("awaiting", "recall"): ("draft", "provider_officer"),
    ("published", "deprecate"): ("deprecated", "operator"),
    ("published", "withdraw"): ("withdrawn", "operator"),
    ("deprecated", "redate"): ("deprecated", "operator"),
    ("deprecated", "resume"): ("published", "operator"),
    ("deprecated", "withdraw"): ("withdrawn", "operator"),
}
WAYS: dict[str, list[str]] = {
    "draft": [],
    "awaiting": ["ask"],
    "published": ["ask", "publish"],
    "deprecated": ["publish", "deprecate"],
    "withdrawn": ["publish", "withdraw"],
}


SIDES = [
    ("operator", "H60.02"),
    ("evaluator", "H60.02"),
    ("provider_officer", "H60.03"),
    ("provider_officer", "H60.91"),
    ("agency_officer", "H60.03"),
]


@pytest.fixture
def brought(draft: Drafts, people: People) -> Callable[[str], tuple[ServiceVersion, dict[tuple[str, str], Actor]]]:
    """Return a version brought to a state before the eyes of every side."""

    def bring(version: ServiceVersion, state: str) -> ServiceVersion:
        later = clock.today() + timedelta(days=30)
        for taken in WAYS[state]:
            move_version(actor=JOB, version=version, step=taken, reason="Lý do", sunset_on=later)
        return version

    def make(state: str) -> tuple[ServiceVersion, dict[tuple[str, str], Actor]]:
        sides = SHELF.take("sides of a version", lambda: {side: people(*side) for side in SIDES})
        version = draft()
        return SHELF.take(named("version brought to", state), lambda: bring(version, state)), sides

    return make


@pytest.mark.clause("QC11.2", "QC11.8")
@pytest.mark.parametrize("state", ServiceState.values)
@pytest.mark.parametrize("step", [*DEEDS, "delete"])
@pytest.mark.parametrize(("role", "code"), SIDES)
def test_every_step_from_every_state_by_every_side(
    brought: Callable[[str], tuple[ServiceVersion, dict[tuple[str, str], Actor]]],
    state: str,
    step: str,
    role: str,
    code: str,
) -> None:
    version, sides = brought(state)
    later = clock.today() + timedelta(days=30)
    facts, actor = Fact.objects.count(), sides[role, code]
    later += timedelta(days=step == "redate")
    target, who = STEPS.get((state, step), ("", ""))
    if target and (role, code) in ((who, "H60.02"), (who, "H60.03")):
        moved = move_version(actor=actor, version=version, step=step, reason="Lý do", sunset_on=later)
        assert moved.state == target
        assert moved.sunset_on == (later if "deprecated" in (target, state) and target != "published" else None)
        assert Fact.objects.latest("id").deed == DEEDS[step]
        return
    with pytest.raises(PermissionRefused if target else StateRefused):
        move_version(actor=actor, version=version, step=step, reason="Lý do", sunset_on=later)
    assert ServiceVersion.objects.get().state == state
    assert Fact.objects.count() == facts


@pytest.mark.clause("QC11.2")
def test_the_end_of_a_version_is_announced_with_a_day_and_a_reason_and_it_is_called_until_then(
    draft: Drafts, person: Callable[..., User], agency: Callable[..., Agency]
) -> None:
    officer = person("cung-cap@lgsp.example", agency("H60.03"), "provider_officer")
    version = publish_version(actor=JOB, version=draft())
    tomorrow = clock.today() + timedelta(days=1)
    for wrong in ({"sunset_on": clock.today()}, {"sunset_on": None}, {"sunset_on": tomorrow, "reason": " "}):
        with pytest.raises(InvalidInput):
            move_version(actor=JOB, version=version, step="deprecate", **{"reason": "Thay bằng v2", **wrong})
    assert ServiceVersion.objects.get().state == ServiceState.PUBLISHED
    assert len(load_services()) == 2
    deprecate_version(actor=JOB, version=version, sunset_on=tomorrow, reason="Thay bằng v2")
    assert len(load_services()) == 2
    told = Notice.objects.get(recipient=officer, event="version.deprecate")
    assert f"{tomorrow:%d/%m/%Y}" in told.body
    assert "Thay bằng v2" not in told.body
    page = Client().get("/danh-muc/administrative-units/").content.decode()
    assert f"Sắp ngừng cung cấp từ {tomorrow:%d/%m/%Y}" in page
    withdraw_version(actor=JOB, version=version, reason="Hết hạn")
    assert load_services() == []


@pytest.mark.clause("QC11.2")
def test_the_provider_asks_skhcn_answers_and_each_hears_of_it(
    draft: Drafts, people: People, person: Callable[..., User]
) -> None:
    version, officer, operator = draft(), people("provider_officer", "H60.03"), people("operator", "H60.02")
    move_version(actor=officer, version=version, step="ask")
    assert Notice.objects.get(recipient_id=operator.user_id).event == "version.ask"
    for deed in (
        lambda: change_service(actor=officer, service=version.service, title="Khác"),
        lambda: change_version(actor=officer, version=version, max_request_bytes=2048),
        lambda: set_operation(actor=officer, version=version, elements=[], **OPERATION),
        lambda: set_upstream(actor=officer, version=version, environment="live", base_url="http://10.1.2.3", place=2),
    ):
        with pytest.raises((StateRefused, PermissionRefused)):
            deed()
    with pytest.raises(InvalidInput):
        move_version(actor=operator, version=version, step="give_back", reason="")
    move_version(actor=operator, version=version, step="give_back", reason="Ghi rõ phạm vi")
    assert Notice.objects.get(recipient_id=officer.user_id).event == "version.give_back"
    change_service(actor=officer, service=version.service, data_scope="Rõ hơn")
    assert Fact.objects.filter(deed="version.returned", reason="Ghi rõ phạm vi").exists()


@pytest.mark.clause("QC3.3", "QC4.3", "QC8.1")
def test_every_field_is_classed_and_the_service_says_no_less_personal_data(draft: Drafts, people: People) -> None:
    officer, version = people("provider_officer", "H60.03"), draft()
    elements = [("so_dinh_danh", "Số định danh cá nhân", "chuỗi", ""), ("benh", "Bệnh", "chuỗi", "sensitive")]
    made = set_operation(actor=JOB, version=version, elements=elements, **OPERATION)
    with pytest.raises(GuardRefused) as refused:
        move_version(actor=officer, version=version, step="ask")
    assert "Chưa phân loại trường dữ liệu: so_dinh_danh" in str(refused.value.detail)
    assert "mức cao hơn: benh" in str(refused.value.detail)
    elements[0] = ("so_dinh_danh", "Số định danh cá nhân", "chuỗi", "personal")
    set_operation(actor=JOB, version=version, operation=made, elements=elements)
    change_service(actor=officer, service=version.service, personal_data="basic")
    with pytest.raises(GuardRefused, match="mức cao hơn: benh"):
        publish_version(actor=JOB, version=version)
    change_service(actor=officer, service=version.service, personal_data="sensitive")
    publish_version(actor=JOB, version=version)
    with pytest.raises(InvalidInput) as lowered:
        change_service(actor=JOB, service=version.service, personal_data="basic")
    assert set(lowered.value.errors) == {"personal_data"}
    assert DataService.objects.get().personal_data == "sensitive"


@pytest.mark.parametrize("gap", ["importance", "sector", "sharing_class", "data_layer"])
def test_no_version_is_published_unclassified(draft: Drafts, gap: str) -> None:
    version = draft(**{gap: None if gap == "sector" else ""})
    with pytest.raises(GuardRefused, match="Chưa phân loại dữ liệu"):
        publish_version(actor=JOB, version=version)
    assert ServiceVersion.objects.get().state == ServiceState.DRAFT


def test_a_version_once_published_is_never_deleted(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    for table in ("catalog_dataelement", "catalog_operation", "catalog_upstream"):
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(f"delete from {table}; delete from catalog_serviceversion where id = %s", [version.pk])
    assert ServiceVersion.objects.filter(pk=version.pk).exists()


def test_withdrawing_needs_a_reason(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    with pytest.raises(InvalidInput):
        withdraw_version(actor=JOB, version=version, reason=" ")
    assert ServiceVersion.objects.get().state == ServiceState.PUBLISHED
