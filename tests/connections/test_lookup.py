"""U8: the public look-up by two codes: what it shows, what it keeps, and that nobody guesses a code."""

import re
import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as Unreachable

from audit.models import Fact
from connections.choices import State
from connections.selectors.lookup import WORDS, lookup_link, public_view
from connections.services.lookup import look_up, read_code, read_number
from core import clock
from core.problems import DomainError, InvalidInput, TooMany
from tests.connections.conftest import REACHED, Chain

WRONG = "Mã hồ sơ hoặc mã tra cứu không đúng. Hai mã in trên phiếu tiếp nhận."
CLOSED = "Đã thử quá nhiều lần. Thử lại sau 15 phút."


@pytest.fixture(autouse=True)
def _nobody_tried_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connections.services.lookup.ROOM", f"lookup-{uuid4()}")


def ask(number: str, code: str, address: str = "10.1.1.1") -> Any:
    return Client(REMOTE_ADDR=address).post(reverse("lookup"), {"number": number, "code": code})


def wrong_of(code: str) -> str:
    return ("Z" if code[0] != "Z" else "Y") + code[1:]


def test_both_codes_show_stage_days_and_whose_turn_and_nobody(chain: Chain) -> None:
    chain.ask()
    found = chain.fresh()
    assert found.received_at is not None
    answer = ask(found.number, found.lookup_code)
    page = answer.content.decode()
    for said in (
        "Yêu cầu bổ sung giấy tờ",
        "Bước 2/6 – Đánh giá",
        "Cơ quan nộp hồ sơ",
        f"{found.received_at.astimezone(clock.VIETNAM):%d/%m/%Y}",
        "Tạm dừng tính hạn – chờ cơ quan hoàn thiện từ",
    ):
        assert said in page, said
    personal = [user.full_name for user in chain.users.values()] + [user.email for user in chain.users.values()]
    for hidden in (*personal, chain.agency.name, chain.system.name, chain.service.title, found.purpose_text):
        assert hidden not in page, hidden
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert Fact.objects.filter(deed__startswith="lookup").count() == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" oil2-3abc ", "01123ABC"), ("AB CD-12–34", "ABCD1234"), ("abcd1234", "ABCD1234"), ("a\x00b", "AB")],
)
def test_a_code_is_read_however_it_was_typed(typed: str, kept: str) -> None:
    assert read_code(typed) == kept
    assert read_number(" h60.02–260319 -0001 ") == "H60.02-260319-0001"


def test_a_code_typed_by_hand_opens(chain: Chain) -> None:
    chain.submit()
    found = chain.fresh()
    found.lookup_code = "01AB0123"
    found.save()
    assert look_up(number=found.number.lower(), code="oi ab-o l23", address="10.1.1.1") == found


def test_either_wrong_code_gets_the_same_page(chain: Chain) -> None:
    found = chain.submit()
    tries = [
        (found.number, wrong_of(found.lookup_code)),
        ("H60.02-990101-0001", found.lookup_code),
        ("X", "AAAAAAAA"),
    ]
    pages = [ask(number, code).content.decode() for number, code in tries]
    assert WRONG in pages[0]
    for (number, code), page in zip(tries, pages, strict=True):
        assert page.count(f'value="{code}"') == 1
        assert found.number not in page.replace(f'value="{number}"', "")
    bare = [re.sub(r'value="[^"]*"|<code>[^<]*</code>', "", page) for page in pages]
    assert bare[0] == bare[1] == bare[2]
    assert "Nhập mã tra cứu" in ask(found.number, " ").content.decode()


def test_five_wrong_tries_from_one_address_close_it_even_for_the_right_code(chain: Chain) -> None:
    found = chain.submit()
    for place in range(5):
        assert WRONG in ask(f"H60.02-990101-000{place}", "AAAAAAAA").content.decode()
    closed = ask(found.number, found.lookup_code)
    assert (closed.status_code, closed["Retry-After"]) == (429, "900")
    page = closed.content.decode()
    assert CLOSED in page
    assert "Bước 1/6" not in page
    assert f'value="{found.number}"' in page
    assert ask(found.number, found.lookup_code, address="10.1.1.2").status_code == 200


