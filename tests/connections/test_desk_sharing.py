"""How SKHCN's people divide the work: marks, notes, kept lists; the agency never reads any of it (ux.md B1)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import InternalNote, SavedView, WorkMark
from connections.services import approval
from connections.services import desk as deeds
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at, working
from tests.connections.refusing import refused

QUEUE = reverse("admin:connections_connectionrequest_changelist")
SECRET = "Cần hỏi lại phòng An toàn (nội bộ)"


def test_who_is_at_a_dossier_is_seen_in_the_queue_and_on_it_until_it_moves_on(chain: Chain, desk: Desk) -> None:
    chain.receive()
    evaluator, name = desk("evaluator"), chain.users["evaluator"].full_name
    evaluator.post(at(chain, "mark"), {"do": "take_up"})
    assert f"{name} đang xử lý" in desk("intake_officer").get(QUEUE, {"tab": "all"}).content.decode()
    assert f"{name} đang xử lý" in desk("division_head").get(working(chain)).content.decode()
    taken = desk("intake_officer").post(at(chain, "mark"), {"do": "take_up"}, follow=True)
    assert f"{name} đang xử lý hồ sơ này từ" in taken.content.decode()
    assert WorkMark.objects.get().user == chain.users["evaluator"]
    chain.mark_all()
    approval.propose(actor=chain.actors["division_head"], request=chain.request)
    assert "đang xử lý" not in desk("intake_officer").get(QUEUE, {"tab": "all"}).content.decode()
    desk("department_leader").post(at(chain, "mark"), {"do": "take_up"})
    assert WorkMark.objects.get().user == chain.users["department_leader"]


def test_only_oneself_or_who_divides_the_work_takes_a_mark_away(chain: Chain) -> None:
    chain.receive()
    deeds.take_up(actor=chain.actors["evaluator"], request=chain.request)
    refused(PermissionRefused, lambda: deeds.put_down(actor=chain.actors["operator"], request=chain.request))
    deeds.put_down(actor=chain.actors["division_head"], request=chain.request)
    deeds.put_down(actor=chain.actors["division_head"], request=chain.request)  # twice: nothing to do
    assert not WorkMark.objects.exists()
    refused(PermissionRefused, lambda: deeds.take_up(actor=chain.actors["agency_officer"], request=chain.request))


def test_a_note_is_read_by_skhcn_and_never_by_the_agency(chain: Chain, desk: Desk) -> None:
    chain.receive()
    desk("evaluator").post(at(chain, "note"), {"text": SECRET})
    desk("evaluator").post(at(chain, "mark"), {"do": "take_up"})
    assert SECRET in desk("division_head").get(working(chain)).content.decode()
    for role in ("agency_officer", "agency_representative", "technician", "agency_admin"):
        own = desk(role)
        for address, text in _pages_of_the_agency(own, chain).items():
            assert SECRET not in text, address
            assert "Ghi chú nội bộ" not in text, address
            assert "đang xử lý hồ sơ" not in text, address
        assert own.post(at(chain, "note"), {"text": "Chen vào"}).status_code in (302, 403, 404)
    assert InternalNote.objects.get().text == SECRET


def _pages_of_the_agency(own: Client, chain: Chain) -> dict[str, str]:
    """Return every page of the dossier that the portal links, its details unfolded, by its address."""
    page = reverse("request", args=[chain.request.pk])
    found = {page, f"{page}?details=1", reverse("requests"), "/co-quan/"}
    text = own.get(page).content.decode()
    found |= {part.split('"', 1)[0] for part in text.split('href="')[1:] if part.startswith(page)}
    answers = {item: own.get(item) for item in sorted(found)}
    return {item: answer.content.decode() for item, answer in answers.items() if answer.status_code == 200}


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_note_is_refused(chain: Chain, text: str) -> None:
    chain.receive()
    refused(InvalidInput, lambda: deeds.write_note(actor=chain.actors["evaluator"], request=chain.request, text=text))
    assert not InternalNote.objects.exists()


def test_a_list_is_kept_under_a_name_and_is_ones_own(
    chain: Chain, desk: Desk, person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    chain.receive()
    evaluator = desk("evaluator")
    kept = reverse("admin:connections_requests_keep_view")
    fields = {"name": "Sở Nông nghiệp quá hạn", "tab": "overdue", "q": "nong nghiep", "page": "3", "evil": "1"}
    answer = evaluator.post(kept, fields)
    assert answer.url == f"{QUEUE}?tab=overdue&q=nong+nghiep"
    view = SavedView.objects.get()
    assert "Sở Nông nghiệp quá hạn" in evaluator.get(QUEUE).content.decode()
    assert evaluator.get(f"{QUEUE}?{view.query}").context["tab"] == "overdue"
    evaluator.post(kept, fields | {"tab": "near"})  # the same name leads to the new list
    assert (SavedView.objects.count(), SavedView.objects.get().query) == (1, "tab=near&q=nong+nghiep")
    other = desk("intake_officer")
    assert "Sở Nông nghiệp quá hạn" not in other.get(QUEUE).content.decode()
    drop = reverse("admin:connections_requests_drop_view", args=[view.pk])
    assert other.post(drop).status_code == 404
    assert SavedView.objects.exists()
    assert evaluator.post(drop).status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_list_without_a_fit_name_is_not_kept(chain: Chain, name: str) -> None:
    with pytest.raises(InvalidInput):
        deeds.keep_view(actor=chain.actors["evaluator"], name=name, query="tab=all")
    with pytest.raises(PermissionRefused):
        deeds.keep_view(actor=chain.actors["agency_officer"], name="Của tôi", query="tab=all")
    assert not SavedView.objects.exists()


def test_a_dossier_that_has_ended_is_nobodys_work(chain: Chain) -> None:
    chain.end()
    actor: Any = chain.actors["operator"]
    refused(StateRefused, lambda: deeds.take_up(actor=actor, request=chain.fresh()))
