"""Deeds on data services, versions, operations, addresses and purposes."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Agency
from audit.models import Fact
from catalog.choices import ServiceState
from catalog.models import DataElement, DataService, Operation, Purpose, ServiceVersion, Upstream
from catalog.services.data_services import change_service, create_service
from catalog.services.demo import load_sample_service
from catalog.services.operations import remove_operation, set_operation
from catalog.services.purposes import load_purposes, set_purpose
from catalog.services.upstreams import set_upstream
from catalog.services.versions import (
    change_version,
    create_version,
    publish_version,
    withdraw_version,
)
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB, LEGAL

People = Callable[..., Actor]
Drafts = Callable[..., ServiceVersion]
Services = Callable[..., DataService]
OPERATION = {"code": "one", "title": "Một", "method": "GET", "template": "/one/{code}", "record_path": ""}


@pytest.mark.clause("QC11.2")
@pytest.mark.parametrize("gap", ["data_scope", "eligible_consumers", "sharing_method"])
def test_no_version_is_published_without_the_four_legal_items(draft: Drafts, gap: str) -> None:
    version = draft(**{gap: ""})
    label = str(getattr(DataService._meta.get_field(gap), "verbose_name", ""))
    assert label
    with pytest.raises(GuardRefused, match=label):
        publish_version(actor=JOB, version=version)
    assert ServiceVersion.objects.get().state == ServiceState.DRAFT
    assert not Fact.objects.filter(deed="version.published").exists()


def test_every_gap_is_told_at_once(service: Services) -> None:
    version = create_version(actor=JOB, service=service(data_scope="", sharing_class=""), name="v1")
    with pytest.raises(GuardRefused) as refused:
        publish_version(actor=JOB, version=version)
    for part in ("phạm vi dữ liệu", "mức chia sẻ", "chưa có thao tác", "Chưa có địa chỉ"):
        assert part in str(refused.value.detail)


@pytest.mark.clause("QC3.3")
def test_a_state_secret_is_refused(agency: Callable[..., Agency], service: Services) -> None:
    with pytest.raises(InvalidInput, match="bí mật nhà nước"):
        create_service(
            actor=JOB, code="secret", provider=agency(), title="Mật", **{**LEGAL, "not_state_secret": False}
        )
    assert not DataService.objects.exists()
    found = service()
    with pytest.raises(InvalidInput):
        change_service(actor=JOB, service=found, not_state_secret=False)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update catalog_dataservice set not_state_secret = false")


@pytest.mark.parametrize(
    ("role", "code", "may_draft", "may_published"),
    [
        ("operator", "H60.02", True, True),
        ("provider_officer", "H60.03", True, False),
        ("provider_officer", "H60.91", False, False),
        ("agency_officer", "H60.03", False, False),
        ("evaluator", "H60.02", False, False),
    ],
)
def test_who_may_change_a_draft_and_what_is_published(
    draft: Drafts, people: People, role: str, code: str, may_draft: bool, may_published: bool
) -> None:
    version, actor = draft(), people(role, code)
    upstream = version.upstreams.first()
    assert upstream is not None

    def tries(expected: bool) -> None:
        deeds = [
            lambda: change_service(actor=actor, service=version.service, summary=f"Mô tả {expected} {deed_no}"),
            lambda: change_version(actor=actor, version=version, max_request_bytes=2048 + deed_no),
            lambda: set_upstream(actor=actor, version=version, upstream=upstream, timeout_ms=2000 + deed_no),
        ]
        for deed in deeds:
            facts = Fact.objects.count()
            if expected:
                deed()
                assert Fact.objects.count() == facts + 1
            else:
                with pytest.raises((PermissionRefused, StateRefused)):
                    deed()
                assert Fact.objects.count() == facts

    deed_no = 1
    tries(may_draft)
    publish_version(actor=JOB, version=version)
    deed_no = 2
    tries(may_published)


def test_operations_of_a_published_version_stay(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    operation = Operation.objects.get()
    with pytest.raises(StateRefused):
        set_operation(actor=JOB, version=version, elements=[], **OPERATION)
    with pytest.raises(StateRefused):
        set_operation(actor=JOB, version=version, operation=operation, elements=[], title="Khác")
    with pytest.raises(StateRefused):
        remove_operation(actor=JOB, operation=operation)
    assert Operation.objects.get().elements.count() == 2


def test_operations_of_a_draft_come_change_and_go(draft: Drafts) -> None:
    version = draft()
    made = set_operation(actor=JOB, version=version, elements=[("a", "Một"), ("b", "Hai")], **OPERATION)
    set_operation(actor=JOB, version=version, operation=made, elements=[("b", "Hai mới"), ("c", "Ba")])
    kept = list(made.elements.values_list("name", "label", "place"))
    assert kept == [("b", "Hai mới", 1), ("c", "Ba", 2)]
    remove_operation(actor=JOB, operation=made)
    assert not Operation.objects.filter(pk=made.pk).exists()
    assert not DataElement.objects.filter(name="c").exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"template": "one"}, "template"),
        ({"template": "/communes"}, "template"),
        ({"template": "/a/../b"}, "template"),
        ({"code": "Mã"}, "code"),
        ({"code": "communes"}, "code"),
        ({"method": "TRACE"}, "method"),
        ({"record_path": "data[0]"}, "record_path"),
        ({"elements": [("mã", "Mã")]}, "elements"),
        ({"elements": [("code", "")]}, "elements"),
        ({"elements": [("code", "Mã"), ("code", "Mã")]}, "elements"),
        ({"elements": [(f"f{n}", "Trường") for n in range(201)]}, "elements"),
    ],
)
def test_a_wrong_operation_names_the_field(draft: Drafts, fields: dict[str, Any], wrong: str) -> None:
    version = draft()
    with pytest.raises(InvalidInput) as refused:
        set_operation(actor=JOB, version=version, **{"elements": [], **OPERATION, **fields})
    errors = set(refused.value.errors)
    assert wrong in errors or (wrong == "code" and errors == {""})
    assert Operation.objects.count() == 1


@pytest.mark.clause("Q50-7.3")
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"base_url": "http://127.0.0.1:8000"}, "base_url"),
        ({"base_url": "http://169.254.169.254/latest"}, "base_url"),
        ({"base_url": "http://localhost:1"}, "base_url"),
        ({"base_url": "ftp://10.0.0.1"}, "base_url"),
        ({"base_url": "http://nguoi:matkhau@10.0.0.1"}, "base_url"),
        ({"base_url": "http://10.0.0.1/?x=1"}, "base_url"),
        ({"timeout_ms": 30_001}, "timeout_ms"),
        ({"timeout_ms": 0}, "timeout_ms"),
        ({"health_path": "health"}, "health_path"),
        ({"health_path": "/../x"}, "health_path"),
        ({"environment": "production"}, "environment"),
        ({"place": 0}, "place"),
    ],
)
def test_a_wrong_address_names_the_field(service: Services, settings: Any, fields: dict[str, Any], wrong: str) -> None:
    settings.LOOPBACK_UPSTREAMS = False
    version = create_version(actor=JOB, service=service(), name="v1")
    with pytest.raises(InvalidInput) as refused:
        set_upstream(
            actor=JOB, version=version, **{"environment": "live", "base_url": "http://10.1.2.3:8080/api", **fields}
        )
    assert set(refused.value.errors) == {wrong}
    assert not Upstream.objects.exists()


def test_an_agency_s_private_address_is_fine_and_our_own_database_is_not(service: Services, settings: Any) -> None:
    version = create_version(actor=JOB, service=service(), name="v1")
    set_upstream(actor=JOB, version=version, environment="live", base_url="http://10.1.2.3:8080/api")
    settings.LOOPBACK_UPSTREAMS = True
    place = settings.DATABASES["default"]
    with pytest.raises(InvalidInput):
        set_upstream(
            actor=JOB, version=version, environment="sandbox", base_url=f"http://{place['HOST']}:{place['PORT']}"
        )


def test_two_addresses_cannot_share_a_place(draft: Drafts) -> None:
    version = draft()
    with pytest.raises(InvalidInput):
        set_upstream(actor=JOB, version=version, environment="live", base_url="http://10.1.2.3")
    assert version.upstreams.count() == 2


@pytest.mark.django_db(transaction=True)
def test_publishing_withdrawing_and_new_addresses_wake_the_broker(draft: Drafts) -> None:
    version = draft()
    place = connection.get_connection_params()
    known = {name: place[name] for name in ("host", "port", "user", "password", "dbname")}
    with psycopg.connect(**known, autocommit=True) as heard:
        heard.execute("listen lgsp_policy")
        for deed in (
            lambda: publish_version(actor=JOB, version=version),
            lambda: set_upstream(actor=JOB, version=version, upstream=version.upstreams.first(), timeout_ms=500),
            lambda: change_service(actor=JOB, service=version.service, title="Tên khác"),
            lambda: withdraw_version(actor=JOB, version=version, reason="Thay bằng v2"),
        ):
            deed()
            assert [note.channel for note in heard.notifies(timeout=5, stop_after=1)] == ["lgsp_policy"]


def test_codes_stay_and_nothing_is_deleted(draft: Drafts) -> None:
    service = draft().service
    load_purposes(actor=JOB)
    with connection.cursor() as cursor:
        for statement in (
            "update catalog_dataservice set code = 'other'",
            "update catalog_purpose set code = code || 'x'",
            "delete from catalog_purpose",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)
    change_service(actor=JOB, service=service, title="Tên khác", code="other")
    assert DataService.objects.get().code == "administrative-units"


@pytest.mark.clause("QC11.3")
def test_purposes_are_data_with_a_source(people: People) -> None:
    assert load_purposes(actor=JOB) == 6
    assert load_purposes(actor=JOB) == 0
    found = Purpose.objects.get(code="administrative-procedures")
    assert found.is_default
    operator = people("operator", "H60.02")
    set_purpose(actor=operator, purpose=found, title="Giải quyết thủ tục")
    assert not Purpose.objects.get(pk=found.pk).is_default
    load_purposes(actor=JOB)
    assert Purpose.objects.get(pk=found.pk).title == "Giải quyết thủ tục"
    with pytest.raises(PermissionRefused):
        set_purpose(actor=people("evaluator", "H60.02"), code="x", title="X", source="X")
    with pytest.raises(InvalidInput):
        set_purpose(actor=operator, code="Không Hợp Lệ", title="X", source="X")
    assert Purpose.objects.count() == 6


def test_the_sample_service_follows_its_provider(agency: Callable[..., Agency], settings: Any) -> None:
    settings.LOOPBACK_UPSTREAMS = True
    agency("H60.03")
    service = load_sample_service(actor=JOB, provider_url="http://127.0.0.1:9001")
    assert (service.is_sample, service.versions.get().state) == (True, ServiceState.PUBLISHED)
    live = Upstream.objects.get(environment="live")
    set_upstream(actor=JOB, version=service.versions.get(), upstream=live, base_url="http://10.1.2.3")
    load_sample_service(actor=JOB, provider_url="http://127.0.0.1:9002")
    found = dict(Upstream.objects.values_list("environment", "base_url"))
    assert found == {"sandbox": "http://127.0.0.1:9002/thu-nghiem", "live": "http://10.1.2.3"}
    settings.MODE = "production"
    with pytest.raises(StateRefused):
        load_sample_service(actor=JOB, provider_url="http://127.0.0.1:9003")
