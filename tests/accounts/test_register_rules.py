"""What the register refuses, whatever is typed, and that changes at the same moment neither wait for ever nor mix."""

import itertools
import threading
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Agency, AgencyCode, User
from accounts.services.agencies import change_agency, create_agency, end_agency, replace_code
from accounts.services.agency_rules import tidied
from audit.models import Fact
from core import clock
from core.actor import system_actor
from core.problems import DomainError, InvalidInput, StateRefused
from core.text import fold

JOB = system_actor("kiểm thử")
NUMBERS = itertools.count(1000)
YEAR_END = date(2026, 12, 31)
TEXTS = [
    *("name", "short_name", "symbol", "kind", "code", "legacy_code", "admin_unit_code", "unit_level", "source"),
    *("note", "shared_mailbox", "address", "phone", "website"),
]


def entered(code: str = "H60.90", **fields: Any) -> Agency:
    """Enter an agency by its deed."""
    return create_agency(
        actor=JOB, **{"name": f"Sở {code}", "kind": "department", "source": "x", "code": code, **fields}
    )


def counts() -> tuple[int, int, int]:
    """Return what must stay the same when nothing happened."""
    return Agency.objects.count(), AgencyCode.objects.count(), Fact.objects.count()


# -- any text --------------------------------------------------------------------------------------
@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("bad", ["a\0b", "a\x1bb", "a\x9fb", "\ud800", "a\udfffb", "Ắ" * 5000])
@pytest.mark.parametrize("field", TEXTS)
def test_no_text_breaks_a_field(field: str, bad: str) -> None:
    before = counts()
    with pytest.raises(InvalidInput) as refused:
        entered(**{field: bad})
    assert field in refused.value.errors
    assert counts() == before


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("bad", ["a\0b", "\ud800", "x" * 5000])
def test_no_reason_breaks_a_deed(bad: str) -> None:
    made = entered()
    for deed in (
        lambda: replace_code(actor=JOB, agency=made, code="H60.91", is_official=True, reason=bad),
        lambda: end_agency(actor=JOB, agency=made, valid_to=YEAR_END, reason=bad),
        lambda: change_agency(actor=JOB, agency=made, reason=bad, phone="1"),
        lambda: entered("H60.91", reason=bad),
    ):
        before = counts()
        with pytest.raises(InvalidInput) as refused:
            deed()
        assert list(refused.value.errors) == ["reason"]
        assert counts() == before


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("rounds", [8, pytest.param(25, marks=pytest.mark.heavy)], ids=["in small", "many"])
def test_whatever_is_searched_the_pages_answer(rounds: int) -> None:
    settings(max_examples=rounds, deadline=None)(given(st.text(max_size=120))(pages_answer))()


def pages_answer(typed: str) -> None:
    client = Client()
    typed = typed.encode("utf-8", "replace").decode()
    assert client.get("/danh-ba/", {"q": typed, "loai": typed, "page": typed}).status_code == 200
    assert client.get(f"/danh-ba/{quote(typed.replace('/', ''))}/").status_code in (200, 301, 302, 400, 404)
    assert Agency.objects.matching(typed).count() == 0


@pytest.mark.usefixtures("db")
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).filter(lambda t: fold(tidied(t)))
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_agency_is_found_by_its_name_in_any_form(name: str) -> None:
    made = entered(f"H60.{next(NUMBERS)}", name=name)
    for form in (name, unicodedata.normalize("NFD", name), name.swapcase() if name.isascii() else name, fold(name)):
        assert made in Agency.objects.matching(tidied(form))


