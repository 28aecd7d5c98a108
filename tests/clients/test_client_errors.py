"""What a refusal becomes: an exception by side and code, with what the platform said of it."""

import re
from collections.abc import Callable
from dataclasses import replace

import lgsp_client
import pytest
from lgsp_client import (
    Client,
    ConsumerProblem,
    HmacKey,
    LgspError,
    LimitReached,
    NotAuthenticated,
    NotGranted,
    PlatformProblem,
    ProblemError,
    ProviderProblem,
    ServiceRefused,
    Settings,
    UnexpectedAnswer,
    retrying,
)
from lgsp_client import problems as client_problems
from lgsp_client.answers import Answer, Headers

from broker.problems import KINDS
from tests.broker.live import Live
from tests.broker.provider import Provider, reply
from tests.broker.world import World

pytestmark = pytest.mark.django_db
SERVICE = ("administrative-units", "v1")
Make = Callable[..., Client]
ONCE = Settings(retry=lgsp_client.RetryPolicy(attempts=1))


def test_a_problem_says_all_it_has(make: Make, broker: Live) -> None:
    """Code, side, text in the language asked for, where the code is explained, and by which id the log knows it."""
    with pytest.raises(NotGranted) as told:
        make(purpose="statistics").get(*SERVICE, "/communes")
    error = told.value
    assert (error.code, error.status, error.side, error.may_have_run) == (
        "purpose-not-granted",
        403,
        "consumer",
        False,
    )
    assert error.help_url == f"http://{broker.authority}/loi/purpose-not-granted/"
    assert error.problem.members["request_id"] == error.request_id
    assert str(error).startswith("purpose-not-granted (HTTP 403): ")
    assert error.request_id in str(error)
    with pytest.raises(NotGranted, match="purpose") as english:
        make(purpose="statistics", settings=Settings(language="en")).get(*SERVICE, "/communes")
    assert english.value.title != error.title


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"key": HmacKey("ak_test_nobody", "sk_test_x")}, NotAuthenticated, "signature-invalid"),
        ({"grant": "QK-2"}, NotGranted, "grant-missing"),
        ({"grant": "QK-3"}, NotGranted, "environment-mismatch"),
    ],
)
def test_who_may_not(make: Make, changes: dict, kind: type[ProblemError], code: str) -> None:
    with pytest.raises(kind) as told:
        make(**changes).get(*SERVICE, "/communes")
    assert told.value.code == code


def test_the_source_system_is_at_fault(make: Make, provider: Provider) -> None:
    provider.answers[b"*"] = reply(b"", status="302 Found", extra="Location: /x\r\n")
    with pytest.raises(ProviderProblem) as told:
        make().get(*SERVICE, "/communes")
    assert (told.value.code, told.value.side, told.value.may_have_run) == ("provider-redirected", "provider", True)


def test_the_services_own_refusal_is_no_problem_of_the_platform(make: Make, provider: Provider) -> None:
    """A 404 of the service passes through in its own words, even in the form of a problem."""
    theirs = b'{"type":"about:blank","title":"No such commune","status":404,"code":"x","side":"consumer"}'
    provider.answers[b"*"] = reply(theirs, status="404 Not Found", kind="application/problem+json")
    with pytest.raises(ServiceRefused) as told:
        make().get(*SERVICE, "/communes/1")
    assert (told.value.status, told.value.answer.json()["title"]) == (404, "No such commune")
    assert told.value.request_id == told.value.answer.request_id != ""


def test_an_answer_in_no_form_that_was_meant(make: Make, provider: Provider) -> None:
    provider.answers[b"*"] = reply(b"<html>", kind="text/html")
    with pytest.raises(UnexpectedAnswer, match="no JSON"):
        make().get(*SERVICE, "/communes").json()


def test_a_proxys_page_is_not_the_platforms_answer() -> None:
    """What a gateway between us says has neither a code nor a call's id."""
    found = client_problems.error_of(
        Answer(502, Headers([("Content-Type", "text/html")]), b"<h1>Bad Gateway"), "http://x"
    )
    assert isinstance(found, UnexpectedAnswer)
    assert retrying.RetryPolicy().wait(found, method="GET", keyed=False, attempt=1) is not None
    assert retrying.RetryPolicy().wait(found, method="POST", keyed=True, attempt=1) is None


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_code_becomes_the_exception_of_its_side(kind: object) -> None:
    """Each code the platform has, as it writes it; 401, 403 and 429 of our own side have exceptions of their own."""
    document = f'{{"code":"{kind.code}","side":"{kind.side.value}","request_id":"r","type":"/loi/{kind.code}/"}}'
    headers = Headers([("Content-Type", "application/problem+json"), ("X-Request-Id", "r"), ("Retry-After", "7")])
    found = client_problems.error_of(Answer(kind.problem.status, headers, document.encode()), "https://lgsp.example")
    assert isinstance(found, ProblemError)
    by_side = {"consumer": ConsumerProblem, "provider": ProviderProblem, "platform": PlatformProblem}
    assert isinstance(found, by_side[kind.side.value])
    assert (found.code, found.retry_after) == (kind.code, 7)
    if kind.side.value == "consumer":
        own = {401: NotAuthenticated, 403: NotGranted, 429: LimitReached}.get(kind.problem.status)
        assert own is None or isinstance(found, own)


def test_the_client_knows_no_code_that_is_none() -> None:
    """Codes in its tables are the platform's, so that a renamed one is not forgotten here."""
    known = {*client_problems.NOT_FORWARDED, *client_problems._BY_CODE}
    known |= {*client_problems.GRANTS, *retrying._NOT_RUN, *retrying._QUESTIONS}
    assert known <= set(KINDS)
    assert all(KINDS[code].problem.status == 403 for code in client_problems.GRANTS)
    sides = {code: KINDS[code].side.value for code in retrying._NOT_RUN}
    assert all(side == "consumer" or code in client_problems.NOT_FORWARDED for code, side in sides.items())


def test_errors_of_fields_are_kept() -> None:
    document = (
        b'{"code":"malformed-request","side":"consumer","request_id":"r","errors":[{"pointer":"/a","detail":"x"}]}'
    )
    headers = Headers([("Content-Type", "application/problem+json"), ("X-Request-Id", "r")])
    found = client_problems.error_of(Answer(422, headers, document), "https://lgsp.example")
    assert isinstance(found, ConsumerProblem)
    assert found.errors == ({"pointer": "/a", "detail": "x"},)


def test_every_exception_is_exported_and_in_the_tree() -> None:
    tree = lgsp_client.errors.__doc__ or ""
    kinds = {name for name in lgsp_client.__all__ if _is_error(getattr(lgsp_client, name))}
    assert kinds == set(re.findall(r"[A-Z]\w+(?=\s|$)", tree)) & kinds
    assert all(name in tree for name in kinds)


def _is_error(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, LgspError)


def test_a_revoked_key_is_told(make: Make, broker: Live, world: World) -> None:
    client = make()
    assert client.get(*SERVICE, "/communes").status == 200
    world.keys[1] = replace(world.keys[1], active=False, reason="key-revoked")
    broker.reload()
    with pytest.raises(NotAuthenticated) as told:
        client.get(*SERVICE, "/communes")
    assert told.value.code == "key-revoked"
