"""Who still calls a version that ends: for SKHCN, for its provider, and for those who have to change (ux.md C8)."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Agency, User
from catalog.models import InformationSystem, ServiceVersion
from catalog.services.versions import deprecate_version, move_version
from connections.models import Grant
from connections.selectors.old_versions import callers_of, still_called
from core import clock
from core.actor import system_actor
from core.choices import Environment
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.use_log import another_system, counted

pytestmark = pytest.mark.clause("QC11.2", "QC11.3")
JOB = system_actor("kiểm thử")
LIST = "/phien-ban-ngung/"
PAGE = "/phien-ban-ngung/administrative-units/v1/"


@pytest.fixture
def live(chain: Chain) -> Chain:
    chain.live()
    return chain


@pytest.fixture
def ending(live: Chain) -> ServiceVersion:
    """A version that ends in 60 days and was called 1,204 times today, with 24 calls of its trial."""
    version = ServiceVersion.objects.get(service=live.service)
    deprecate_version(
        actor=JOB, version=version, sunset_on=clock.today() + timedelta(days=60), reason="Thay", short_notice="Thử"
    )
    log_calls(Grant.objects.open().get(environment=Environment.LIVE), calls=1180)
    counted()
    return ServiceVersion.objects.select_related("service__provider").get(pk=version.pk)


@pytest.fixture
def provider(live: Chain, person: Callable[..., User], signed_in: Callable[[User], Client]) -> Client:
    return signed_in(person("cung-cap@lgsp.example", live.provider, "provider_officer"))


def test_before_anybody_ends_the_list_says_so(live: Chain, provider: Client, desk: Desk) -> None:
    for client in (provider, desk("operator")):
        page = client.get(LIST).content.decode()
        assert "Không có phiên bản nào đã báo ngừng" in page
        assert "lượt gọi chưa được đếm lần nào" in page


def test_skhcn_and_the_provider_see_who_calls_how_much_and_whom_to_ask(
    ending: ServiceVersion, live: Chain, provider: Client, desk: Desk
) -> None:
    Agency.objects.filter(pk=live.agency.pk).update(shared_mailbox="vanthu@snnmt.example")
    for client in (provider, desk("operator")):
        listed = client.get(LIST).content.decode()
        assert PAGE in listed
        assert "1.204" in listed
        page = client.get(PAGE).content.decode()
        for part in (live.agency.name, live.system.name, "1.204", "Chưa có phiên bản thay thế"):
            assert part in page
    assert "technician@lgsp.example" in desk("operator").get(PAGE).content.decode()
    theirs = provider.get(PAGE).content.decode()
    assert "technician@lgsp.example" not in theirs
    assert "vanthu@snnmt.example" in theirs


def test_a_system_with_a_grant_that_does_not_call_stands_apart(live: Chain, provider: Client) -> None:
    page = provider.get(PAGE).content.decode()
    assert "Không có hệ thống nào gọi phiên bản này trong 30 ngày qua" in page
    assert "Có quyền khai thác, không gọi" in page
    assert live.system.name in page


def test_calls_of_the_successor_stand_beside(ending: ServiceVersion, live: Chain, provider: Client) -> None:
    made = ServiceVersion(service=live.service, name="v2")
    made.save()
    ServiceVersion.objects.filter(pk=made.pk).update(state="published", published_at=clock.now())
    log_calls(Grant.objects.open().get(environment=Environment.LIVE), version="v2", calls=77)
    counted()
    [row] = callers_of(ending)
    assert (row.week, row.successor_week) == (1204, 77)
    assert "v2, 7 ngày" in provider.get(PAGE).content.decode()


def test_another_agency_finds_nothing(
    ending: ServiceVersion, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Any
) -> None:
    other = signed_in(person("khac@lgsp.example", agency("H60.91"), "provider_officer"))
    assert PAGE not in other.get(LIST).content.decode()
    assert other.get(PAGE).status_code == 404
    assert other.get(f"{PAGE}tai-ve/").status_code == 404


def test_the_list_is_taken_away_as_xlsx_and_csv(ending: ServiceVersion, live: Chain, provider: Client) -> None:
    InformationSystem.objects.filter(pk=live.system.pk).update(name="=cmd|'/C calc'!A0")
    answer = provider.get(f"{PAGE}tai-ve/")
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0][:4] == ("Cơ quan", "Mã hệ thống", "Hệ thống", "Lượt gọi 7 ngày")
    assert str(rows[1][3]) == "1204"
    plain = provider.get(f"{PAGE}tai-ve/?dang=csv")
    assert plain["Content-Type"].startswith("text/csv")
    text = plain.content.decode("utf-8-sig")
    assert "Sở Nông nghiệp và Môi trường" in text
    assert "\n=cmd" not in text
    assert ",=cmd" not in text


def test_those_who_have_to_change_read_it_where_they_are(ending: ServiceVersion, live: Chain, desk: Desk) -> None:
    said = f"Hệ thống của bạn còn gọi {ending}: 1.204 lượt trong 7 ngày"
    technician = desk("technician")
    connection = live.connection()
    for address in ("/nha-phat-trien/", f"/ket-noi/dang-mo/{connection.pk}/"):
        page = " ".join(technician.get(address).content.decode().split())
        assert said in page, address
        assert f"Phiên bản ngừng từ {ending.sunset_on:%d/%m/%Y}" in page
    assert f"Còn gọi {ending}" in desk("agency_officer").get(f"/he-thong/{live.system.code}/").content.decode()


def test_a_provider_reads_nothing_of_it_on_the_connection(
    ending: ServiceVersion, live: Chain, provider: Client
) -> None:
    page = provider.get(f"/ket-noi/dang-mo/{live.connection().pk}/").content.decode()
    assert "còn gọi" not in page


def test_calls_in_vain_are_told_after_the_end(ending: ServiceVersion, live: Chain, desk: Desk) -> None:
    move_version(actor=JOB, version=ending, step="withdraw", reason="Đến ngày")
    log_calls(Grant.objects.open().get(environment=Environment.LIVE), verdict="X", calls=9)
    counted()
    page = " ".join(desk("technician").get("/nha-phat-trien/").content.decode().split())
    # 3 refusals of the trial, 9 since.
    assert "đã ngừng cung cấp: 12 lượt bị từ chối trong 7 ngày" in page
    assert PAGE in desk("operator").get(LIST).content.decode()


def test_pages_cost_the_same_however_many(ending: ServiceVersion, live: Chain, django_assert_num_queries: Any) -> None:
    grant = Grant.objects.open().get(environment=Environment.LIVE)

    def more(number: int) -> None:
        log_calls(grant, system_id=another_system(live.agency, number).pk)

    for number in range(50, 53):
        more(number)
    counted()
    with django_assert_num_queries(4):
        assert len(callers_of(ending)) == 4
    for number in range(60, 70):
        more(number)
    counted()
    with django_assert_num_queries(4):
        assert len(callers_of(ending)) == 14
    systems = list(InformationSystem.objects.values_list("pk", flat=True))
    with django_assert_num_queries(2):
        assert len(still_called(systems)) == 14
    other = publish("khac", live.provider)
    assert other.versions.exists()


def test_the_provider_comes_from_its_version(ending: ServiceVersion, live: Chain, provider: Client) -> None:
    page = provider.get("/dich-vu-cua-co-quan/administrative-units/v1/").content.decode()
    assert PAGE in page
