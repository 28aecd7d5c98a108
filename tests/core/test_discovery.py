"""What machines look for at fixed addresses."""

from datetime import datetime

import pytest
from django.test import Client

from core import clock


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
    (entry,) = answer.json()["linkset"]
    assert entry["anchor"] == "https://lgsp.example/api/v1/"
    for relation in ("service-desc", "service-doc", "status"):
        path = entry[relation][0]["href"].removeprefix("https://lgsp.example")
        assert Client().get(path).status_code in (200, 302, 401)


def test_crawlers_stay_out_of_the_rooms() -> None:
    lines = Client().get("/robots.txt").content.decode().splitlines()
    assert lines == ["User-agent: *", "Disallow: /api/", "Disallow: /quan-tri/"]
