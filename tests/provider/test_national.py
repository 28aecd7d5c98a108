"""The stand-in national platform over real HTTP: the way real ones are signed in to."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from lgsp.provider.national import CLIENT_ID, CLIENT_SECRET
from tests.broker.national import National


@pytest.fixture(scope="module")
def running() -> Iterator[National]:
    found = National().start()
    yield found
    found.stop()


@pytest.fixture
def national(running: National) -> National:
    running.reset()
    return running


def ask(url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> tuple[int, Any, Any]:
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        answer = urllib.request.urlopen(request, timeout=5)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, json.loads(answer.read()), answer.headers


def token(national: National, pair: str = f"{CLIENT_ID}:{CLIENT_SECRET}", form: bytes = b"") -> tuple[int, Any, Any]:
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    return ask(f"{national.url}/token", headers, form or b"grant_type=client_credentials")


def test_it_gives_tokens_of_an_hour_as_the_national_platform_does(national: National) -> None:
    status, body, _headers = token(national)
    assert (status, body["token_type"], body["expires_in"]) == (200, "Bearer", 3600)
    assert body["scope"] == "am_application_scope default"
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert ask(f"{national.url}/dmdc/1.0/Category/DM_LOAI_GIAY_TO", bearer)[1]["data"][0]["code"] == "GT01"
    looked = ask(f"{national.url}/dmdc/1.0/Lookup", bearer, b'{"codes":["GT02","HT03","no"]}')
    assert [row["code"] for row in looked[1]["data"]] == ["GT02", "HT03"]
    assert ask(f"{national.url}/dmdc/1.0/Lookup", bearer, b"[]")[0] == 400
    assert ask(f"{national.url}/dmdc/1.0/Category/none", bearer)[0] == 404


@pytest.mark.parametrize("pair", [f"{CLIENT_ID}:wrong", "nobody:x", "", ":"])
def test_wrong_credentials_get_nothing(national: National, pair: str) -> None:
    status, body, headers = token(national, pair)
    assert (status, body["error"]) == (401, "invalid_client")
    assert headers["WWW-Authenticate"].startswith("Basic")


def test_another_grant_type_is_none(national: National) -> None:
    assert token(national, form=b"grant_type=password")[0] == 400


def test_a_token_that_is_over_is_told_so(national: National) -> None:
    national.app.token_seconds = 1
    bearer = {"Authorization": f"Bearer {token(national)[1]['access_token']}"}
    assert ask(f"{national.url}/dmdc/1.0/AllCategory", bearer)[0] == 200
    time.sleep(1.1)
    status, _body, headers = ask(f"{national.url}/dmdc/1.0/AllCategory", bearer)
    assert status == 401
    assert 'error="invalid_token"' in headers["WWW-Authenticate"]
    assert ask(f"{national.url}/dmdc/1.0/AllCategory")[0] == 401


def test_all_it_knows_says_that_it_is_made_up(national: National) -> None:
    for item in national.app.lists.values():
        assert item["title"].endswith("(mẫu)")
        assert all(title.endswith("(mẫu)") for _code, title in item["entries"])
