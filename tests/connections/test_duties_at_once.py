"""What follows go-live, done at the same time as itself: one wins, the other is told, nothing is there twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Notice
from accounts.services.agencies import end_agency
from audit.models import Fact
from connections.models import Declaration, DutyReminder, Inspection
from connections.services import inspections
from connections.services.declarations import declare_security
from connections.services.duty_reminders import remind_of_duties
from connections.services.succession import hand_over
from core import clock
from core.problems import StateRefused
from tests.connections.conftest import Chain
from tests.connections.duties import long_live, on
from tests.connections.test_at_once import at_once, refusals
from tests.connections.test_declarations import answers
from tests.connections.test_inspections import all_met, begin, conclude, mark

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.clause("QC15.4", "QC14.6", "QC2.1")
def test_each_duty_is_done_once_however_often_it_is_sent(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = long_live(chain)
    call_command("load_reminders", verbosity=0)
    with monkeypatch.context() as patched:
        patched.setattr("core.clock.now", lambda: on(2026, 6, 3))
        given = at_once(*[remind_of_duties] * 3)
    assert sum(given) == DutyReminder.objects.count() == 2
    assert Notice.objects.filter(event="duty.overdue").count() == 3
    given_answers = answers()

    def declare() -> Any:
        return declare_security(
            actor=chain.actors["agency_representative"], connection=connection, answers=given_answers
        )

    assert refusals(at_once(declare, declare)) == [StateRefused]
    assert Declaration.objects.count() == 1
    start = lambda: begin(chain)  # noqa: E731
    assert refusals(at_once(start, start)) == [StateRefused]
    made = Inspection.objects.get()
    code = made.marks.order_by("criterion__place").values_list("criterion__code", flat=True)[0]
    saw = {code: inspections.seen(made.marks.get(criterion__code=code))}
    write = lambda text: mark(chain, made, {code: ("fail", text)}, seen_before=saw)  # noqa: E731
    assert refusals(at_once(lambda: write("Một"), lambda: write("Hai"))) == [StateRefused]
    mark(chain, made, all_met(made))
    end = lambda: conclude(chain, made)  # noqa: E731
    assert refusals(at_once(end, end)) == [StateRefused]
    assert Fact.objects.filter(deed="inspection.concluded").count() == 1
    operator, yesterday = chain.actors["operator"], clock.today() - timedelta(days=1)
    end_agency(actor=operator, agency=chain.agency, valid_to=yesterday, reason="Sáp nhập", successor=chain.provider)
    give = lambda: hand_over(actor=operator, agency=chain.agency, reason="Sáp nhập")  # noqa: E731
    assert refusals(at_once(give, give)) == [StateRefused]
    assert Fact.objects.filter(deed="system.transferred").count() == 1
