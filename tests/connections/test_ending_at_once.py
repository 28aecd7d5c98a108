"""Asking, taking back, answering and naming contacts at the same time: one of each stands (decisions, 3)."""

from typing import Any

import pytest

from accounts.models import Notice
from audit.models import Fact
from connections.choices import Side
from connections.models import EndingRequest
from connections.services.contacts import replace_contact
from connections.services.ending import terminate
from connections.services.endings import ask_ending, decline_ending, withdraw_ending
from core.problems import StateRefused
from tests.connections.conftest import Chain
from tests.connections.test_at_once import Deed, at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("Q50-8.3")]


def deeds(chain: Chain) -> dict[str, Deed]:
    connection, agency = chain.connection(), chain.actors["agency_representative"]
    operator = chain.actors["operator"]
    return {
        "ask": lambda: ask_ending(actor=agency, connection=connection, reason="Thay hệ thống"),
        "take back": lambda: withdraw_ending(actor=agency, connection=connection),
        "decline": lambda: decline_ending(actor=operator, connection=connection, reason="Còn nghĩa vụ"),
        "end": lambda: terminate(actor=operator, request=chain.request, reason="Theo đề nghị"),
    }


def test_one_of_many_answers_stands_and_nothing_waits_on_a_closed_connection(chain: Chain, person: Any) -> None:
    other = person("ky-thuat-hai@lgsp.example", chain.agency, "technician")
    chain.live()
    do = deeds(chain)
    change = lambda: replace_contact(  # noqa: E731
        actor=chain.actors["agency_admin"], connection=chain.connection(), side=Side.AGENCY, person=other
    )
    assert refusals(at_once(change, change, do["ask"], do["ask"])) == [StateRefused] * 2
    assert chain.connection().technical_contact == other
    assert Fact.objects.filter(deed="contact.replaced").count() == 1
    assert EndingRequest.objects.open().count() == 1
    assert Notice.objects.filter(event="request.ending_asked").count() == 1
    assert refusals(at_once(do["take back"], do["decline"], do["decline"])) == [StateRefused] * 2
    row = EndingRequest.objects.get()
    assert (row.withdrawn_at is None) != (row.answered_at is None)
    found = at_once(do["end"], do["ask"], do["decline"])
    assert set(refusals(found)) <= {StateRefused}
    assert chain.connection().closed_at is not None
    assert not EndingRequest.objects.open().exists()
