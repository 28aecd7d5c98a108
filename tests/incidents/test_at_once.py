"""Two people close one case at the same moment: one does, the other is refused, the history has one closing."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from audit.models import Fact
from core.problems import StateRefused
from incidents.models import IncidentEntry, ViolationEntry
from incidents.register_choices import EntryKind, Said
from incidents.services import incident_steps, violation_steps
from tests.connections.conftest import chain
from tests.incidents.registers import Desk, desk
from tests.incidents.test_violations import decided

__all__ = ["chain", "desk"]


def at_once(*deeds: Callable[[], Any]) -> list[StateRefused]:
    """Do *deeds* each in a thread and transaction of its own, begun together; return how the others were refused."""
    gate, refusals = threading.Barrier(len(deeds)), list[StateRefused]()

    def work(deed: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            deed()
        except StateRefused as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("QC14.3", "QC5.1")
def test_two_who_close_a_case_at_once_close_it_once(desk: Desk) -> None:
    incident, handlers = desk.resolved(), (desk.handler, desk.security)
    seen = incident.revision
    refusals = at_once(
        *(
            lambda who=who: incident_steps.close_incident(actor=who, incident=incident, revision=seen)  # type: ignore[misc]
            for who in handlers
        )
    )
    fact = Fact.objects.get(deed="incident.close")
    assert [str(refusal.detail).split(" vừa thay đổi")[0] for refusal in refusals] == [fact.actor_name]
    incident.refresh_from_db()
    assert (incident.state, incident.revision) == ("closed", seen + 1)
    closings = IncidentEntry.objects.filter(incident=incident, kind=EntryKind.STEP, text__startswith="Đóng sự cố")
    assert closings.count() == 1
    # The same without having said what they saw: the second finds it closed.
    violation = decided(desk, "none")
    refusals = at_once(
        *(
            lambda who=who: violation_steps.close_violation(actor=who, violation=violation, text="Xong")  # type: ignore[misc]
            for who in handlers
        )
    )
    assert len(refusals) == 1
    assert "Kết thúc" in str(refusals[0].detail) or "Đã kết thúc" in str(refusals[0].detail)
    violation.refresh_from_db()
    assert violation.state == "closed"
    assert ViolationEntry.objects.filter(violation=violation, kind=Said.CLOSED).count() == 1
    assert Fact.objects.filter(deed="violation.close").count() == 1
