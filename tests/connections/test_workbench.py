"""The workbench: what waits for me first, then what the agency has under way (issue: following)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from connections.choices import State
from connections.models import Credential
from connections.selectors.boards import boards_for
from connections.services.drafts import begin_request
from connections.services.keys import make_key
from core import clock
from tests.connections.conftest import REACHED, Chain, Desk


def page_of(client: Client, query: str = "") -> str:
    answer = client.get(reverse("workbench") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(chain: Chain, role: str, title: str) -> list[Any]:
    return [row for board in boards_for(chain.actors[role]) if board.title == title for row in board.rows]


@pytest.mark.parametrize("state", list(REACHED))
def test_a_dossiers_state_is_one_click_from_the_workbench(chain: Chain, desk: Desk, state: State) -> None:
    """Two clicks from sign-in at most: sign-in leads here, a link leads to the dossier, which names its state."""
    getattr(chain, REACHED[state])()
    address = reverse("request", args=[chain.request.pk])
    work = page_of(desk("agency_officer"))
    dossier = desk("agency_officer").get(address).content.decode()
    assert f"Tình trạng: <strong>{chain.fresh().get_state_display()}</strong>" in dossier
    if state == State.TERMINATED:
        assert reverse("requests") in work
        assert address in desk("agency_officer").get(reverse("requests")).content.decode()
    else:
        assert address in work


@pytest.mark.parametrize(
    ("state", "role", "verb"),
    [
        (State.SUBMITTED, "intake_officer", "Tiếp nhận hồ sơ"),
        (State.EVALUATING, "evaluator", "Thẩm định hồ sơ"),
        (State.COMPLETION_REQUESTED, "agency_representative", "Hoàn thiện hồ sơ"),
        (State.AWAITING_APPROVAL, "department_leader", "Phê duyệt hồ sơ"),
        (State.TECHNICALLY_APPROVED, "operator", "Thiết lập môi trường"),
        (State.AWAITING_CONFIRMATION, "agency_representative", "Xác nhận biên bản kiểm thử"),
        (State.READY, "operator", "Đưa vào vận hành"),
    ],
)
def test_what_waits_for_me_is_a_verb_that_leads_to_it(
    chain: Chain, desk: Desk, state: State, role: str, verb: str
) -> None:
    getattr(chain, REACHED[state])()
    page = page_of(desk(role))
    assert f"{verb} {chain.request.number}" in page
    cards = page.split('class="work-cards"')[1].split("</ul>")[0]
    link = cards.split(f"{verb} {chain.request.number}")[0].rsplit('href="', 1)[1].split('"')[0]
    assert desk(role).get(link).status_code == 200


def test_seven_cards_at_most_the_most_urgent_first(chain: Chain, desk: Desk) -> None:
    chain.ask()
    for _place in range(8):
        begin_request(actor=chain.actors["agency_officer"])
    page = page_of(desk("agency_officer"))
    cards = page.split('class="work-cards"')[1].split("</ul>")[0]
    assert cards.count("<li>") == 7
    assert cards.index(f"Hoàn thiện hồ sơ {chain.request.number}") < cards.index("Bản nháp")
    assert "Còn 5 ngày làm việc" in cards
    assert "Xem tất cả 9 việc" in page
    every = page_of(desk("agency_officer"), "?all=1")
    assert every.split('class="work-cards"')[1].split("</ul>")[0].count("<li>") == 9
    assert "Xem tất cả 9 việc" not in every


def test_an_agency_that_has_nothing_is_told_so(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    page = page_of(signed_in(person("moi@lgsp.example", agency("H60.11"), "agency_officer")))
    for said in (
        "Không có việc nào đang chờ bạn.",
        "Cơ quan chưa có hồ sơ nào đang mở.",
        "Cơ quan chưa đăng ký hệ thống thông tin nào.",
        "Không có quyền khai thác hoặc khóa nào hết hạn trong 30 ngày tới.",
    ):
        assert said in page, said
    assert chain.system.name not in page


def test_the_boards_of_skhcn_are_its_queue(chain: Chain) -> None:
    chain.receive()
    assert boards_for(chain.actors["evaluator"]) == []


@pytest.mark.parametrize(
    ("state", "said"),
    [(State.SUBMITTED, "Chưa kết nối"), (State.TESTING, "Đang thiết lập"), (State.LIVE, "Đang vận hành")],
)
def test_systems_say_how_their_connection_stands(chain: Chain, state: State, said: str) -> None:
    getattr(chain, REACHED[state])()
    assert [row.tag for row in rows_of(chain, "agency_officer", "Hệ thống và kết nối")] == [said]


def test_rights_and_keys_near_their_end_are_shown(chain: Chain, desk: Desk) -> None:
    chain.live()
    make_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    key, grant = Credential.objects.get(), chain.fresh().grants.get(environment="live")
    key.valid_to, grant.valid_to = clock.today() + timedelta(days=12), clock.today() + timedelta(days=400)
    key.save()
    grant.save()
    rows = rows_of(chain, "technician", "Quyền và khóa sắp hết hạn")
    assert [(row.tag, row.kind) for row in rows] == [("Còn 12 ngày", "yours")]
    grant.valid_to = clock.today() + timedelta(days=3)
    grant.save()
    rows = rows_of(chain, "agency_officer", "Quyền và khóa sắp hết hạn")
    assert [row.tag for row in rows] == ["Còn 3 ngày", "Còn 12 ngày"]
    page = page_of(desk("agency_officer"))
    assert f"đến hết ngày {grant.valid_to:%d/%m/%Y}" in page
    assert key.sealed_secret not in page


def test_a_workbench_asks_the_database_as_often_for_many_as_for_one(
    chain: Chain, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    chain.submit()
    begin_request(actor=chain.actors["agency_officer"])
    page_of(desk("agency_officer"))
    with django_assert_max_num_queries(45) as seen:
        page_of(desk("agency_officer"))
    some = len(seen)
    for _place in range(10):
        begin_request(actor=chain.actors["agency_officer"])
    with django_assert_max_num_queries(some):
        page_of(desk("agency_officer"))


@pytest.mark.parametrize("query", ["", "?waits=mine", "?waits=others", "?state=awaiting_confirmation", "?q=mot+cua"])
def test_the_list_asks_as_often_in_any_state_and_keeps_what_narrows_it(
    chain: Chain, desk: Desk, query: str, django_assert_max_num_queries: Any
) -> None:
    chain.finish()
    client, address = desk("agency_representative"), reverse("requests")
    client.get(address)
    with django_assert_max_num_queries(25):
        page = client.get(address + query).content.decode()
    assert (chain.request.number in page) == (query != "?waits=others")
    assert ("Bỏ bộ lọc" in page) == bool(query)
    if chain.request.number in page:
        assert "Đến lượt bạn xác nhận" in page
        assert "Kết nối mới: Phần mềm một cửa" in page
