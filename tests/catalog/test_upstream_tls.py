"""TLS at an address: certificates judged, the private key sealed and shown to nobody, the broker and checks use it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from auditlog.models import LogEntry
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency
from audit.models import Fact
from catalog.models import Upstream
from catalog.models.upstreams import keyring
from catalog.projection import load_services
from catalog.services.upstreams import copy_upstream, set_upstream
from catalog.services.versions import create_version, publish_version
from core import clock
from core.actor import Actor
from core.crypto import SealBroken
from core.problems import InvalidInput, PermissionRefused
from tests.catalog.conftest import JOB
from tests.core.certificate_makers import Authority, Made

pytestmark = pytest.mark.django_db
URL = "https://10.20.30.40:8443/api"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("CA Sở Y tế")


@pytest.fixture(scope="module")
def client_pair(authority: Authority) -> Made:
    return authority.client("lgsp.tuyenquang")


@pytest.fixture
def made(draft: Callable[..., Any], authority: Authority, client_pair: Made) -> Upstream:
    """An address with everything set."""
    return set_upstream(
        actor=JOB,
        version=draft(),
        environment="live",
        place=2,
        base_url=URL,
        tls_name="API.soyte.example",
        ca_pem=authority.pem,
        client_certificate=client_pair.pem,
        client_key=client_pair.key,
    )


def errors_of(**fields: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as refused:
        set_upstream(actor=JOB, **fields)
    return {name: [str(text) for text in texts] for name, texts in refused.value.errors.items()}


def everywhere() -> str:
    """Return all that was written down about it: facts, field history, rows."""
    facts = str(list(Fact.objects.values("before", "after", "reason")))
    history = str(list(LogEntry.objects.values_list("changes", "changes_text", "additional_data")))
    with connection.cursor() as cursor:
        cursor.execute("select * from catalog_upstream")
        return facts + history + str(cursor.fetchall())


def body_of(pem: str) -> str:
    """Return a piece of a PEM that is nowhere else."""
    return pem.splitlines()[2][:40]


def test_what_is_kept_and_what_is_told(made: Upstream, client_pair: Made) -> None:
    """The key lies sealed, bound to its certificate; facts and history have fingerprints, never the key."""
    stored = Upstream.objects.get(pk=made.pk)
    assert stored.tls_name == "api.soyte.example"
    assert stored.client is not None
    assert stored.client.subject == "CN=lgsp.tuyenquang"
    assert stored.client.days_left in (29, 30)
    assert stored.client_valid_to == stored.client.not_after
    assert [found.subject for found in stored.authorities] == ["CN=CA Sở Y tế"]
    assert body_of(client_pair.key) not in everywhere()
    assert "PRIVATE" not in everywhere()
    fact = Fact.objects.get(subject_type="catalog.upstream", subject_id=str(made.pk))
    assert fact.after["client_certificate"] == [stored.client.fingerprint]
    assert fact.after["client_key"] == "đã thay"
    assert "BEGIN" not in str(fact.after)
    profile = stored.tls_profile(keyring(django_settings.FIELD_KEYS))
    assert profile is not None
    assert body_of(client_pair.key) in profile.key
    assert body_of(client_pair.key) not in repr(profile)


def test_the_sealed_key_belongs_to_its_certificate(made: Upstream, authority: Authority) -> None:
    other = authority.client("khac")
    moved = Upstream.objects.get(pk=made.pk)
    moved.client_certificate = other.pem
    with pytest.raises(SealBroken):
        moved.tls_profile(keyring(django_settings.FIELD_KEYS))
    with pytest.raises(IntegrityError), transaction.atomic():
        Upstream.objects.filter(pk=made.pk).update(sealed_client_key="")


def test_the_broker_gets_it_opened(made: Upstream, client_pair: Made, authority: Authority) -> None:
    publish_version(actor=JOB, version=made.version)
    [live] = [row for row in load_services() if row.environment == "live"]
    plain, secured = live.upstreams
    assert plain.tls is None
    assert secured.tls is not None
    assert (secured.tls.name, secured.tls.ca_pem) == ("api.soyte.example", authority.pem)
    assert secured.tls.key.split() == client_pair.key.split()
    assert "PRIVATE" not in repr(live)
    # A key moved from another row stops this address, not the service.
    with connection.cursor() as cursor:
        cursor.execute("update catalog_upstream set sealed_client_key = 'dev:AAAA' where id = %s", [made.pk])
    [live] = [row for row in load_services() if row.environment == "live"]
    assert [row.upstream_id for row in live.upstreams] == [plain.upstream_id]


def test_other_changes_leave_the_certificate(made: Upstream, client_pair: Made) -> None:
    """The page sends the certificate back without its key: nothing is asked again; an expired one stops nothing."""
    sealed = made.sealed_client_key
    pasted = client_pair.pem.replace("\n", "\r\n")
    with patch("core.clock.now", return_value=clock.now() + timedelta(days=60)):
        changed = set_upstream(
            actor=JOB, version=made.version, upstream=made, client_certificate=pasted, timeout_ms=5000, client_key=""
        )
    assert (changed.timeout_ms, changed.sealed_client_key) == (5000, sealed)
    assert set(Fact.objects.latest("id").after) == {"timeout_ms"}


def test_a_certificate_is_changed_and_taken_away(made: Upstream, authority: Authority) -> None:
    other = authority.client("lgsp moi")
    first = made.sealed_client_key
    assert "client_key" in errors_of(version=made.version, upstream=made, client_certificate=other.pem)
    made.refresh_from_db()
    changed = set_upstream(
        actor=JOB, version=made.version, upstream=made, client_certificate=other.pem, client_key=other.key
    )
    assert changed.sealed_client_key not in (first, "")
    gone = set_upstream(actor=JOB, version=made.version, upstream=changed, client_certificate="")
    assert (gone.sealed_client_key, gone.client_valid_to, gone.client) == ("", None, None)
    assert gone.ca_pem


def test_a_copy_for_the_next_version_has_its_own_seal(made: Upstream) -> None:
    version = create_version(actor=JOB, service=made.version.service, name="v2")
    copy = copy_upstream(actor=JOB, version=version, upstream=made)
    ring = keyring(django_settings.FIELD_KEYS)
    assert copy.sealed_client_key != made.sealed_client_key
    assert copy.tls_profile(ring) == made.tls_profile(ring)


def encrypted(made: Made) -> str:
    key = serialization.load_pem_private_key(made.key.encode(), None)
    kind = serialization.PrivateFormat.PKCS8
    how = serialization.BestAvailableEncryption(b"mat-khau")
    return key.private_bytes(serialization.Encoding.PEM, kind, how).decode()


def plain(key: Any) -> str:
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


def test_what_is_not_taken(draft: Callable[..., Any], authority: Authority, client_pair: Made) -> None:
    """Each refusal stands at its field and says what to mend; none repeats what was pasted."""
    place = {"version": draft(), "environment": "live", "place": 3, "base_url": URL}
    server = authority.server("api.soyte.example")
    cases: list[tuple[dict[str, str], str, str]] = [
        ({"ca_pem": "chào"}, "ca_pem", "Chỉ dán chứng thư"),
        ({"ca_pem": authority.pem + "ghi chú"}, "ca_pem", "Chỉ dán chứng thư"),
        ({"ca_pem": authority.pem + client_pair.key}, "ca_pem", "không dán khóa riêng"),
        ({"ca_pem": server.pem}, "ca_pem", "không phải của tổ chức chứng thực"),
        ({"ca_pem": Authority("CA cũ", days=-1).pem}, "ca_pem", "đã hết hạn"),
        ({"ca_pem": authority.pem.replace("MII", "MIJ", 1)}, "ca_pem", "Không đọc được"),
        ({"ca_pem": authority.pem * 200}, "ca_pem", "tối đa"),
        ({"client_certificate": authority.pem, "client_key": client_pair.key}, "client_certificate", "không phải của"),
        ({"client_certificate": server.pem, "client_key": server.key}, "client_certificate", "xác thực bên gọi"),
        (
            {"client_certificate": authority.client(days=-1).pem, "client_key": client_pair.key},
            "client_certificate",
            "đã hết hạn",
        ),
        ({"client_certificate": client_pair.pem}, "client_key", "Nhập khóa riêng"),
        ({"client_certificate": client_pair.pem, "client_key": server.key}, "client_key", "không phải của chứng thư"),
        ({"client_certificate": client_pair.pem, "client_key": encrypted(client_pair)}, "client_key", "mật khẩu"),
        ({"client_certificate": client_pair.pem, "client_key": "không phải khóa"}, "client_key", "Không đọc được"),
        (
            {"client_certificate": client_pair.pem, "client_key": plain(rsa.generate_private_key(65537, 1024))},
            "client_key",
            "2048",
        ),
        (
            {"client_certificate": client_pair.pem, "client_key": plain(ec.generate_private_key(ec.SECP256R1()))},
            "client_key",
            "không phải của chứng thư",
        ),
        ({"client_key": client_pair.key}, "client_certificate", "đi cùng khóa riêng"),
        ({"tls_name": "https://soyte.example"}, "tls_name", "tên máy chủ"),
        ({"tls_name": "*.soyte.example"}, "tls_name", "tên máy chủ"),
        ({"tls_name": "a" * 64 + ".example"}, "tls_name", "tên máy chủ"),
        ({"tls_name": "soyte.example", "base_url": "http://10.20.30.40"}, "tls_name", "https://"),
        ({"ca_pem": authority.pem, "base_url": "http://10.20.30.40"}, "ca_pem", "https://"),
    ]
    for given, name, text in cases:
        found = errors_of(**{**place, **given})
        assert text in " ".join(found.get(name, [])), (name, text, found)
        assert body_of(client_pair.key) not in str(found)
    assert not Upstream.objects.filter(place=3).exists()


def test_an_ip_address_may_be_the_name(draft: Callable[..., Any]) -> None:
    fields = {"environment": "live", "place": 3, "base_url": URL, "tls_name": "10.20.30.40"}
    assert set_upstream(actor=JOB, version=draft(), **fields).tls_name == "10.20.30.40"


def test_whoever_edits_addresses_edits_this(made: Upstream, people: Callable[..., Actor]) -> None:
    """In a draft the provider, once published SKHCN's staff alone; others never."""
    own, stranger, officer = (
        people("provider_officer", "H60.03"),
        people("provider_officer", "H60.07"),
        people("operator", "H60.02"),
    )
    set_upstream(actor=own, version=made.version, upstream=made, tls_name="moi.soyte.example")
    with pytest.raises(PermissionRefused):
        set_upstream(actor=stranger, version=made.version, upstream=made, tls_name="x.example")
    publish_version(actor=JOB, version=made.version)
    with pytest.raises(PermissionRefused):
        set_upstream(actor=own, version=made.version, upstream=made, tls_name="x.example")
    set_upstream(actor=officer, version=made.version, upstream=made, tls_name="cong.soyte.example")


