"""The ground of the management API as systems meet it: errors, parameters, versions, pages, ids."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency, DayOff, User
from core.problems import PROBLEMS

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "help_url"}


@pytest.fixture
def client(agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]) -> Client:
    """A signed-in officer of an agency, the register holding four agencies."""
    for code, kind in (("H60.11", "commune"), ("H60.12", "commune"), ("H60.13", "other")):
        agency(code, kind=kind, name="Ủy ban nhân dân xã Trùng Tên")
    return signed_in(person("can-bo@lgsp.example", agency("H60.10"), "agency_officer"))


def problem(response: Any, status: int, code: str) -> dict:
    """Assert that *response* is the problem *code* as RFC 9457 and our conventions tell it; return its members."""
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert "Accept-Language" in response["Vary"]
    body = response.json()
    assert body.keys() >= MEMBERS
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/loi/{code}/")
    assert body["instance"] == f"urn:uuid:{body['request_id']}"
    assert body["help_url"].endswith(body["type"])
    assert body["request_id"] == response["X-Request-Id"]
    assert Client().get(body["type"]).status_code == 200
    return body


# -- errors ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path",
    ["", "/", "/v1", "/v1/khong-co", "//v1/agencies", "/v1/agencies/", "/v1/agencies/H60.10/", "/v1/agencies/%ff"],
)
def test_address_that_does_not_exist(client: Client, path: str) -> None:
    problem(client.get(f"/api{path}"), 404, "not-found")


@pytest.mark.parametrize("path", ["/api/v1/agencies/%00", "/api/v1/%00"])
def test_nul_in_an_address(client: Client, path: str) -> None:
    problem(client.get(path), 400, "malformed-request")


def test_nul_in_a_page_of_the_portal_is_a_page(client: Client) -> None:
    answer = client.get("/co-quan/%00/")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")


def test_foreign_method_names_those_there_are_before_it_asks_who_calls(client: Client) -> None:
    checking = Client(enforce_csrf_checks=True)
    checking.cookies = client.cookies
    for caller in (checking, Client()):
        answer = caller.post("/api/v1/agencies", {"code": "X"}, content_type="application/json")
        problem(answer, 405, "method-not-allowed")
        assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert not Agency.objects.filter(code="X").exists()


def test_without_session_the_scheme_is_named() -> None:
    answer = Client().get("/api/v1/me", {"la": "1"})
    problem(answer, 401, "not-authenticated")
    assert answer["WWW-Authenticate"] == 'Session realm="LGSP"'


def test_format_we_do_not_make(client: Client) -> None:
    problem(client.get("/api/v1/me", headers={"Accept": "text/html"}), 406, "not-acceptable")


def test_role_without_its_second_step_is_told_so_not_sent_to_a_page(
    agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    caller = Client()
    evaluator = person("danh-gia@lgsp.example", agency("H60.02", is_operator=True), "evaluator")
    caller.force_login(evaluator, backend="allauth.account.auth_backends.AuthenticationBackend")
    problem(caller.get("/api/v1/agencies"), 403, "second-step-required")


def test_session_that_ended_is_401_with_the_scheme(client: Client) -> None:
    session = client.session
    session["session_started"] = session["session_seen"] = 1
    session.save()
    answer = client.get("/api/v1/me", headers={"Accept-Language": "en"})
    assert problem(answer, 401, "not-authenticated")["detail"] == "The session has ended."
    assert answer["WWW-Authenticate"].startswith("Session ")


def test_fault_of_ours_is_told_without_touching_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False

    def broken(*_given: object) -> None:
        raise RuntimeError("bí mật bên trong")

    monkeypatch.setattr("accounts.api.me.MeSerializer.to_representation", broken)
    answer = client.get("/api/v1/me")
    problem(answer, 500, "internal-error")
    assert "bí mật" not in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "vi"),
        ("en", "en"),
        ("en-GB,vi;q=0.4", "en"),
        ("vi,en;q=0.9", "vi"),
        ("fr;q=1, en;q=0.2", "en"),
        ("fr", "vi"),
        (";;;q=", "vi"),
    ],
)
def test_language_of_a_problem(client: Client, asked: str, language: str) -> None:
    answer = client.get("/api/v1/khong-co", headers={"Accept-Language": asked})
    body = problem(answer, 404, "not-found")
    assert answer["Content-Language"] == language
    known = PROBLEMS["not-found"]
    expected = (known.title_en, known.cause_en) if language == "en" else (str(known.title), str(known.cause))
    assert (body["title"], body["detail"]) == expected
    if language == "vi":
        assert "Không tìm thấy" in answer.content.decode()


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_speaks_english_too(code: str) -> None:
    assert PROBLEMS[code].title_en.isascii()
    assert PROBLEMS[code].title_en
    assert PROBLEMS[code].cause_en


# -- parameters --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("kind=xyz", "kind", "invalid-value"),
        ("kind=", "kind", "invalid-value"),
        ("in_force=maybe", "in_force", "invalid-value"),
        ("in_force=1", "in_force", "invalid-value"),
        ("limit=0", "limit", "invalid-value"),
        ("limit=-1", "limit", "invalid-value"),
        ("limit=201", "limit", "invalid-value"),
        ("limit=abc", "limit", "invalid-value"),
        ("limit=1e2", "limit", "invalid-value"),
        ("limit=%D9%A1%D9%A2", "limit", "invalid-value"),
        ("limit=99999999999999999999", "limit", "invalid-value"),
        ("limit=", "limit", "invalid-value"),
        ("limit=1&limit=2", "limit", "repeated-parameter"),
        ("cursor=abc", "cursor", "invalid-cursor"),
        ("cursor=%00", "cursor", "invalid-value"),
        ("sort=ngay", "sort", "invalid-value"),
        ("q=", "q", "invalid-value"),
        ("q=%20%20", "q", "invalid-value"),
        ("q=a%00b", "q", "invalid-value"),
        ("q=%ff%fe", "q", "invalid-value"),
        (f"q={'a' * 201}", "q", "invalid-value"),
        ("format=xml", "format", "unknown-parameter"),
        ("mau=1", "mau", "unknown-parameter"),
        ("m%00u=1", "m\ufffdu", "unknown-parameter"),
    ],
)
def test_parameter_is_refused_by_name(client: Client, query: str, parameter: str, code: str) -> None:
    body = problem(client.get(f"/api/v1/agencies?{query}"), 400, "malformed-request")
    assert [(item["parameter"], item["code"]) for item in body["errors"]] == [(parameter, code)]
    assert body["errors"][0]["detail"] in body["detail"]


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/agencies/H60.10", "/api/v1/schema", "/api/v1/deadlines"])
def test_every_address_refuses_what_it_does_not_read(client: Client, path: str) -> None:
    body = problem(client.get(path, {"la": "1"}), 400, "malformed-request")
    assert body["errors"][0]["parameter"] == "la"


@pytest.mark.parametrize("year", ["abc", "1999", "2101", "2026.0", "-2026", " 2026"])
def test_year_outside_the_calendar(client: Client, year: str) -> None:
    body = problem(client.get("/api/v1/days-off", {"year": year}), 400, "malformed-request")
    assert body["errors"][0]["detail"] == "nhập số nguyên từ 2000 đến 2100"


def test_all_bad_parameters_are_told_at_once_with_what_would_do(client: Client) -> None:
    answer = client.get("/api/v1/agencies?kind=xyz&limit=0&mau=1", headers={"Accept-Language": "en"})
    body = problem(answer, 400, "malformed-request")
    assert answer["Content-Language"] == "en"
    assert [item["parameter"] for item in body["errors"]] == ["kind", "limit", "mau"]
    assert "commune" in body["errors"][0]["allowed"]
    assert body["errors"][1]["detail"] == "give a whole number from 1 to 200"
    assert body["errors"][2]["allowed"] == ["cursor", "in_force", "kind", "limit", "q", "sort"]


def test_good_values_still_filter(client: Client) -> None:
    kinds = {row["kind"] for row in client.get("/api/v1/agencies?kind=commune&in_force=true").json()["data"]}
    assert kinds == {"commune"}
    assert client.get("/api/v1/agencies?in_force=false").json()["data"] == []
    assert len(client.get("/api/v1/agencies", {"q": "trung ten"}).json()["data"]) == 3


# -- pages -------------------------------------------------------------------------------------------
def walk(client: Client, path: str, **query: str) -> list[dict]:
    """Follow the Link header from page to page, one row each."""
    rows: list[dict] = []
    url = f"{path}?" + "&".join(f"{name}={quote(value)}" for name, value in {"limit": "1", **query}.items())
    while url:
        answer = client.get(url)
        assert answer.status_code == 200
        rows += answer.json()["data"]
        link = answer.headers.get("Link", "")
        assert bool(link) == bool(answer.json()["next_cursor"])
        url = link.removesuffix('>; rel="next"').removeprefix("<")
    return rows


@pytest.mark.parametrize("sort", ["name", "-name", "code", "-code"])
def test_ties_keep_their_order_and_no_row_is_lost_or_given_twice(client: Client, sort: str) -> None:
    codes = [row["code"] for row in walk(client, "/api/v1/agencies", sort=sort)]
    assert sorted(codes) == ["H60.10", "H60.11", "H60.12", "H60.13"]
    there = [row["code"] for row in client.get("/api/v1/agencies", {"sort": sort}).json()["data"]]
    assert codes == there
    back = [row["code"] for row in walk(client, "/api/v1/agencies", sort=sort[1:] if sort[0] == "-" else f"-{sort}")]
    assert back == codes[::-1]


def test_rows_added_meanwhile_do_not_move_a_page(client: Client) -> None:
    days = [DayOff(date=date(2026, 3, 1) + timedelta(n), name=f"Ngày {n}", source="kiểm thử") for n in range(4)]
    for day in days[1:]:
        day.save()
    first = client.get("/api/v1/days-off?limit=2").json()
    days[0].save()
    second = client.get("/api/v1/days-off", {"limit": "2", "cursor": first["next_cursor"]}).json()
    assert [row["name"] for row in first["data"] + second["data"]] == ["Ngày 1", "Ngày 2", "Ngày 3"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/days-off", {}),
        ("/api/v1/agencies", {"sort": "code"}),
        ("/api/v1/agencies", {"kind": "commune"}),
    ],
)
def test_cursor_of_another_list_is_refused(client: Client, path: str, query: dict[str, str]) -> None:
    cursor = client.get("/api/v1/agencies?limit=1").json()["next_cursor"]
    assert client.get("/api/v1/agencies", {"cursor": cursor, "limit": "2"}).status_code == 200
    body = problem(client.get(path, {**query, "cursor": cursor}), 400, "malformed-request")
    assert body["errors"][0]["code"] == "invalid-cursor"


def test_cursor_that_was_altered_is_refused(client: Client) -> None:
    cursor = client.get("/api/v1/agencies?limit=1").json()["next_cursor"]
    altered = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    problem(client.get("/api/v1/agencies", {"cursor": altered}), 400, "malformed-request")


def test_link_names_no_host_so_that_proxies_cannot_spoil_it(client: Client) -> None:
    answer = client.get("/api/v1/agencies", {"limit": "1", "q": "ủy ban"}, headers={"X-Forwarded-Host": "la.example"})
    assert answer["Link"].startswith("</api/v1/agencies?limit=1&q=%E1%BB%A7y+ban&cursor=")
    assert answer["Link"].endswith('>; rel="next"')


def test_a_page_costs_the_same_queries_however_many_rows(client: Client) -> None:
    client.get("/api/v1/agencies")  # the first request of a session writes when it began
    counts = set()
    for limit in ("1", "200"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v1/agencies", {"limit": limit}).status_code == 200
        counts.add(len(queries))
    assert len(counts) == 1


# -- versions and ids --------------------------------------------------------------------------------
def test_version_is_strong_and_unchanged_content_is_not_sent_again(client: Client) -> None:
    first = client.get("/api/v1/agencies/H60.10")
    assert first["ETag"].startswith('"')
    assert first["Cache-Control"] == "private, no-cache"
    assert "Cookie" in first["Vary"]
    assert client.head("/api/v1/agencies/H60.10")["ETag"] == first["ETag"]
    again = client.get("/api/v1/agencies/H60.10", headers={"If-None-Match": f'"x", {first["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    changed = Agency.objects.get(code="H60.10")
    changed.short_name = "Tên mới"
    changed.save()
    fresh = client.get("/api/v1/agencies/H60.10", headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200
    assert fresh["ETag"] != first["ETag"]


def test_reading_a_version_that_is_gone_is_412(client: Client) -> None:
    answer = client.get("/api/v1/agencies/H60.10", headers={"If-Match": '"cu"'})
    problem(answer, 412, "precondition-failed")
    current = answer["ETag"]
    assert client.get("/api/v1/agencies/H60.10", headers={"If-Match": current}).status_code == 200


def test_personal_answers_are_never_stored(client: Client) -> None:
    answer = client.get("/api/v1/me")
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


def test_options_tells_the_methods_without_content(client: Client) -> None:
    for caller in (client, Client()):
        answer = caller.options("/api/v1/agencies")
        assert (answer.status_code, answer.content) == (204, b"")
        assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_callers_own_id_comes_back_beside_ours(client: Client) -> None:
    answer = client.get("/api/v1/me", headers={"X-Request-Id": "viec-123"})
    assert answer["X-Client-Request-Id"] == "viec-123"
    assert answer["X-Request-Id"] != "viec-123"
    assert "X-Client-Request-Id" not in client.get("/api/v1/me", headers={"X-Request-Id": "x" * 129})


def test_deadlines_in_force_come_in_pages(client: Client) -> None:
    call_command("load_calendar", verbosity=0)
    codes = [row["code"] for row in walk(client, "/api/v1/deadlines")]
    assert codes == sorted(codes)
    assert len(codes) > 5
