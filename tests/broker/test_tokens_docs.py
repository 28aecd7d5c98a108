"""docs/tokens.md tells the truth: its snippets run as they stand."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.test import Client

from core.jose import SigningKeys
from tests.broker.arguments import Arguments
from tests.broker.live import Live
from tests.broker.outside_tools import needing
from tests.broker.provider import JSON, Provider
from tests.broker.test_assertion import assertion_of
from tests.broker.tokens import own_key
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "tokens.md").read_text(encoding="utf-8")
BASE = "/api/data/administrative-units/v1"
ASKING, CHECKING = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
[SHELL] = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@needing("curl")
def test_the_shell_script_asks_and_calls(broker: Live, provider: Provider, world: World, tmp_path: Path) -> None:
    (tmp_path / "token.sh").write_text(SHELL, encoding="utf-8")
    credentials, watched = world.credentials(), Arguments(tmp_path, "curl", "sed")
    given = {
        "PATH": watched.path,
        "ACCESS_KEY": credentials.access_key,
        "SECRET_KEY": credentials.secret,
        "GRANT": credentials.grant,
        "PURPOSE": credentials.purpose,
    }
    command = ["sh", "token.sh", f"http://{broker.authority}", f"{BASE}/communes?limit=2"]
    done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, check=False, timeout=30)
    assert done.stdout == JSON, done.stderr
    assert credentials.grant in watched.seen()
    assert credentials.secret not in watched.seen()
    assert "Bearer" not in watched.seen()


def test_the_python_snippet_asks_with_an_assertion_and_calls(
    broker: Live, provider: Provider, world: World, tmp_path: Path
) -> None:
    private = own_key(world)
    broker.reload()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    given = {
        "KEY_FILE": "key.pem",
        "ACCESS_KEY": world.keys[21].access_key,
        "ISSUER": settings.PUBLIC_URL,
        "GRANT": "QK-1",
        "PURPOSE": "administrative-procedures",
        "HOST": broker.authority,
        "TARGET": f"{BASE}/communes?limit=2",
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in given.items())
    (tmp_path / "snippet.py").write_text(lines + ASKING, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-E", "snippet.py"], cwd=tmp_path, capture_output=True, check=False, timeout=30
    )
    assert done.stdout.strip() == JSON, done.stderr


def test_a_provider_verifies_with_the_snippet(broker: Live, provider: Provider, world: World) -> None:
    room: dict[str, Any] = {}
    exec(compile(CHECKING, "tokens.md", "exec"), room)
    target, body = f"{BASE}/reports?dry=1", b'{"a":1}'
    headers = signed(world.credentials(), broker.authority, target, "POST", body=body)
    answer = broker.send(target, headers, method="POST", body=body)
    head, _, received = provider.received[0].partition(b"\r\n\r\n")
    method, sent, _version = head.split(b"\r\n")[0].split(b" ")
    path, _, query = sent.partition(b"?")
    call = {
        "issuer": settings.PUBLIC_URL,
        "agency": "H60.03",
        "method": method.decode(),
        "path": path.decode(),
        "query": query,
        "body": received,
    }
    jwks = Client().get("/.well-known/jwks.json").json()
    assertion = assertion_of(provider.received[0])
    assert room["check"](assertion, jwks, **call)["jti"] == answer.header("x-request-id")
    for name, value in {
        "issuer": "https://other.example",
        "agency": "H60.04",
        "method": "PUT",
        "path": "/communes",
        "query": b"dry=0",
        "body": b"{}",
    }.items():
        with pytest.raises(ValueError, match="another call"):
            room["check"](assertion, jwks, **{**call, name: value})
    with pytest.raises(ValueError, match="another call"):
        room["check"](assertion, jwks, **{**call, "query": b""})
    kid = jwks["keys"][0]["kid"]
    other = SigningKeys.parse(f"{kid}:bmV3LXNlZWQtb2YtdGhpcnR5LXR3by1ieXRlcy0hISE=").jwks()
    with pytest.raises(InvalidSignature):
        room["check"](assertion, other, **call)


def test_the_page_says_how_keys_are_made() -> None:
    command = re.findall(r"`(printf 'k2:.*?)`\.", PAGE)[0]
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=True, timeout=30, text=True)
    assert list(SigningKeys.parse(done.stdout).keys) == ["k2"]