def form_of(**fields: Any) -> dict[str, Any]:
    return {
        "environment": "live",
        "place": 2,
        "base_url": URL,
        "timeout_ms": 5000,
        "health_path": "/health",
        "active": "on",
        **fields,
    }


def test_the_provider_enters_it_and_never_sees_the_key(
    draft: Callable[..., Any], client_of: Callable[..., Client], authority: Authority, client_pair: Made
) -> None:
    version = draft()
    client = client_of("provider_officer", "H60.03")
    arguments = [version.service.code, "v1"]
    page = reverse("add_own_upstream", args=arguments)
    given = form_of(ca_pem=authority.pem, client_certificate=client_pair.pem, client_key=client_pair.key)
    wrong = client.post(page, {**given, "base_url": "http://10.20.30.40"})
    assert "https://" in wrong.content.decode()
    assert body_of(client_pair.key) not in wrong.content.decode()
    assert client.post(page, given).status_code == 302
    upstream = Upstream.objects.get(place=2)
    for name, more in (("own_version", []), ("own_upstream", [upstream.pk])):
        shown = client.get(reverse(name, args=[*arguments, *more])).content.decode()
        assert "CN=lgsp.tuyenquang" in shown
        assert upstream.client is not None
        assert upstream.client.fingerprint in shown
        assert "Sắp hết hạn" in shown
        assert f"{upstream.client.not_after.astimezone(clock.VIETNAM):%d/%m/%Y}" in shown
        assert body_of(client_pair.key) not in shown
        assert upstream.sealed_client_key not in shown
    edit = reverse("own_upstream", args=[*arguments, upstream.pk])
    assert client.post(edit, form_of(tls_name="a.example", client_certificate=client_pair.pem)).status_code == 302
    upstream.refresh_from_db()
    assert (upstream.tls_name, bool(upstream.sealed_client_key), upstream.ca_pem) == ("a.example", True, "")


