"""A key signs nothing before its holder has proven to have it; Ed25519, overlap, emergency (QC8.4, QC8.6, Q50-11)."""

import base64
import subprocess
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.urls import reverse

from accounts.models import Letter
from connections.models import Credential, EnvironmentTerms
from connections.projection import load_keys
from connections.services.key_proof import activate_key
from connections.services.keys import Made, make_key, revoke_in_emergency, revoke_key
from core import clock
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.proofs import proof_text
from tests.broker.arguments import Arguments
from tests.broker.outside_tools import needing
from tests.connections.conftest import Chain, Desk
from tests.connections.proving import proof_of, take_key
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC8.4", "Q50-11.1")


def pem(private: Any) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def ed25519_key(chain: Chain, private: Ed25519PrivateKey, **fields: Any) -> Made:
    return make_key(
        actor=chain.actors["technician"],
        system=chain.system,
        environment="sandbox",
        algorithm="ed25519",
        public_key=pem(private),
        **fields,
    )


def test_a_key_waits_until_it_is_proven(chain: Chain) -> None:
    chain.set_up()
    technician = chain.actors["technician"]
    made = make_key(actor=technician, system=chain.system, environment="sandbox")
    row = load_keys()[0]
    assert (row.active, row.reason) == (False, "key-not-activated")
    for wrong in ("", "abc", "!!", base64.b64encode(b"x" * 32).decode(), made.secret):
        refusal = refused(
            InvalidInput,
            lambda wrong=wrong: activate_key(actor=technician, credential=made.credential, proof=wrong),
        )
        assert list(refusal.errors) == ["proof"]
    for role in ("agency_officer", "operator", "agency_representative"):
        refused(
            PermissionRefused,
            lambda role=role: activate_key(actor=chain.actors[role], credential=made.credential, proof=proof_of(made)),
        )
    activate_key(actor=technician, credential=made.credential, proof=f" {proof_of(made)}\n")
    assert load_keys()[0].active
    again = activate_key(actor=technician, credential=made.credential, proof="")
    assert again.activated_at is not None


def test_the_proof_of_another_key_does_not_fit(chain: Chain) -> None:
    chain.set_up()
    technician = chain.actors["technician"]
    first = make_key(actor=technician, system=chain.system, environment="sandbox")
    second = make_key(actor=technician, system=chain.system, environment="sandbox")
    refused(InvalidInput, lambda: activate_key(actor=technician, credential=second.credential, proof=proof_of(first)))


def test_an_ed25519_key_never_has_a_secret_here(chain: Chain) -> None:
    chain.set_up()
    private = Ed25519PrivateKey.generate()
    made = ed25519_key(chain, private, name="Máy chủ chính", networks=["10.20.30.40"])
    stored = Credential.objects.get()
    assert (made.secret, stored.sealed_secret, stored.networks) == ("", "", ["10.20.30.40"])
    text = proof_text(stored.access_key, stored.challenge)
    proof = base64.b64encode(private.sign(text.encode())).decode()
    activate_key(actor=chain.actors["technician"], credential=stored, proof=proof)
    row = load_keys()[0]
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert (row.algorithm, row.secret, row.active, row.networks) == ("ed25519", raw, True, ("10.20.30.40",))


def _bad_keys() -> dict[str, str]:
    private = Ed25519PrivateKey.generate()
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "nothing": "",
        "words": "khóa của tôi",
        "short": base64.b64encode(b"x" * 31).decode(),
        "zeros": base64.b64encode(bytes(32)).decode(),
        "private": secret,
        "rsa": pem(generate_private_key(65537, 2048)),
        "torn": pem(private)[:60],
    }


@pytest.mark.parametrize("kind", ["nothing", "words", "short", "zeros", "private", "rsa", "torn"])
def test_a_public_key_that_is_none_is_told_how_to_mend_it(chain: Chain, kind: str) -> None:
    chain.set_up()
    given = _bad_keys()[kind]
    refusal = refused(
        InvalidInput,
        lambda: make_key(
            actor=chain.actors["technician"],
            system=chain.system,
            environment="sandbox",
            algorithm="ed25519",
            public_key=given,
        ),
    )
    assert list(refusal.errors) == ["public_key"]
    assert not given or given not in str(refusal.errors)


def test_a_public_key_belongs_to_one_system_once(chain: Chain) -> None:
    chain.set_up()
    private = Ed25519PrivateKey.generate()
    ed25519_key(chain, private)
    assert list(refused(InvalidInput, lambda: ed25519_key(chain, private)).errors) == ["public_key"]