def test_brute_force_on_one_number_from_many_addresses_is_closed_too(chain: Chain) -> None:
    found = chain.submit()
    for place in range(5):
        assert WRONG in ask(found.number, wrong_of(found.lookup_code), address=f"10.2.{place}.1").content.decode()
    for place in range(3):
        closed = ask(found.number, found.lookup_code, address=f"10.3.{place}.1")
        assert (closed.status_code, CLOSED in closed.content.decode()) == (429, True)


@pytest.mark.django_db
def test_unknown_numbers_are_closed_alike() -> None:
    for place in range(5):
        with pytest.raises(InvalidInput):
            look_up(number="H60.02-990101-0001", code="AAAAAAAA", address=f"10.2.{place}.1")
    with pytest.raises(TooMany):
        look_up(number="H60.02-990101-0001", code="AAAAAAAA", address="10.3.1.1")


@pytest.mark.django_db
def test_one_subscriber_of_ipv6_is_one_address() -> None:
    for place in range(5):
        with pytest.raises(InvalidInput):
            look_up(number=f"H60.02-990101-000{place}", code="AAAAAAAA", address=f"2001:db8:1:1::{place}")
    with pytest.raises(TooMany):
        look_up(number="H60.02-990101-0009", code="AAAAAAAA", address="2001:db8:1:1:ffff::1")


def test_right_codes_are_not_counted_and_do_not_wipe_the_count(chain: Chain) -> None:
    found = chain.submit()
    right = {"number": found.number, "code": found.lookup_code, "address": "10.1.1.1"}
    for _place in range(8):
        assert look_up(**right) == found
    for place in range(5):
        with pytest.raises(InvalidInput):
            look_up(number=f"H60.02-990101-000{place}", code="AAAAAAAA", address="10.1.1.1")
        if place < 4:
            look_up(**right)
    with pytest.raises(TooMany):
        look_up(**right)


@pytest.mark.django_db(transaction=True)
def test_tries_made_at_once_do_not_slip_through() -> None:
    gate, found = threading.Barrier(12), []

    def guess() -> None:
        gate.wait(timeout=20)
        try:
            look_up(number="H60.02-990101-0001", code="AAAAAAAA", address="10.1.1.1")
        except DomainError as refusal:
            found.append(type(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _place in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (found.count(InvalidInput), found.count(TooMany)) == (5, 7)


def test_without_a_counter_nobody_may_try(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    found = chain.submit()

    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise Unreachable

    monkeypatch.setattr("core.tries.cache.add", gone)
    answer = ask(found.number, found.lookup_code)
    assert answer.status_code == 503
    assert "Tra cứu tạm thời chưa sẵn sàng" in answer.content.decode()
    assert "Bước 1/6" not in answer.content.decode()


def test_the_limit_is_a_setting(chain: Chain, settings: Any) -> None:
    settings.LOOKUP_TRIES, settings.LOOKUP_LOCK_SECONDS = 1, 120
    found = chain.submit()
    ask(found.number, wrong_of(found.lookup_code))
    assert "Thử lại sau 2 phút." in ask(found.number, found.lookup_code).content.decode()


def test_the_link_of_the_receipt_fills_the_codes_in(chain: Chain) -> None:
    found = chain.submit()
    link = lookup_link(found)
    assert link.startswith("http")
    answer = Client().get(link[link.index("/tra-cuu/") :])
    page = answer.content.decode()
    assert f'value="{found.number}"' in page
    assert f'value="{found.lookup_code}"' in page
    assert "Hai mã đã được điền từ phiếu" in page
    assert "Bước 1/6" not in page


def test_every_state_that_is_sent_has_a_word() -> None:
    assert set(WORDS) == set(State) - {State.DRAFT}


@pytest.mark.parametrize("state", [State.AWAITING_CONFIRMATION, State.READY, State.LIVE])
def test_later_stages_name_who_is_next(chain: Chain, state: State) -> None:
    getattr(chain, REACHED[state])()
    expected = {
        State.AWAITING_CONFIRMATION: "Cơ quan nộp hồ sơ, Sở Khoa học và Công nghệ",
        State.READY: "Sở Khoa học và Công nghệ",
        State.LIVE: "Không còn bước nào",
    }
    assert public_view(chain.fresh()).next_actor == expected[state]
