"""The product as it is served: uvicorn, lgsp.asgi, grants and keys made by the procedure's own deeds."""

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from broker.signing import Credentials, content_digest, signature_base, signature_params
from connections.models import Grant
from connections.services.holds import lift_hold, place_hold
from connections.services.key_proof import activate_key
from connections.services.keys import make_key, revoke_key
from core.proofs import proof_text
from lgsp.launch.services import free_port
from tests.broker import forking
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.world import signed
from tests.connections import conftest as dossier
from tests.connections.conftest import Chain, chain
from tests.connections.proving import take_key

__all__ = ["chain"]
pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


class Served(Live):
    """The product in a process of its own; begun anew, it imports everything as a command line does."""

    def start(self, *, anew: bool = False) -> "Served":
        named = connection.get_connection_params()
        address = f"postgresql://{named['user']}:{named['password']}@{named['host']}:{named['port']}/{named['dbname']}"
        self.port = free_port()
        command = ["uvicorn", "lgsp.asgi:application", "--port", str(self.port)]
        command += ["--http", "broker.server:StrictProtocol", "--loop", "uvloop", "--log-level", "warning"]
        variables = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "lgsp.settings.test"}
        variables |= {"LGSP_LOOPBACK_UPSTREAMS": "true"}
        if anew:
            self.process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=variables)
        else:
            self.process = forking.start(command, variables)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self.process.poll() is None
            try:
                with urllib.request.urlopen(f"http://{self.authority}/livez", timeout=5) as answer:
                    assert answer.status == 200
                    return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the product did not start")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) in (0, -signal.SIGTERM)


@pytest.fixture
def granted(
    database: str, chain: Chain, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> tuple[Chain, Credentials, Any]:
    """A sandbox made from an approved dossier, and a key of its system."""
    provider.reset()
    provider.answers[b"*"] = reply('[{"code":"00001","name":"Tân Lưu","note":"nội bộ"}]'.encode())
    monkeypatch.setitem(dossier.FILING["technical"], "networks", ["127.0.0.1/32"])
    version = chain.service.versions.get()
    for upstream in version.upstreams.all():
        upstream.base_url = provider.url
        upstream.save()
    chain.set_up()
    made = take_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox")
    grant = Grant.objects.get()
    return chain, Credentials(made.credential.access_key, made.secret, grant.code, grant.purpose.code), made


@pytest.fixture
def served(granted: Any, request: pytest.FixtureRequest) -> Iterator[Served]:
    server = Served(None)
    server.start(anew=request.node.name == "test_the_portal_answers_beside_it")
    yield server
    server.stop()


def eventually(served: Live, credentials: Credentials, status: int) -> Reply:
    target = "/api/data/administrative-units/v1/communes"
    until = time.monotonic() + 15
    while True:
        answer = served.send(target, signed(credentials, served.authority, target))
        if answer.status == status or time.monotonic() > until:
            return answer
        time.sleep(0.1)


@pytest.mark.clause("QC8.3")
def test_a_grant_is_used_held_and_used_again_until_its_key_is_revoked(
    granted: Any, served: Served, provider: Provider, module_log: Log
) -> None:
    chain, credentials, made = granted
    target = f"/api/data/{chain.service.code}/v1/communes"
    answer = eventually(served, credentials, 200)
    assert answer.status == 200, answer.body
    assert answer.json == [{"code": "00001", "name": "Tân Lưu"}]
    assert answer.header("x-lgsp-fields-dropped") == "1"
    row = module_log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["grant_code"], row["system_code"]) == ("A", credentials.grant, chain.system.code)

    def call() -> Reply:
        return served.send(target, signed(credentials, served.authority, target))

    operator, technician = chain.actors["operator"], chain.actors["technician"]
    forwarded = len(provider.received)
    place_hold(actor=operator, connection=chain.connection(), side="operator", reason="Bảo trì")
    answer = call()
    assert (answer.status, answer.code) == (403, "connection-suspended")
    assert len(provider.received) == forwarded
    lift_hold(actor=operator, connection=chain.connection(), side="operator", reason="Xong")
    assert eventually(served, credentials, 200).status == 200
    revoke_key(actor=technician, credential=made.credential, reason="Đổi khóa")
    forwarded = len(provider.received)
    answer = call()
    assert (answer.status, answer.code) == (401, "key-revoked")
    assert len(provider.received) == forwarded
    target = "/api/data/-/ping"
    answer = served.send(target, signed(credentials, served.authority, target))
    assert (answer.status, answer.code) == (401, "key-revoked")


def test_the_portal_answers_beside_it(granted: Any, served: Served, provider: Provider) -> None:
    assert served.send("/loi/clock-skew/").status == 200
    assert served.send("/api/v1/").status in (401, 404)
    for path in ("/api/data/", "/api/data/x", "/api/%64ata/x", "/api/data/../livez"):
        answer = served.send(path)
        assert answer.header("content-type") == "application/problem+json", path
        assert answer.status in (400, 401)
    assert served.send("http://evil.example/livez").status == 400
    assert provider.received == []


@pytest.mark.clause("QC8.4", "Q50-11.1")
def test_a_system_signs_with_a_key_of_its_own(granted: Any, served: Served, provider: Provider) -> None:
    """An Ed25519 key: refused until it is proven, then let in; we never had its private half."""
    chain, credentials, _made = granted
    private = Ed25519PrivateKey.generate()
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    technician = chain.actors["technician"]
    made = make_key(
        actor=technician, system=chain.system, environment="sandbox", algorithm="ed25519", public_key=pem
    ).credential
    target = f"/api/data/{chain.service.code}/v1/communes"

    def call() -> Reply:
        digest, nonce = content_digest(b""), secrets.token_urlsafe(16)
        params = signature_params(created=int(time.time()), nonce=nonce, keyid=made.access_key, alg="ed25519")
        text = signature_base(
            method="GET",
            authority=served.authority,
            path=target,
            query="?",
            digest=digest,
            grant=credentials.grant,
            purpose=credentials.purpose,
            params=params,
        )
        headers = {
            "Content-Digest": digest,
            "X-LGSP-Grant": credentials.grant,
            "X-LGSP-Purpose": credentials.purpose,
            "Signature-Input": f"lgsp={params}",
            "Signature": f"lgsp=:{base64.b64encode(private.sign(text)).decode()}:",
        }
        return served.send(target, headers)

    assert eventually(served, credentials, 200).status == 200
    until = time.monotonic() + 15
    while (answer := call()).code == "signature-invalid" and time.monotonic() < until:
        time.sleep(0.1)  # until the broker has heard of the key
    assert (answer.status, answer.code) == (401, "key-not-activated")
    proof = private.sign(proof_text(made.access_key, made.challenge).encode())
    activate_key(actor=technician, credential=made, proof=base64.b64encode(proof).decode())
    until = time.monotonic() + 15
    while (answer := call()).status != 200 and time.monotonic() < until:
        time.sleep(0.1)
    assert answer.status == 200, answer.body