def test_staff_change_it_on_a_published_version(
    made: Upstream, client_of: Callable[..., Client], agency: Callable[..., Agency], authority: Authority
) -> None:
    publish_version(actor=JOB, version=made.version)
    client, other = client_of("operator", "H60.02"), authority.client("lgsp 2027")
    page = reverse("admin:catalog_upstream_change", args=[made.pk])
    shown = client.get(page).content.decode()
    assert "CN=lgsp.tuyenquang" in shown
    assert made.sealed_client_key not in shown
    fields = {name: value for name, value in form_of().items() if name != "environment"}
    wrong = client.post(page, {**fields, "client_certificate": other.pem, "client_key": authority.client().key})
    assert wrong.status_code == 200
    assert "không phải của chứng thư" in wrong.content.decode()
    assert "PRIVATE KEY" not in wrong.content.decode()
    answer = client.post(page, {**fields, "client_certificate": other.pem, "client_key": other.key})
    assert answer.status_code == 302, answer.content.decode()
    made.refresh_from_db()
    assert made.client is not None
    assert made.client.subject == "CN=lgsp 2027"
    listed = client.get(reverse("admin:catalog_upstream_changelist")).content.decode()
    assert "còn" in listed
    reader = client_of("evaluator", "H60.02").get(page).content.decode()
    assert "client_key" not in reader
    assert "BEGIN CERTIFICATE" not in reader