def test_the_old_key_stays_for_the_days_of_overlap_and_no_longer(chain: Chain) -> None:
    chain.set_up()
    technician = chain.actors["technician"]
    terms = EnvironmentTerms.objects.get(environment="sandbox")
    terms.overlap_days = 5
    terms.save()
    old = take_key(actor=technician, system=chain.system, environment="sandbox").credential
    new = make_key(actor=technician, system=chain.system, environment="sandbox", replaces=old)
    old.refresh_from_db()
    assert old.valid_to > clock.today() + timedelta(days=5)
    activate_key(actor=technician, credential=new.credential, proof=proof_of(new))
    old.refresh_from_db()
    assert old.valid_to == clock.today() + timedelta(days=5)
    assert [row.active for row in load_keys()] == [True, True]
    unknown = Credential(pk=10**9)
    refused(
        InvalidInput,
        lambda: make_key(actor=technician, system=chain.system, environment="sandbox", replaces=unknown),
    )


@pytest.mark.clause("QC8.6")
@pytest.mark.parametrize("role", ["technician", "agency_representative", "operator"])
def test_every_key_ends_at_once_in_an_emergency(chain: Chain, role: str) -> None:
    chain.live()
    technician = chain.actors["technician"]
    for place in ("sandbox", "live"):
        take_key(actor=technician, system=chain.system, environment=place)
    stop = lambda reason: revoke_in_emergency(  # noqa: E731
        actor=chain.actors[role], system=chain.system, reason=reason
    )
    refused(InvalidInput, lambda: stop(" "))
    assert len(stop("Lộ khóa trên kho mã nguồn")) == 2
    assert {row.reason for row in load_keys()} == {"key-revoked"}
    refused(StateRefused, lambda: stop("Lần nữa"))


def test_nobody_else_stops_the_keys_of_a_system(chain: Chain) -> None:
    chain.live()
    take_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    for role in ("agency_officer", "evaluator", "intake_officer"):
        refused(
            PermissionRefused,
            lambda role=role: revoke_in_emergency(actor=chain.actors[role], system=chain.system, reason="x"),
        )


def test_a_key_that_ended_is_not_activated(chain: Chain) -> None:
    chain.set_up()
    technician = chain.actors["technician"]
    made = make_key(actor=technician, system=chain.system, environment="sandbox")
    revoke_key(actor=technician, credential=made.credential, reason="Đổi khóa")
    refused(StateRefused, lambda: activate_key(actor=technician, credential=made.credential, proof=proof_of(made)))


@pytest.mark.clause("QC8.4")
def test_a_secret_is_never_shown_again(chain: Chain, desk: Desk) -> None:
    """N32: no page, list, history, export or letter gives a secret or what seals it a second time."""
    chain.live()
    made = make_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    key = Credential.objects.get()
    staff = "/quan-tri/connections/credential/"
    pages = {
        "technician": ["/nha-phat-trien/", reverse("activate_key", args=[key.pk]), "/api/v1/keys", "/thong-bao/"],
        "operator": [staff, f"{staff}{key.pk}/change/", f"{staff}{key.pk}/history/", "/api/v1/keys"],
        "security_officer": ["/quan-tri/audit/fact/", "/quan-tri/auditlog/logentry/"],
    }
    for role, addresses in pages.items():
        for address in addresses:
            answer = desk(role).get(address)
            page = answer.content.decode()
            assert answer.status_code in (200, 403), address
            assert made.secret not in page, address
            assert key.sealed_secret not in page, address
    wrong = desk("technician").post(reverse("activate_key", args=[key.pk]), {"proof": made.secret})
    assert made.secret not in wrong.content.decode().replace(f">\n{made.secret}</textarea>", "")
    assert not Letter.objects.filter(body__contains=made.secret).exists()


@needing("openssl")
def test_the_command_of_the_page_makes_the_proof(chain: Chain, desk: Desk, tmp_path: Path) -> None:
    """As it is copied from the page, with the secret in no argument."""
    chain.set_up()
    made = make_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox")
    page = desk("technician").get(reverse("activate_key", args=[made.credential.pk])).content.decode()
    command = unescape(page.split('<pre id="lenh"><code>')[1].split("</code>")[0])
    watched = Arguments(tmp_path, "openssl", "od", "base64")
    given = {"PATH": watched.path, "LGSP_SECRET": made.secret}
    done = subprocess.run(["sh", "-c", command], env=given, capture_output=True, check=True, timeout=10, text=True)
    assert done.stdout.strip() == proof_of(made)
    assert made.secret not in watched.seen()
    activate_key(actor=chain.actors["technician"], credential=made.credential, proof=done.stdout)
