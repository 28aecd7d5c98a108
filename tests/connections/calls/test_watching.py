"""The call log for those who watch, its files, and the facts that say who looked."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Agency, Membership, User
from audit.models import Fact
from connections.models import Grant
from connections.web import calls as pages
from core import clock
from tests.connections.call_log import log_calls
from tests.connections.calls.reading import LOG, WHY, ids, plan_of_page, shown
from tests.connections.conftest import Chain, Desk

Person = Callable[..., User]
SignedIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.7", "QC8.5", "Q50-16.4")]


def test_reason_and_status_narrow_the_list(grant: Grant, desk: Desk) -> None:
    client = desk("technician")
    [ok] = log_calls(grant)
    [expired] = log_calls(grant, verdict="X", status=403, reason="grant-expired", side="consumer")
    [outside] = log_calls(grant, verdict="X", status=403, reason="outside-hours", side="consumer")
    assert shown(client, "reason=grant-expired") == ids([expired])
    assert shown(client, "status=403") == ids([outside, expired])
    assert shown(client, "status=200") == ids([ok])
    for query in ("status=99", "status=600", "status=x", "reason=la"):
        assert "<title>Lỗi:" in client.get(f"{LOG}?{query}").content.decode(), query
    assert "agency" not in client.get(LOG).context["form"].fields


def test_a_watcher_sees_everybodys_calls_and_each_look_is_a_fact(chain: Chain, grant: Grant, desk: Desk) -> None:
    [first] = log_calls(grant)
    [other] = log_calls(grant, agency_id=987654, agency_code="H60.99", provider_id=987655)
    watcher = desk("operator")
    assert shown(watcher) == ids([other, first])
    assert shown(watcher) == ids([other, first])
    assert Fact.objects.filter(deed="calllog.read").count() == 1
    assert shown(watcher, f"agency={chain.request.agency.code}") == ids([first])
    assert shown(watcher, f"q={other}") == ids([other])
    watcher.get(f"{WHY}{other}/")
    facts = list(Fact.objects.filter(deed="calllog.read").order_by("pk"))
    assert [fact.subject_type for fact in facts] == ["accounts.agency"] * 3 + ["audit.intent"]
    assert facts[1].subject_id == str(chain.request.agency_id)
    assert facts[2].after["call_id"] == str(other)
    assert facts[3].subject_id == str(other)
    assert {fact.actor_id for fact in facts} == {chain.users["operator"].pk}
    desk("technician").get(LOG)
    desk("technician").get(f"{WHY}{first}/")
    assert Fact.objects.filter(deed="calllog.read").count() == 4


def test_an_inspector_looks_only_within_the_time_given(
    chain: Chain, grant: Grant, person: Person, signed_in: SignedIn
) -> None:
    [call] = log_calls(grant)
    inspector = person("kiem-tra@lgsp.example", Agency.objects.get(pk=chain.actors["operator"].agency_id), "inspector")
    client = signed_in(inspector)
    assert shown(client) == ids([call])
    Membership.objects.filter(user=inspector).update(
        valid_from=clock.today() - timedelta(days=9), valid_to=clock.today() - timedelta(days=1)
    )
    assert client.get(LOG).status_code in (302, 403)
    assert client.get(f"{LOG}tep/").status_code in (302, 403)


def test_a_workbook_has_numbers_as_numbers_and_times_as_times(grant: Grant, desk: Desk) -> None:
    [call] = log_calls(grant, operation="=1+1", total_ms=1240)
    answer = desk("technician").get(f"{LOG}tep/?dang=xlsx")
    assert answer["Content-Disposition"].endswith(".xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    head, row = list(sheet.iter_rows())
    cells = {cell.value: row[number] for number, cell in enumerate(head)}
    assert cells["Mã yêu cầu"].value == str(call)
    assert cells["Thời gian (ms)"].value == 1240
    assert cells["Mã trạng thái HTTP"].value == 200
    assert cells["Thao tác"].value == "'=1+1"
    assert isinstance(cells["Lúc"].value, datetime)
    assert cells["Lúc"].number_format.startswith("dd/mm/yyyy")
    fact = Fact.objects.get(deed="calllog.exported")
    assert (fact.after["file"], fact.after["rows"]) == ("xlsx", 1)


def test_a_file_that_is_cut_says_so(grant: Grant, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    log_calls(grant, count=5)
    client = desk("technician")
    monkeypatch.setattr(pages, "MOST_ROWS", 3)
    rows = list(csv.reader(io.StringIO(client.get(f"{LOG}tep/").content.decode("utf-8-sig"))))
    assert len(rows) == 5
    assert "Tệp dừng ở 3 lượt mới nhất" in rows[-1][0]
    monkeypatch.setattr(pages, "MOST_ROWS", 5)
    rows = list(csv.reader(io.StringIO(client.get(f"{LOG}tep/").content.decode("utf-8-sig"))))
    assert len(rows) == 6
    assert "Tệp dừng" not in rows[-1][0]


def test_the_log_of_all_walks_down_the_index_by_time(grant: Grant) -> None:
    log_calls(grant, count=60)
    plan = plan_of_page(None)
    assert re.search(r"(?<!_id)_received_at_idx", plan)
    assert "Seq Scan" not in plan
