"""People and things of the registers: a live connection, its provider, SKHCN's people who handle incidents."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from accounts.models import Letter
from accounts.services.calendar import load_calendar
from audit.models import Fact
from catalog.models import Upstream
from connections.models import Grant, Hold
from core import clock
from core.actor import Actor
from core.problems import DomainError
from incidents.models import Alert, AlertRule, Incident, Outage
from incidents.services import incident_steps as steps
from incidents.services.incident_opening import open_by_hand
from tests.catalog.conftest import JOB
from tests.connections.conftest import Chain, chain
from tests.shelf import SHELF

__all__ = ["Desk", "chain", "desk", "refused"]
CLASS: dict[str, Any] = {
    "title": "Dịch vụ đơn vị hành chính trả lời chậm",
    "severity": 3,
    "legal_class": "ordinary",
    "cause": "software",
    "personal_data": False,
    "beyond_capacity": False,
}
WHY = {"root_cause": "Đầy đĩa máy chủ nguồn", "measures": "Mở rộng đĩa, đặt cảnh báo dung lượng"}


@dataclass
class Desk:
    """Who acts: SKHCN's operator, security officer, head and leader; the consumer's people; the provider's."""

    chain: Chain
    handler: Actor
    security: Actor
    provider: Actor

    @property
    def service(self) -> Any:
        return self.chain.service

    def opened(self, severity: int = 3, **fields: Any) -> Incident:
        values = {"title": CLASS["title"], "summary": "Nhiều lượt gọi quá 10 giây", **fields}
        return open_by_hand(actor=self.handler, severity=severity, services=[self.service], **values)

    def classified(self, severity: int = 3, **fields: Any) -> Incident:
        found = steps.acknowledge_incident(actor=self.handler, incident=self.opened(severity))
        return steps.classify_incident(actor=self.handler, incident=found, **{**CLASS, "severity": severity, **fields})

    def resolved(self, severity: int = 3, **fields: Any) -> Incident:
        found = steps.handle_incident(actor=self.handler, incident=self.classified(severity, **fields))
        return steps.resolve_incident(actor=self.handler, incident=found, **WHY)

    def outage(self, *, ago: timedelta = timedelta(minutes=2), environment: str = "live") -> Outage:
        upstream = Upstream.objects.filter(version__service=self.service, environment=environment).first()
        return Outage.objects.create(
            upstream=upstream, sign="checks", detail="Không nối được", opened_at=clock.now() - ago
        )

    def alert(self, *, rule: str = "error-ratio", clause: str = "", **fields: Any) -> Alert:
        """Put an alert into the database as detection would leave it; what lasts of its key is closed."""
        known = AlertRule.objects.filter(code=rule).first()
        if known is None:
            known = AlertRule(code=rule, name="Tỷ lệ lỗi", detector="error_ratio", severity="high", threshold=40)
            known.basis, known.clause = "kiểm thử", clause
            known.save()
        given: dict[str, Any] = {"subject_kind": "service", "subject_id": self.service.code, "service": self.service}
        given |= {"severity": "high", "summary": "Tỷ lệ lỗi 40% trong 5 phút", **fields}
        given.setdefault("key", f"{rule}|{given['subject_kind']}|{given['subject_id']}")
        now = clock.now()
        for before in Alert.objects.lasting().filter(key=given["key"]):
            before.state, before.closed_at = "closed", now
            before.save()
        times = {"first_at": now - timedelta(minutes=3), "last_at": now, "opened_at": now}
        return Alert.objects.create(rule=known, **times, **given)

    def grant(self) -> Grant:
        return Grant.objects.open().get(environment="live", service=self.service)


@pytest.fixture
def desk(chain: Chain, person: Any, actor: Any) -> Desk:
    """A live chain, the calendar, and the people of the registers."""
    chain.live()
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))
    provider = actor(person("cung-cap@lgsp.example", chain.provider, "provider_officer"))
    return Desk(chain, chain.actors["operator"], chain.actors["security_officer"], provider)


def refused(kind: type[DomainError], deed: Callable[[], Any]) -> Any:
    """Return how *deed* was refused, having seen that it left every row of the registers as it was."""
    before = everything()
    with pytest.raises(kind) as caught:
        deed()
    assert type(caught.value) is kind
    assert everything() == before
    return caught.value


def everything() -> dict[str, Any]:
    """Return every row of the registers, with facts, letters, grants and holds."""
    models = [model for model in apps.get_app_config("incidents").get_models() if "health" not in model.__name__]
    return {
        model.__name__: list(model.objects.order_by("pk").values()) for model in (*models, Fact, Letter, Grant, Hold)
    }
