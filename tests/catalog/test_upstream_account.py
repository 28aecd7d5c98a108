"""The platform's account at a source system: judged, sealed, shown to nobody, moved nowhere without its secret."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency
from audit.models import Fact
from catalog.models import DataService, Upstream
from catalog.models.upstreams import keyring
from catalog.projection import load_services
from catalog.selectors.descriptions import reading_of
from catalog.selectors.sandbox import Answerer, answerer_of
from catalog.services import provider_login
from catalog.services.national_sample import CODE, load_national_sample
from catalog.services.provider_login import try_login
from catalog.services.sectors import load_sectors
from catalog.services.soap_sample import load_soap_sample
from catalog.services.upstreams import copy_upstream, set_upstream
from catalog.services.versions import create_version, publish_version
from core.actor import Actor
from core.client_credentials import tls_at
from core.crypto import SealBroken
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.tls import TlsProfile
from lgsp.provider.national import CLIENT_ID, CLIENT_SECRET
from lgsp.provider.soap import WSDL
from tests.broker.national import National
from tests.catalog.conftest import JOB

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC6.3", "QC7.1")]
URL, TOKENS = "https://api.ngsp.example/dmdc/1.0", "https://api.ngsp.example/token"
SECRET = "bi-mat-cua-nen-tang-31"
ACCOUNT: dict[str, Any] = {"token_url": TOKENS, "client_id": "lgsp-h60", "client_secret": SECRET}


@pytest.fixture(scope="module")
def national() -> Iterator[National]:
    found = National().start()
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    provider_login._kept.clear()


@pytest.fixture
def made(draft: Callable[..., Any]) -> Upstream:
    """An address with an account, and all that it wants to hear."""
    return set_upstream(
        actor=JOB,
        version=draft(),
        environment="live",
        place=2,
        base_url=URL,
        token_scope="default read",
        procedure_header="MaDVC",
        agency_header="MaDonVi",
        officer_header="MaCanBo",
        **ACCOUNT,
    )


def change(upstream: Upstream, **fields: Any) -> Upstream:
    return set_upstream(actor=JOB, version=upstream.version, upstream=upstream, **fields)


def test_the_broker_gets_the_account_and_the_database_a_sealed_secret(made: Upstream) -> None:
    publish_version(actor=JOB, version=made.version)
    row = next(row for row in load_services() if row.environment == "live")
    account = row.upstreams[-1].account
    assert account is not None
    assert (account.token_url, account.client_id, account.secret, account.scope) == (
        TOKENS,
        "lgsp-h60",
        SECRET,
        "default read",
    )
    assert row.upstreams[-1].relayed == (("MaDVC", "procedure"), ("MaDonVi", "agency"), ("MaCanBo", "officer"))
    assert (row.demanded, row.upstreams[0].account, row.upstreams[0].relayed) == (("procedure", "officer"), None, ())
    assert SECRET not in repr(row)
    with connection.cursor() as cursor:
        cursor.execute("select * from catalog_upstream")
        assert SECRET not in str(cursor.fetchall())


def test_facts_and_history_never_hold_the_secret(made: Upstream) -> None:
    fact = Fact.objects.get(deed="upstream.entered", subject_id=str(made.pk))
    assert fact.after["client_secret"] == "đã thay"
    assert fact.after["client_id"] == "lgsp-h60"
    told = str(list(Fact.objects.values())) + str(list(LogEntry.objects.values()))
    assert SECRET not in told
    assert made.sealed_client_secret not in told


def test_it_is_renewed_by_entering_a_new_one(made: Upstream) -> None:
    before = made.sealed_client_secret
    kept = change(made, timeout_ms=4000, client_secret="")
    assert kept.sealed_client_secret == before
    same = change(made, client_secret=SECRET)
    assert (same.sealed_client_secret, Fact.objects.filter(deed="upstream.changed").count()) == (before, 1)
    renewed = change(made, client_secret="mot-cai-moi")
    account = renewed.account(keyring(django_settings.FIELD_KEYS))
    assert account is not None
    assert account.secret == "mot-cai-moi"
    assert Fact.objects.filter(deed="upstream.changed").latest("at").after == {"client_secret": "đã thay"}


@pytest.mark.parametrize("moved", [{"token_url": "https://evil.example/token"}, {"client_id": "another"}])
def test_it_goes_nowhere_else_without_being_known(made: Upstream, moved: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(made, **moved)
    assert list(refused.value.errors) == ["client_secret"]
    # Nor by hand in the database: the seal names address and id.
    with connection.cursor() as cursor:
        cursor.execute(
            f"update catalog_upstream set {next(iter(moved))} = %s where id = %s",
            [next(iter(moved.values())), made.pk],
        )
    made.refresh_from_db()
    with pytest.raises(SealBroken):
        made.account(keyring(django_settings.FIELD_KEYS))
    publish_version(actor=JOB, version=made.version)
    row = next(row for row in load_services() if row.environment == "live")
    assert made.pk not in {item.upstream_id for item in row.upstreams}


def test_it_is_taken_out_whole_or_not_at_all(made: Upstream) -> None:
    gone = change(made, token_url="", client_id="", token_scope="")
    assert (gone.sealed_client_secret, gone.account(keyring(django_settings.FIELD_KEYS))) == ("", None)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update catalog_upstream set client_id = 'x' where id = %s", [made.pk])


def test_a_copy_has_a_seal_of_its_own(made: Upstream) -> None:
    publish_version(actor=JOB, version=made.version)
    version = create_version(actor=JOB, service=made.version.service, name="v2")
    copy = copy_upstream(actor=JOB, version=version, upstream=made)
    ring = keyring(django_settings.FIELD_KEYS)
    assert copy.sealed_client_secret != made.sealed_client_secret
    assert copy.account(ring) == made.account(ring)
    assert copy.officer_header == "MaCanBo"


@pytest.mark.parametrize(
    ("fields", "named", "text"),
    [
        ({**ACCOUNT, "token_url": "http://api.ngsp.example/token"}, "token_url", "https://"),
        ({**ACCOUNT, "token_url": "https://169.254.169.254/token"}, "token_url", "không được phép"),
        ({**ACCOUNT, "token_url": "https://api.example/token?x=1"}, "token_url", "tham số"),
        ({**ACCOUNT, "token_url": "api.example"}, "token_url", "https://"),
        ({**ACCOUNT, "token_url": ""}, "token_url", "Nhập địa chỉ cấp mã"),
        ({**ACCOUNT, "base_url": "http://10.1.2.3/dmdc"}, "base_url", "https://"),
        ({**ACCOUNT, "client_id": ""}, "client_id", "Nhập mã tài khoản"),
        ({**ACCOUNT, "client_id": "a:b"}, "client_id", "dấu hai chấm"),
        ({**ACCOUNT, "client_id": "mã số"}, "client_id", "không dấu"),
        ({**ACCOUNT, "client_secret": ""}, "client_secret", "Nhập mật khẩu"),
        ({**ACCOUNT, "client_secret": "a\nb"}, "client_secret", "một dòng"),
        ({**ACCOUNT, "client_secret": "mật khẩu"}, "client_secret", "không dấu"),
        ({**ACCOUNT, "client_secret": "x" * 501}, "client_secret", "500"),
        ({**ACCOUNT, "token_scope": 'a"b'}, "token_scope", "cách nhau"),
        ({"officer_header": "Mã cán bộ"}, "officer_header", "chữ không dấu"),
        ({"officer_header": "Authorization"}, "officer_header", "do nền tảng tự gửi"),
        ({"agency_header": "X-LGSP-Request-Id"}, "agency_header", "do nền tảng tự gửi"),
        ({"procedure_header": "host"}, "procedure_header", "do nền tảng tự gửi"),
        ({"procedure_header": "Ma", "officer_header": "mA"}, "officer_header", "tiêu đề riêng"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    draft: Callable[..., Any], fields: dict[str, Any], named: str, text: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_upstream(actor=JOB, version=draft(), **{"environment": "live", "place": 2, "base_url": URL, **fields})
    assert named in refused.value.errors
    assert text in " ".join(map(str, refused.value.errors[named]))
    assert Upstream.objects.count() == 2


def test_the_name_expected_in_a_certificate_is_that_of_its_own_host() -> None:
    profile = TlsProfile(name="inner.example", ca_pem="PEM")
    assert tls_at(TOKENS, URL, profile) == profile
    assert tls_at("https://login.example/token", URL, profile) == TlsProfile(ca_pem="PEM")
    assert tls_at("https://login.example/token", URL, TlsProfile(name="inner.example")) is None
    assert tls_at(TOKENS, URL, None) is None


def form_of(**fields: Any) -> dict[str, Any]:
    basic = {"environment": "live", "place": 2, "base_url": URL, "timeout_ms": 5000, "health_path": "/health"}
    return {**basic, "active": "on", **fields}


def test_the_provider_enters_it_loses_nothing_and_never_sees_the_secret(
    draft: Callable[..., Any], client_of: Callable[..., Client]
) -> None:
    version = draft()
    client = client_of("provider_officer", "H60.03")
    arguments = [version.service.code, "v1"]
    given = form_of(**ACCOUNT, token_scope="default", officer_header="MaCanBo")
    wrong = client.post(reverse("add_own_upstream", args=arguments), {**given, "token_url": "http://a.example/token"})
    shown = wrong.content.decode()
    for kept in ("http://a.example/token", "lgsp-h60", "MaCanBo", URL):
        assert kept in shown
    assert SECRET not in shown
    assert "Nhập lại nội dung này" in shown
    assert client.post(reverse("add_own_upstream", args=arguments), given).status_code == 302
    upstream = Upstream.objects.get(place=2)
    page = client.get(reverse("own_upstream", args=[*arguments, upstream.pk])).content.decode()
    assert TOKENS in page
    assert SECRET not in page
    assert upstream.sealed_client_secret not in page


def test_staff_renew_it_on_a_published_version_and_readers_see_no_box(
    made: Upstream, client_of: Callable[..., Client]
) -> None:
    publish_version(actor=JOB, version=made.version)
    client = client_of("operator", "H60.02")
    page = reverse("admin:catalog_upstream_change", args=[made.pk])
    shown = client.get(page).content.decode()
    assert "Thử đăng nhập" in shown
    assert made.sealed_client_secret not in shown
    fields = form_of(token_url=TOKENS, client_id="lgsp-h60", token_scope="default read")
    del fields["environment"]
    wrong = client.post(page, {**fields, "client_id": "khac"})
    assert wrong.status_code == 200
    assert "Nhập mật khẩu tài khoản" in wrong.content.decode()
    answer = client.post(page, {**fields, "client_secret": "cai-moi"})
    assert answer.status_code == 302, answer.content.decode()
    made.refresh_from_db()
    account = made.account(keyring(django_settings.FIELD_KEYS))
    assert account is not None
    assert account.secret == "cai-moi"
    reader = client_of("evaluator", "H60.02").get(page).content.decode()
    assert "client_secret" not in reader
    assert "Thử đăng nhập" not in reader


@pytest.fixture
def standing(draft: Callable[..., Any], national: National) -> Upstream:
    """An address answered by the stand-in."""
    national.reset()
    version = draft()
    upstream = version.upstreams.get(environment="live")
    return set_upstream(
        actor=JOB,
        version=version,
        upstream=upstream,
        base_url=f"{national.url}/dmdc/1.0",
        token_url=f"{national.url}/token",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )


@pytest.mark.django_db(transaction=True)
def test_staff_try_the_login_and_are_told_how_it_went(
    standing: Upstream, national: National, client_of: Callable[..., Client]
) -> None:
    client = client_of("operator", "H60.02")
    page = reverse("admin:catalog_upstream_login", args=[standing.pk])
    asked = client.get(page).content.decode()
    assert "Điều gì sẽ xảy ra" in asked
    assert CLIENT_SECRET not in asked
    assert national.app.asked == []
    good = client.post(page, follow=True).content.decode()
    assert "Đăng nhập được sau" in good
    assert "hạn 3600 giây" in good
    national.app.accounts = {"other": "x"}
    assert "Bị từ chối (HTTP 401)" in client.post(page, follow=True).content.decode()
    national.app.token_down = 503
    assert "Chưa lấy được mã truy cập: HTTP 503" in client.post(page, follow=True).content.decode()
    told = [fact.after["ok"] for fact in Fact.objects.filter(deed="upstream.login_tried").order_by("at")]
    assert told == [True, False, False]


def test_who_may_not_try_it(
    standing: Upstream, client_of: Callable[..., Client], people: Callable[..., Actor]
) -> None:
    with pytest.raises(PermissionRefused):
        try_login(actor=people("evaluator", "H60.02"), upstream=standing)
    page = reverse("admin:catalog_upstream_login", args=[standing.pk])
    assert client_of("evaluator", "H60.02").post(page).status_code == 403
    assert client_of("provider_officer", "H60.03").post(page).status_code in (302, 404)
    assert not Fact.objects.filter(deed="upstream.login_tried").exists()
    plain = standing.version.upstreams.get(environment="sandbox")
    operator = client_of("operator", "H60.02")
    assert operator.get(reverse("admin:catalog_upstream_login", args=[plain.pk])).status_code == 404
    with pytest.raises(StateRefused):
        try_login(actor=people("operator", "H60.02"), upstream=plain)


@pytest.mark.parametrize(
    ("address", "text"),
    [("http://127.0.0.1:1/token", "không kết nối được"), ("https://nobody.invalid/token", "không phân giải")],
)
def test_an_endpoint_out_of_reach_is_told_in_words(
    standing: Upstream, people: Callable[..., Actor], address: str, text: str
) -> None:
    moved = change(standing, token_url=address, client_secret=CLIENT_SECRET)
    trial = try_login(actor=people("operator", "H60.02"), upstream=moved)
    assert (trial.ok, text in trial.told) == (False, True)


def test_the_sample_of_a_national_platform_is_published_and_follows(
    agency: Callable[..., Agency], national: National, settings: Any
) -> None:
    settings.LOOPBACK_UPSTREAMS = True
    assert load_national_sample(actor=JOB, provider_url=national.url) is None
    agency("Z04.06")
    load_sectors(actor=JOB)
    service = load_national_sample(actor=JOB, provider_url=national.url)
    assert service is not None
    assert (service.is_sample, service.versions.get().state, service.code) == (True, "published", CODE)
    row = next(row for row in load_services() if row.code == CODE and row.environment == "live")
    assert row.upstreams[0].account == national.account()
    assert row.demanded == ("procedure", "officer")
    assert answerer_of(service.versions.get()) == Answerer.SOURCE, "a sandbox apart from what answers live calls"
    load_national_sample(actor=JOB, provider_url="http://127.0.0.1:9002")
    assert set(Upstream.objects.values_list("base_url", "token_url")) == {
        ("http://127.0.0.1:9002/dmdc/1.0", "http://127.0.0.1:9002/token"),
        ("http://127.0.0.1:9002/thu-nghiem/dmdc/1.0", "http://127.0.0.1:9002/thu-nghiem/token"),
    }
    settings.MODE = "production"
    with pytest.raises(StateRefused):
        load_national_sample(actor=JOB, provider_url=national.url)
    assert DataService.objects.count() == 1


@pytest.mark.clause("QC6.4")
def test_the_sample_that_speaks_soap_is_published_and_follows(agency: Callable[..., Agency], settings: Any) -> None:
    settings.LOOPBACK_UPSTREAMS = True
    wsdl = WSDL.read_bytes()
    assert load_soap_sample(actor=JOB, provider_url="http://127.0.0.1:9001", wsdl=wsdl) is None
    agency("H60.03")
    service = load_soap_sample(actor=JOB, provider_url="http://127.0.0.1:9001", wsdl=wsdl)
    assert service is not None
    version = service.versions.get()
    assert (service.is_sample, version.state) == (True, "published")
    assert {item.code: (item.method, item.template) for item in version.operations.all()} == {
        "danh-sach-xa": ("GET", "/xa"),
        "tra-cuu-xa": ("GET", "/xa/{ma}"),
    }
    again = reading_of(version.descriptions.get())
    assert not again.difference, "what was adjusted by hand stands when the same file comes again"
    load_soap_sample(actor=JOB, provider_url="http://127.0.0.1:9002", wsdl=wsdl)
    assert set(Upstream.objects.values_list("base_url", flat=True)) == {
        "http://127.0.0.1:9002",
        "http://127.0.0.1:9002/thu-nghiem",
    }
    settings.MODE = "production"
    with pytest.raises(StateRefused):
        load_soap_sample(actor=JOB, provider_url="http://127.0.0.1:9001", wsdl=wsdl)
