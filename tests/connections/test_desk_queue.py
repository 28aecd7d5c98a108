"""The queue of dossiers: whose they are, what is late, found without diacritics (ux.md B1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from connections.models import Clock, ConnectionRequest
from connections.services.due import show_due
from core import clock
from tests.connections.conftest import Chain

QUEUE = "admin:connections_connectionrequest_changelist"


@pytest.fixture
def look(chain: Chain, signed_in: Callable[[User], Client]) -> Callable[..., Any]:
    """Open the queue as somebody and return its context."""
    known: dict[str, Client] = {}

    def open_as(role: str, **query: str) -> Any:
        if role not in known:
            known[role] = signed_in(chain.users[role])
        answer = known[role].get(reverse(QUEUE), query)
        assert answer.status_code == 200
        return answer

    return open_as


def shown(answer: Any) -> list[int]:
    return [row["dossier"].pk for row in answer.context["rows"]]


def counts(answer: Any) -> dict[str, int]:
    return {str(label): count for label, _url, count, _current in answer.context["tabs"]}


def test_everybody_begins_with_what_waits_for_them(chain: Chain, look: Callable[..., Any]) -> None:
    request = chain.submit()
    assert shown(look("intake_officer")) == [request.pk]
    assert shown(look("evaluator")) == []
    assert counts(look("evaluator")) == {
        "Việc của tôi": 0,
        "Đến hạn hôm nay": 0,
        "Chưa phân công": 1,
        "Sắp hạn": 0 if counts(look("intake_officer"))["Sắp hạn"] == 0 else 1,
        "Quá hạn": 0,
        "Chờ cơ quan": 0,
        "Tất cả": 1,
    }
    assert shown(look("evaluator", tab="all")) == [request.pk]


def test_what_is_late_says_so_in_words_and_stands_on_top(chain: Chain, look: Callable[..., Any]) -> None:
    late = chain.receive()
    running = Clock.objects.get(request=late, ended_at__isnull=True)
    running.started_at, running.due_at = clock.now() - timedelta(days=30), clock.now() - timedelta(days=9)
    running.save()
    show_due(late)
    answer = look("evaluator", tab="overdue")
    assert shown(answer) == [late.pk]
    assert "Quá hạn" in answer.content.decode()
    assert "ngày làm việc" in answer.content.decode()
    assert counts(answer)["Sắp hạn"] == 0
    running.due_at = clock.now() + timedelta(hours=1)
    running.save()
    show_due(late)
    assert counts(look("evaluator"))["Sắp hạn"] == 1
    assert counts(look("evaluator"))["Quá hạn"] == 0


def test_what_waits_for_the_agency_has_its_own_tab(chain: Chain, look: Callable[..., Any]) -> None:
    request = chain.ask()
    assert shown(look("evaluator", tab="agency")) == [request.pk]
    assert shown(look("evaluator")) == []


def test_a_record_skhcn_agreed_to_waits_for_the_agency_until_it_is_void(
    chain: Chain, look: Callable[..., Any]
) -> None:
    chain.finish()
    assert shown(look("operator", tab="agency")) == []
    assert shown(look("operator")) == [chain.request.pk]
    chain.confirm_as("operator")
    assert shown(look("operator", tab="agency")) == [chain.request.pk]
    assert shown(look("operator")) == []
    chain.confirm_as("agency_representative", agreed=False, remark="Thiếu một trường hợp thử")
    chain.finish_again()
    assert shown(look("operator", tab="agency")) == []
    assert shown(look("operator")) == [chain.request.pk]


def test_search_needs_no_diacritics_and_combines_with_filters(chain: Chain, look: Callable[..., Any]) -> None:
    request = chain.submit()
    for text in (request.number, "nong nghiep", "phan mem mot cua", "NÔNG NGHIỆP", "ht01"):
        assert shown(look("evaluator", tab="all", q=text)) == [request.pk], text
    assert shown(look("evaluator", tab="all", q="xay dung")) == []
    assert shown(look("evaluator", tab="all", q="nong nghiep", state="submitted")) == [request.pk]
    assert shown(look("evaluator", tab="all", q="nong nghiep", state="evaluating")) == []
    assert shown(look("evaluator", tab="all", agency=str(chain.agency.pk))) == [request.pk]
    kept = look("evaluator", tab="all", q="nong nghiep", state="submitted")
    assert all("q=nong+nghiep" in url and "state=submitted" in url for _l, url, _c, _now in kept.context["tabs"])


@pytest.mark.parametrize("query", [{"tab": "?"}, {"state": "x"}, {"agency": "999999999999999999999"}, {"page": "x"}])
def test_a_filter_nobody_offers_narrows_nothing(chain: Chain, look: Callable[..., Any], query: dict[str, str]) -> None:
    request = chain.submit()
    assert shown(look("intake_officer", **query)) == [request.pk]


def test_the_queue_asks_the_database_as_often_for_many_as_for_one(chain: Chain, look: Callable[..., Any]) -> None:
    first = chain.receive()
    look("evaluator", tab="all")
    with CaptureQueriesContext(
        connection,
    ) as one:
        look("evaluator", tab="all")
    for number in range(6):
        copy = ConnectionRequest.objects.get(pk=first.pk)
        copy.pk, copy.number, copy.kind = None, f"{first.number}-{number}", "termination"
        copy.save()
        for running in Clock.objects.filter(request=first):
            running.pk, running.request = None, copy
            running.save()
    with CaptureQueriesContext(connection) as many:
        assert len(shown(look("evaluator", tab="all"))) == 7
    assert len(many) == len(one)
    assert len(many) <= 18


def test_nobody_adds_or_deletes_a_dossier_here(chain: Chain, look: Callable[..., Any]) -> None:
    request = chain.submit()
    answer = look("operator", tab="all")
    assert reverse("admin:connections_connectionrequest_add") not in answer.content.decode()
    client = answer.client
    assert client.get(reverse("admin:connections_connectionrequest_add")).status_code == 403
    deletion = reverse("admin:connections_connectionrequest_delete", args=[request.pk])
    assert client.post(deletion, {"post": "yes"}).status_code == 403
    assert ConnectionRequest.objects.filter(pk=request.pk).exists()