ODD = ["%00", "%ED%A0%80", "%FF", "x" * 3000, "%F0%9F%92%A9", "99999999999999999999999", "%25", "%5C", "_"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_addresses_and_queries_are_answered_cleanly(
    odd: str, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(person("v@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    addresses = [
        f"/danh-ba/{odd}/",
        f"/danh-ba/?q={odd}&loai={odd}&page={odd}&da-ket-thuc={odd}",
        f"/api/v1/agencies/{odd}",
        f"/api/v1/agencies?q={odd}",
        f"/api/v1/agencies?kind={odd}",
        f"/api/v1/agencies?limit={odd}",
        f"/api/v1/agencies?cursor={odd}",
        f"/api/v1/agencies?in_force={odd}",
        f"/quan-tri/accounts/agency/?q={odd}",
        f"/quan-tri/accounts/agency/?kind__exact={odd}",
        f"/quan-tri/accounts/agency/?code_is_official__exact={odd}",
        f"/quan-tri/accounts/agency/?parent__id__exact={odd}",
        f"/quan-tri/accounts/agency/?p={odd}&o={odd}",
        f"/quan-tri/accounts/agency/{odd}/change/",
        f"/quan-tri/accounts/agency/{odd}/history/",
        f"/quan-tri/accounts/agency/nhap/{odd}/",
    ]
    for address in addresses:
        assert client.get(address).status_code in (200, 301, 302, 400, 404, 410), address


# -- who may stand where ---------------------------------------------------------------------------
@pytest.mark.usefixtures("db")
def test_a_parent_must_be_living() -> None:
    today = clock.today()
    over = entered("H60.91", valid_to=today - timedelta(days=1))
    later = entered("H60.92", valid_from=today + timedelta(days=1))
    child = entered()
    for parent, text in ((over, "đã kết thúc"), (later, "chỉ có từ ngày")):
        with pytest.raises(InvalidInput, match=text):
            change_agency(actor=JOB, agency=child, parent=parent)
        with pytest.raises(InvalidInput, match=text):
            entered("H60.93", parent=parent)
    assert entered("H60.94", parent=over, valid_to=today - timedelta(days=1)).parent == over
    assert entered("H60.95", parent=later, valid_from=today + timedelta(days=1)).parent == later


@pytest.mark.usefixtures("db")
def test_an_agency_whose_parent_ended_can_still_be_changed() -> None:
    parent = entered("H60.91")
    child = entered(parent=parent)
    parent.valid_to = date(2026, 1, 31)
    parent.save()
    assert change_agency(actor=JOB, agency=child, parent=parent, phone="1").phone == "1"


@pytest.mark.usefixtures("db")
def test_a_successor_must_live_on_and_not_lead_back() -> None:
    over = entered("H60.91", valid_to=date(2026, 1, 31))
    later = entered("H60.92", valid_from=YEAR_END + timedelta(days=2))
    next_day = entered("H60.93", valid_from=YEAR_END + timedelta(days=1))
    made = entered()
    for successor in (over, later, made):
        with pytest.raises(InvalidInput) as refused:
            end_agency(actor=JOB, agency=made, valid_to=YEAR_END, reason="x", successor=successor)
        assert list(refused.value.errors) == ["successor"]
    end_agency(actor=JOB, agency=made, valid_to=YEAR_END, reason="x", successor=next_day)
    with pytest.raises(InvalidInput) as refused:
        end_agency(actor=JOB, agency=next_day, valid_to=YEAR_END + timedelta(days=1), reason="x", successor=made)
    assert list(refused.value.errors) == ["successor"]
    first, second, third = (entered(f"H60.8{n}") for n in range(3))
    far = date(2099, 1, 1)
    end_agency(actor=JOB, agency=first, valid_to=far, reason="x", successor=second)
    end_agency(actor=JOB, agency=second, valid_to=far - timedelta(days=1), reason="x", successor=third)
    with pytest.raises(InvalidInput, match="được chính cơ quan này kế thừa"):
        end_agency(actor=JOB, agency=third, valid_to=far - timedelta(days=2), reason="x", successor=first)


@pytest.mark.usefixtures("db")
def test_units_of_an_ended_agency_move_to_its_successor_even_when_that_is_one_of_them() -> None:
    top = entered("H60.91")
    old = entered("H60.92", parent=top)
    heir, other = entered("H60.93", parent=old), entered("H60.94", parent=old)
    with pytest.raises(InvalidInput) as refused:
        end_agency(actor=JOB, agency=old, valid_to=YEAR_END, reason="x", move_children=True)
    assert list(refused.value.errors) == ["successor"]
    end_agency(actor=JOB, agency=old, valid_to=YEAR_END, reason="x", successor=heir, move_children=True)
    assert Agency.objects.get(pk=heir.pk).parent == top
    assert Agency.objects.get(pk=other.pk).parent == heir


@pytest.mark.usefixtures("db")
def test_ends_and_official_codes_are_deeds_of_their_own() -> None:
    made = entered()
    for field, value in (("valid_to", YEAR_END), ("code_is_official", True), ("code", "H60.91")):
        with pytest.raises(InvalidInput) as refused:
            change_agency(actor=JOB, agency=made, **{field: value})
        assert list(refused.value.errors) == [field]
    assert Agency.objects.get(pk=made.pk).version == 1


@pytest.mark.clause("Q50-8.1")
@pytest.mark.usefixtures("db")
def test_every_code_that_is_replaced_is_retired_and_comes_back_only_to_its_agency() -> None:
    made = entered(legacy_code="000.00.01.H60")
    change_agency(actor=JOB, agency=made, legacy_code="000.00.02.H60")
    assert AgencyCode.objects.get(value="000.00.01.H60").retired_on == clock.today()
    with pytest.raises(InvalidInput, match="không bao giờ dùng lại"):
        entered("H60.91", legacy_code="000.00.01.H60")
    change_agency(actor=JOB, agency=made, legacy_code="000.00.01.H60")
    ledger = AgencyCode.objects.filter(agency=made, scheme="legacy").values_list("value", "retired_on")
    assert dict(ledger) == {"000.00.01.H60": None, "000.00.02.H60": clock.today()}


@pytest.mark.usefixtures("db")
def test_the_last_operator_stays_one() -> None:
    made = entered(is_operator=True)
    with pytest.raises(InvalidInput) as refused:
        change_agency(actor=JOB, agency=made, is_operator=False)
    assert list(refused.value.errors) == ["is_operator"]
    entered("H60.91", is_operator=True)
    assert not change_agency(actor=JOB, agency=made, is_operator=False).is_operator


# -- at the same moment ----------------------------------------------------------------------------
def together(*deeds: Callable[[], Any]) -> list[str]:
    """Run deeds at once, each on its own connection; return how each came out."""
    outcomes, gate = [], threading.Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            deed()
            outcomes.append("done")
        except DomainError as refused:
            outcomes.append(refused.code)
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_opposite_moves_at_once_make_no_circle_and_no_deadlock() -> None:
    for turn in range(5):
        one, two = entered(f"H60.1{turn}"), entered(f"H60.2{turn}")
        outcomes = together(
            lambda one=one, two=two: change_agency(actor=JOB, agency=one, parent=two),
            lambda one=one, two=two: change_agency(actor=JOB, agency=two, parent=one),
        )
        assert outcomes == ["done", "invalid-input"]
        assert Agency.objects.filter(pk__in=[one.pk, two.pk], parent__isnull=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_agencies_succeeding_each_other_at_once_make_no_circle() -> None:
    one, two = entered("H60.91"), entered("H60.92")
    outcomes = together(
        lambda: end_agency(actor=JOB, agency=one, valid_to=YEAR_END, reason="x", successor=two),
        lambda: end_agency(actor=JOB, agency=two, valid_to=YEAR_END, reason="x", successor=one),
    )
    assert outcomes == ["done", "invalid-input"]


@pytest.mark.django_db(transaction=True)
def test_the_same_end_at_once_happens_once() -> None:
    made = entered()
    ends = [lambda: end_agency(actor=JOB, agency=made, valid_to=YEAR_END, reason="x")] * 4
    assert together(*ends) == ["conflict", "conflict", "conflict", "done"]
    assert Fact.objects.filter(deed="agency.ended").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_of_two_editors_of_the_same_version_wins() -> None:
    made = entered()
    edits = [lambda n=n: change_agency(actor=JOB, agency=made, version=1, phone=str(n)) for n in range(4)]
    assert together(*edits) == ["conflict", "conflict", "conflict", "done"]
    with pytest.raises(StateRefused):
        change_agency(actor=JOB, agency=made, version=1, phone="9")
    assert Agency.objects.get(pk=made.pk).version == 2
