"""Each criterion is kept as it is judged; who comes second is told who wrote what and keeps their text (U22, U3)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Fact
from connections.choices import Mark, State
from connections.services import approval, evaluation, intake
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at
from tests.connections.refusing import everything


def part(page: Any, code: str, **typed: str) -> dict[str, str]:
    """Return what the script sends for one criterion of the page."""
    rows = {row.mark.criterion.code: row for _group, members in page.context["groups"] for row in members}
    row = rows[code]
    values = {"result": row.result, "remark": row.remark, "evidence": row.evidence, "legal_basis": row.legal_basis}
    return {**{f"{name}-{code}": value for name, value in (values | typed).items()}, f"seen-{code}": row.seen}


def mark_of(chain: Chain, code: str) -> Any:
    return chain.request.evaluations.order_by("-round")[0].marks.get(criterion__code=code)


def test_a_criterion_is_kept_at_once_with_basis_and_evidence(chain: Chain, desk: Desk) -> None:
    chain.receive()
    evaluator = desk("evaluator")
    page = evaluator.get(at(chain, "evaluate"))
    typed = {"result": "pass", "remark": "Rõ", "legal_basis": "Khoản 4 Điều 9", "evidence": "Danh mục hệ thống"}
    answer = evaluator.post(at(chain, "autosave"), part(page, "network", **typed))
    assert answer.status_code == 200
    said = answer.json()
    assert said["text"].startswith("Đã lưu lúc")
    assert "network" not in said["left"]
    assert len(said["left"]) == 9
    kept = mark_of(chain, "network")
    assert [getattr(kept, name) for name in typed] == list(typed.values())
    assert (kept.marked_by, said["seen"]["network"]) == (chain.users["evaluator"], evaluation.seen(kept))
    facts = Fact.objects.count()
    again = evaluator.post(at(chain, "autosave"), part(page, "network", **typed))  # sent twice
    assert (again.status_code, Fact.objects.count()) == (200, facts)


def test_what_lacks_its_remark_is_told_and_not_kept(chain: Chain, desk: Desk) -> None:
    chain.receive()
    evaluator = desk("evaluator")
    page, before = evaluator.get(at(chain, "evaluate")), everything()
    answer = evaluator.post(at(chain, "autosave"), part(page, "network", result="fail"))
    assert (answer.status_code, answer.json()["detail"]) == (422, "Nhập nhận xét: vì sao không đạt")
    assert everything() == before


@pytest.fixture
def second(chain: Chain, person: Callable[..., User], signed_in: Callable[[User], Client]) -> Client:
    """Another evaluator's browser."""
    return signed_in(person("tham-dinh-hai@lgsp.example", chain.operator, "evaluator", full_name="Lê Thị Hai (mẫu)"))


@pytest.mark.clause("QC10.2")
def test_the_second_of_two_is_told_who_wrote_what_and_keeps_the_text(chain: Chain, desk: Desk, second: Client) -> None:
    chain.receive()
    first, name = desk("evaluator"), chain.users["evaluator"].full_name
    early = first.get(at(chain, "evaluate"))
    other = User.objects.get(email="tham-dinh-hai@lgsp.example")
    first.post(at(chain, "autosave"), part(early, "network", result="fail", remark="Dải mạng quá rộng"))
    intake.assign(actor=chain.actors["division_head"], request=chain.request, evaluator=other)
    late = part(early, "network", result="pass", remark="Đã thu hẹp, hợp lệ")
    answer = second.post(at(chain, "autosave"), late)
    assert answer.status_code == 409
    told = answer.json()["detail"]
    assert f"{name} vừa ghi tiêu chí" in told
    assert "Không đạt, Dải mạng quá rộng" in told
    assert mark_of(chain, "network").result == Mark.FAIL
    page = second.post(at(chain, "evaluate"), late | part(early, "standards", result="pass"))
    text = page.content.decode()
    assert page.status_code == 409
    assert f"{name} vừa ghi tiêu chí" in text
    assert "Đã thu hẹp, hợp lệ</textarea>" in text
    assert mark_of(chain, "standards").result == ""  # nothing is kept by halves
    again = second.post(at(chain, "evaluate"), part(page, "network") | part(page, "standards"))
    assert again.status_code == 302
    assert (mark_of(chain, "network").remark, mark_of(chain, "standards").result) == ("Đã thu hẹp, hợp lệ", "pass")


def test_what_a_person_did_not_touch_is_not_written_back(chain: Chain, desk: Desk) -> None:
    chain.receive()
    evaluator = desk("evaluator")
    early = evaluator.get(at(chain, "evaluate"))
    evaluator.post(at(chain, "autosave"), part(early, "network", result="pass", remark="Mới"))
    answer = evaluator.post(at(chain, "evaluate"), part(early, "network") | part(early, "standards", result="pass"))
    assert answer.status_code == 302
    assert (mark_of(chain, "network").remark, mark_of(chain, "standards").result) == ("Mới", "pass")


def test_a_post_after_the_dossier_moved_on_changes_nothing(chain: Chain, desk: Desk) -> None:
    chain.receive()
    page = desk("evaluator").get(at(chain, "evaluate"))
    chain.mark_all()
    approval.propose(actor=chain.actors["division_head"], request=chain.request)
    before = everything()
    for action in ("autosave", "evaluate"):
        answer = desk("evaluator").post(at(chain, action), part(page, "network", result="fail", remark="Muộn"))
        assert answer.status_code == 409, action
    for role in ("division_head", "intake_officer", "department_leader"):
        assert desk(role).post(at(chain, "autosave"), part(page, "network", result="fail")).status_code in (403, 409)
    assert everything() == before
    assert chain.fresh().state == State.AWAITING_APPROVAL


def test_the_conclusion_links_every_criterion_that_hinders_it(chain: Chain, desk: Desk) -> None:
    chain.receive()
    page = desk("evaluator").get(at(chain, "evaluate"))
    met, hindering = page.context["conclusion"]
    assert (met, len(hindering)) == (False, 10)
    text = page.content.decode()
    assert all(f'href="#tieu-chi-{mark.criterion.code}"' in text for mark in hindering)
    refused = desk("division_head").post(at(chain, "propose"), {"note": ""})
    assert refused.status_code == 422
    assert all(mark.criterion.text in refused.content.decode() for mark in hindering)
