"""The call log: own calls only, filters that keep what was typed, pages and the file."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from audit.selectors.call_pages import Place
from connections.models import Grant
from core import clock
from tests.connections.call_log import log_calls
from tests.connections.calls.reading import LOG, WHY, ids, plan_of_page, shown, story, text_of
from tests.connections.conftest import Chain, Desk

Person = Callable[..., User]
SignedIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.5", "QC8.5")]


def test_each_filter_leaves_the_rest_out(chain: Chain, grant: Grant, desk: Desk) -> None:
    client = desk("technician")
    long_ago = clock.now() - timedelta(days=40)
    [ok] = log_calls(grant)
    [refused] = log_calls(grant, verdict="X", status=403, reason="grant-expired", side="consumer")
    [broken] = log_calls(grant, status=502, reason="provider-error", side="provider")
    [passed_on] = log_calls(grant, status=404, side="consumer")
    [ours] = log_calls(grant, status=503, reason="overloaded", side="platform")
    [running] = log_calls(grant, status=None)
    [other] = log_calls(grant, service="land-plots", environment="live", system_id=grant.system_id + 1000)
    [old] = log_calls(grant, received_at=long_ago)
    newest = ids([other, running, ours, passed_on, broken, refused, ok])
    assert shown(client) == newest
    assert shown(client, "outcome=ok") == ids([other, ok])
    assert shown(client, "outcome=refused") == ids([refused])
    assert shown(client, "outcome=source") == ids([passed_on, broken])
    assert shown(client, "outcome=platform") == ids([ours])
    assert shown(client, "outcome=open") == ids([running])
    assert shown(client, "environment=live") == ids([other])
    assert shown(client, f"service={grant.service.code}") == newest[1:]
    assert shown(client, f"system={grant.system_id}") == newest[1:]
    day = f"{long_ago.astimezone(clock.VIETNAM):%d/%m/%Y}"
    assert shown(client, f"since={day}&until={day}") == ids([old])
    assert shown(client, f"q={old}") == ids([old])
    assert shown(client, f"since={clock.today():%d/%m/%Y}") == newest


def test_what_is_typed_wrong_stays_and_says_how_to_mend(grant: Grant, desk: Desk) -> None:
    client = desk("technician")
    log_calls(grant)
    for query, told in (
        ("q=khong-phai-ma", "36 ký tự"),
        ("since=31/31/2026", "ngày/tháng/năm"),
        ("since=02/02/2026&until=01/02/2026", "từ 02/02/2026 trở đi"),
        ("since=01/01/2020", "tối đa 92 ngày"),
        ("outcome=la", "Chọn một mục"),
        ("system=999999", "Chọn một mục"),
    ):
        html = client.get(f"{LOG}?{query}").content.decode()
        assert told in unescape(html), query
        assert not re.search(r"/vi-sao/[0-9a-f]{8}", html)
        assert "<title>Lỗi:" in html
    assert 'value="khong-phai-ma"' in client.get(f"{LOG}?q=khong-phai-ma").content.decode()
    assert client.get(f"{LOG}tep/?q=khong-phai-ma")["Content-Type"].startswith("text/html")


def test_older_calls_are_a_page_further_and_none_is_lost(grant: Grant, desk: Desk) -> None:
    client = desk("technician")
    moment = clock.now().replace(microsecond=5)
    made = ids(log_calls(grant, count=120, received_at=moment))
    seen, query = [], ""
    for _page in range(3):
        html = client.get(f"{LOG}?{query}").content.decode()
        seen += re.findall(r'href="/nha-phat-trien/vi-sao/([0-9a-f-]{36})/"', html)
        older = re.search(r'href="/nha-phat-trien/nhat-ky/\?([^"]*after=[^"]*)"', html)
        query = unescape(older[1]) if older else ""
    assert seen == made[::-1]
    assert not query
    assert shown(client, "after=khong.phai.cho") == made[::-1][:50]


def test_a_place_survives_its_address() -> None:
    place = Place(clock.now(), 2**53, 7)
    assert Place.read(str(place)) == place
    for text in ("", "1.2", "1.2.x", "-1.2.3", "٣.1.1", "9" * 30 + ".1.1"):
        assert Place.read(text) is None


def test_another_agencys_calls_are_neither_listed_found_nor_filed(
    chain: Chain, grant: Grant, desk: Desk, person: Person, signed_in: SignedIn, agency: Any
) -> None:
    [call] = log_calls(grant)
    stranger = signed_in(person("la@lgsp.example", agency("H60.55"), "technician"))
    assert shown(stranger) == shown(stranger, f"q={call}") == []
    assert str(call) not in stranger.get(f"{LOG}tep/").content.decode()
    foreign, unknown = stranger.get(f"{WHY}{call}/"), stranger.get(f"{WHY}{uuid4()}/")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    bare = [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", text_of(page.content.decode())) for page in (foreign, unknown)]
    assert bare[0] == bare[1]
    assert "Vì sao có thể không thấy" in foreign.content.decode()
    assert desk("agency_officer").get(f"{WHY}{call}/").status_code == 403


def test_the_provider_sees_who_called_but_not_with_which_key_from_where(
    chain: Chain, grant: Grant, person: Person, signed_in: SignedIn
) -> None:
    [call] = log_calls(grant, verdict="X", status=403, reason="network-not-allowed", side="consumer")
    client = signed_in(person("cung-cap@lgsp.example", chain.provider, "technician"))
    assert shown(client) == ids([call])
    html = story(client, call)
    assert grant.system.code in html
    assert grant.code in html
    assert "10.20.30.4" not in html
    assert "ak_test_kiemthu" not in html
    assert "Việc cần làm" not in html
    rows = list(csv.reader(io.StringIO(client.get(f"{LOG}tep/").content.decode("utf-8-sig"))))
    assert rows[1][rows[0].index("Địa chỉ mạng")] == ""


def test_the_file_holds_what_the_page_shows_and_runs_nothing(grant: Grant, desk: Desk) -> None:
    client = desk("technician")
    [ok] = log_calls(grant, operation="=cmd|' /C calc'!A0")
    log_calls(grant, verdict="X", status=403, reason="grant-expired", side="consumer")
    answer = client.get(f"{LOG}tep/?outcome=ok")
    assert answer["Content-Disposition"].startswith('attachment; filename="nhat-ky-')
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [row[head.index("Mã yêu cầu")] for row in rows] == ids([ok])
    assert rows[0][head.index("Thao tác")].startswith("'=cmd")
    assert rows[0][head.index("Địa chỉ mạng")] == "10.20.30.4"


def test_the_log_asks_the_database_as_often_for_many_rows_as_for_few(
    grant: Grant, desk: Desk, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = desk("technician")
    log_calls(grant, count=40)
    client.get(LOG)
    with django_assert_max_num_queries(12):
        client.get(LOG)


def test_a_page_walks_down_an_index(grant: Grant) -> None:
    """The plan of a page reads the log by body and time, whatever else it holds; no partition is read whole."""
    log_calls(grant, count=60)
    plan = plan_of_page([grant.system.owner_id])
    assert "agency_id_received_at_idx" in plan
    assert "provider_id_received_at_idx" in plan
    assert "Seq Scan" not in plan
