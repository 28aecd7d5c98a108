"""«Kiểm tra chữ ký»: for one's own keys only, nothing kept, nobody's oracle."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from redis.exceptions import ConnectionError as Unreachable

from accounts.models import Agency, User
from audit.models import Fact
from broker.signing import Credentials, sign
from connections.services.keys import Made
from reports.web import signature_check
from tests.connections.conftest import Chain, chain
from tests.connections.proving import take_key

__all__ = ["chain"]
ADDRESS = "/nha-phat-trien/kiem-tra-chu-ky/"
TARGET = "/api/data/administrative-units/v1/communes?limit=2"
SignIn = Callable[[User], Client]


@pytest.fixture
def made(chain: Chain) -> Made:
    chain.set_up()
    return take_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox")


def form_of(made: Made, **changes: Any) -> dict[str, Any]:
    credentials = Credentials(made.credential.access_key, made.secret, "QK-2026-000001", "thu-tuc")
    headers = sign(credentials, method="GET", authority="testserver", target=TARGET, created=int(time.time()))
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return {"method": "GET", "address": f"http://testserver{TARGET}", "headers": lines, **changes}


def test_a_right_request_of_an_own_key_fits(chain: Chain, made: Made, signed_in: SignIn) -> None:
    facts = Fact.objects.count()
    page = signed_in(chain.users["technician"]).post(ADDRESS, form_of(made))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Mọi điều đã khớp" in text
    assert "&quot;@query&quot;: ?limit=2" in text
    assert made.secret not in text
    assert page["Cache-Control"].startswith("max-age=0")
    assert Fact.objects.count() == facts


def test_what_is_wrong_is_said_and_what_was_typed_stays(chain: Chain, made: Made, signed_in: SignIn) -> None:
    form = form_of(made)
    form["address"] = form["address"].replace("limit=2", "limit=9")
    text = signed_in(chain.users["technician"]).post(ADDRESS, form).content.decode()
    assert "Chưa khớp" in text
    assert "limit=9" in text
    assert "Mọi điều đã khớp" not in text


@pytest.mark.clause("QC8.3")
def test_the_key_of_another_agency_reads_as_one_that_does_not_exist(
    chain: Chain, made: Made, signed_in: SignIn, person: Callable[..., User], agency: Callable[..., Agency]
) -> None:
    other = person("ky-thuat.khac@lgsp.example", agency("H60.08"), "technician")
    browser = signed_in(other)
    foreign = browser.post(ADDRESS, form_of(made)).content.decode()
    form = form_of(made)
    unknown = form["headers"].replace(made.credential.access_key, "ak_test_khong-co")
    nobody = browser.post(ADDRESS, {**form, "headers": unknown}).content.decode()
    for text in (foreign, nobody):
        assert "hoặc không tồn tại" in text
        assert "Mọi điều đã khớp" not in text
        assert "Chữ ký khớp" not in text


def test_a_pasted_secret_is_refused_and_not_shown(chain: Chain, made: Made, signed_in: SignIn) -> None:
    form = form_of(made)
    form["headers"] += f"\nX-Secret: {made.secret}"
    text = signed_in(chain.users["technician"]).post(ADDRESS, form).content.decode()
    assert "Bạn vừa dán khóa bí mật" in text
    assert made.secret not in text
    assert "Kết quả" not in text


def test_tries_are_counted(chain: Chain, made: Made, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature_check, "TRIES", 2)
    browser = signed_in(chain.users["technician"])
    texts = [browser.post(ADDRESS, form_of(made)).content.decode() for _turn in range(3)]
    assert ["Kết quả" in text for text in texts] == [True, True, False]
    assert "Đã thử quá nhiều lần" in texts[2]


def test_without_the_cache_it_works_on_and_is_still_counted(
    chain: Chain, made: Made, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody guesses anything here, so a developer is not sent away because Valkey is."""

    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise Unreachable

    monkeypatch.setattr("core.tries.cache.add", gone)
    monkeypatch.setattr("core.tries._OWN", LocMemCache("tries-of-this-test", {}))
    monkeypatch.setattr(signature_check, "TRIES", 2)
    browser = signed_in(chain.users["technician"])
    texts = [browser.post(ADDRESS, form_of(made)).content.decode() for _turn in range(3)]
    assert ["Mọi điều đã khớp" in text for text in texts] == [True, True, False]
    assert "Đã thử quá nhiều lần" in texts[2]


@pytest.mark.parametrize("role", ["operator", "evaluator"])
def test_staff_have_no_key_here(chain: Chain, made: Made, signed_in: SignIn, role: str) -> None:
    page = signed_in(chain.users[role]).post(ADDRESS, form_of(made))
    assert page.status_code in (302, 403) or "hoặc không tồn tại" in page.content.decode()


def test_a_request_with_everything_wrong_is_told_everything(chain: Chain, made: Made, signed_in: SignIn) -> None:
    form = {
        "method": "get",
        "address": "http://10.0.0.1/x//y",
        "headers": "Signature-Input: lgsp=()",
        "body": "x" * 999,
    }
    page = signed_in(chain.users["technician"]).post(ADDRESS, form)
    text = page.content.decode()
    assert page.status_code == 200
    for said in ("target-not-canonical", "host-not-allowed", "Thiếu: Signature, Content-Digest", "còn thiếu tiêu đề"):
        assert said in text
    assert settings.DEBUG is False
