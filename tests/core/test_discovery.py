"""What machines look for at fixed addresses."""

import base64
import secrets
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from broker.tokens import ENDPOINT
from core import clock
from core.web import discovery


@pytest.mark.parametrize(
    ("contact", "line"),
    [
        ("Tổ hỗ trợ LGSP, ho-tro@lgsp.example, máy lẻ 12", "Contact: mailto:ho-tro@lgsp.example"),
        ("Sở Khoa học và Công nghệ", "Contact: https://lgsp.example/"),
        ("", "Contact: https://lgsp.example/"),
    ],
)
def test_security_contact_is_an_address_and_does_not_lapse(
    db: None, settings: object, contact: str, line: str
) -> None:
    settings.SUPPORT_CONTACT, settings.PUBLIC_URL = contact, "https://lgsp.example"
    answer = Client().get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert line in lines
    assert "Canonical: https://lgsp.example/.well-known/security.txt" in lines
    expires = datetime.fromisoformat(next(text for text in lines if text.startswith("Expires: "))[9:])
    assert 30 < (expires - clock.now()).days < 365


def test_catalogue_of_apis_leads_to_what_there_is(db: None, settings: object) -> None:
    settings.PUBLIC_URL = "https://lgsp.example"
    answer = Client().get("/.well-known/api-catalog")
    assert answer["Content-Type"].startswith("application/linkset+json")
    assert Client().head("/.well-known/api-catalog")["Link"] == '</.well-known/api-catalog>; rel="api-catalog"'
    entry, tokens = answer.json()["linkset"]
    assert entry["anchor"] == "https://lgsp.example/api/v1/"
    assert tokens["anchor"] == "https://lgsp.example/api/oauth/token"
    assert tokens["service-meta"][0]["href"] == "https://lgsp.example/.well-known/oauth-authorization-server"
    for relation in ("service-desc", "service-doc", "status"):
        path = entry[relation][0]["href"].removeprefix("https://lgsp.example")
        assert Client().get(path).status_code in (200, 302, 401)


def test_crawlers_stay_out_of_the_rooms() -> None:
    lines = Client().get("/robots.txt").content.decode().splitlines()
    assert lines == ["User-agent: *", "Disallow: /api/", "Disallow: /quan-tri/"]


def test_oauth_clients_find_the_token_endpoint(db: None, settings: object) -> None:
    """RFC 8414: every member it requires; the issuer is the address the document was found under."""
    settings.PUBLIC_URL = "https://lgsp.example"
    answer = Client().get("/.well-known/oauth-authorization-server")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    found = answer.json()
    assert found["issuer"] == "https://lgsp.example"
    assert found["token_endpoint"] == f"https://lgsp.example{discovery.TOKEN_ENDPOINT}"
    assert discovery.TOKEN_ENDPOINT == ENDPOINT
    assert found["grant_types_supported"] == ["client_credentials"]
    assert found["response_types_supported"] == []
    assert set(found["token_endpoint_auth_methods_supported"]) == {"client_secret_basic", "private_key_jwt"}
    assert found["token_endpoint_auth_signing_alg_values_supported"] == ["EdDSA"]
    assert Client().get(found["jwks_uri"].removeprefix("https://lgsp.example")).status_code == 200


@pytest.mark.parametrize("path", ["/.well-known/oauth-authorization-server", "/.well-known/jwks.json"])
def test_what_verifiers_fetch_is_kept_by_caches(db: None, path: str) -> None:
    first = Client().get(path)
    assert first["Cache-Control"] == "public, max-age=900"
    assert not first.cookies
    again = Client().get(path, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    head = Client().head(path)
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(first.content)))
    assert Client().post(path).status_code == 405
    assert Client().get(f"{path}/").status_code == 404


def test_every_signing_key_is_published_and_no_private_half(db: None, settings: object) -> None:
    seeds = {kid: secrets.token_bytes(32) for kid in ("2026-12", "2026-06")}
    settings.SIGNING_KEYS = ",".join(f"{kid}:{base64.b64encode(seed).decode()}" for kid, seed in seeds.items())
    answer = Client().get("/.well-known/jwks.json")
    assert answer["Content-Type"] == "application/jwk-set+json"
    keys = answer.json()["keys"]
    assert [key["kid"] for key in keys] == ["2026-12", "2026-06"]
    for key in keys:
        assert set(key) == {"kty", "crv", "use", "alg", "kid", "x"}
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("OKP", "Ed25519", "sig", "EdDSA")
        public = Ed25519PrivateKey.from_private_bytes(seeds[key["kid"]]).public_key().public_bytes_raw()
        assert base64.urlsafe_b64decode(key["x"] + "=") == public
        assert base64.urlsafe_b64encode(seeds[key["kid"]]).rstrip(b"=").decode() not in answer.content.decode()
