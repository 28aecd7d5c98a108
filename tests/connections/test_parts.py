"""Parts of a dossier as data, ticked at intake; what is missing becomes a point (QC10.1, ux.md B2)."""

from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.models import Fact
from connections.choices import State
from connections.models import PartCheck, RequiredPart
from connections.services import intake, parts
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at
from tests.connections.refusing import refused
from tests.connections.test_desk_intake import rows


@pytest.fixture
def asked(chain: Chain) -> list[RequiredPart]:
    """The parts of the seed, and a dossier that was sent."""
    call_command("load_parts", verbosity=0)
    return list(chain.submit().parts_asked())


def ticked(asked: list[RequiredPart], *, but: str = "") -> dict[str, Any]:
    return {f"part-{part.code}": "on" for part in asked if part.code != but}


@pytest.mark.clause("QC10.1")
def test_every_part_is_ticked_before_a_dossier_is_received(
    chain: Chain, desk: Desk, asked: list[RequiredPart]
) -> None:
    officer = desk("intake_officer")
    page = officer.get(at(chain, "receive")).content.decode()
    assert all(part.text in page and part.guidance in page for part in asked)
    assert "messages" not in {part.code for part in asked}  # only with a national database
    answer = officer.post(at(chain, "receive"), ticked(asked, but="plans") | {"remark-plans": "Chưa có người trực"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Thành phần chưa được đánh dấu là có: Phương án vận hành" in text
    assert "Chưa có người trực</textarea>" in text.replace("\n", "")
    assert (chain.fresh().state, PartCheck.objects.count()) == (State.SUBMITTED, 0)
    assert officer.post(at(chain, "receive"), ticked(asked) | {"do": "receive"}).status_code == 302
    assert chain.fresh().state == State.EVALUATING
    assert PartCheck.objects.filter(present=True, checked_by=chain.users["intake_officer"]).count() == len(asked)
    again = officer.post(at(chain, "receive"), ticked(asked))  # sent twice
    assert again.status_code == 409
    assert chain.request.evaluations.count() == 1


@pytest.mark.clause("QC10.1")
def test_what_is_missing_becomes_a_point_with_its_remedy(chain: Chain, desk: Desk, asked: list[RequiredPart]) -> None:
    officer = desk("intake_officer")
    fields = ticked(asked, but="plans") | {"remark-plans": "Chưa có người trực", "do": "missing"}
    answer = officer.post(at(chain, "receive"), fields, follow=True)
    assert answer.redirect_chain == [(at(chain, "return_parts"), 302)]
    (first,) = [form.initial for form in answer.context["rows"].forms if form.initial]
    assert first["what"].startswith("Thiếu thành phần: Phương án vận hành")
    assert first["what"].endswith("Chưa có người trực")
    assert (first["clause"], bool(first["remedy"])) == ("QC9.5", True)
    officer.post(at(chain, "return_parts"), rows((first["what"], first["remedy"], first["clause"])))
    assert chain.fresh().state == State.COMPLETION_REQUESTED
    assert chain.request.points.get().clause == "QC9.5"
    with pytest.raises(StateRefused):
        parts.check_parts(actor=chain.actors["intake_officer"], request=chain.request, ticks={})


def test_only_intake_ticks_and_only_parts_that_are_asked(chain: Chain, asked: list[RequiredPart]) -> None:
    refused(
        PermissionRefused,
        lambda: parts.check_parts(actor=chain.actors["evaluator"], request=chain.request, ticks={"form": (True, "")}),
    )
    intaker = chain.actors["intake_officer"]
    refused(
        InvalidInput,
        lambda: parts.check_parts(actor=intaker, request=chain.request, ticks={"messages": (True, "")}),
    )
    refused(
        GuardRefused,
        lambda: intake.receive(actor=intaker, request=chain.request, ticks={"form": (True, "")}),
    )
    assert PartCheck.objects.count() == 0


def test_the_head_of_division_edits_the_parts_with_a_reason(chain: Chain, desk: Desk) -> None:
    call_command("load_parts", verbosity=0)
    part = RequiredPart.objects.get(kind="new", code="plans")
    address = reverse("admin:connections_requiredpart_change", args=[part.pk])
    fields = {
        "text": "Phương án vận hành (bản mới)",
        "guidance": part.guidance,
        "clause": "QC9.5",
        "source": part.source,
        "active": "on",
        "place": part.place,
    }
    assert desk("intake_officer").post(address, fields | {"reason": "Thử"}).status_code == 403
    head, facts = desk("division_head"), Fact.objects.count()
    assert "Nhập lý do thay đổi" in head.post(address, fields).content.decode()
    assert Fact.objects.count() == facts
    assert head.post(address, fields | {"reason": "Rõ hơn"}).status_code == 302
    part.refresh_from_db()
    assert part.text == "Phương án vận hành (bản mới)"
    assert parts.load_parts(actor=chain.actors["division_head"]) == 0
    part.refresh_from_db()
    assert part.text.endswith("(bản mới)")
