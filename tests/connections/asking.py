"""A connected system that asks to use another service: who asks, who provides, who decides."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accounts.models import User
from catalog.models import DataService
from connections.models import AccessLine, AccessRequest, Grant
from connections.services import access as weighing
from connections.services import baskets
from core import clock
from core.actor import Actor

if TYPE_CHECKING:
    from tests.connections.conftest import Chain

DETAILS: dict[str, Any] = {
    "purpose_text": "Tự điền thửa đất vào hồ sơ một cửa",
    "legal_basis": "Khoản 4 Điều 4 Quy chế; chức năng của Sở",
    "frequency": "Mỗi khi tiếp nhận hồ sơ",
    "networks": ["10.20.30.0/24"],
}


@dataclass
class Asking:
    """The way of one request for use, on a live chain."""

    chain: "Chain"
    service: DataService
    advisor: Actor
    advising: User

    @property
    def officer(self) -> Actor:
        return self.chain.actors["agency_officer"]

    @property
    def sender(self) -> Actor:
        return self.chain.actors["agency_representative"]

    def basket(self, service: DataService | None = None) -> AccessRequest:
        """Put the service into the basket and fill everything out."""
        wanted = service or self.service
        found = baskets.add_to_basket(actor=self.officer, system=self.chain.system, service=wanted)
        line = {"operations": ["list", "one"], "fields": ["code", "name"], "daily_quota": 500}
        baskets.set_basket_line(actor=self.officer, access=found, service=wanted, **line)
        until = clock.today() + timedelta(days=200)
        details = {**DETAILS, "purpose": self.chain.purpose, "wanted_until": until}
        return baskets.set_basket(actor=self.officer, access=found, **details)

    def sent(self) -> AccessRequest:
        """Send it."""
        return baskets.send_basket(actor=self.sender, access=self.basket())

    def heard(self) -> AccessRequest:
        """Let the provider agree."""
        found = self.sent()
        weighing.give_opinion(actor=self.advisor, line=self.line(found), opinion="agree")
        found.refresh_from_db()
        return found

    def proposed(self, **decision: Any) -> AccessRequest:
        """Let the evaluator propose, as asked unless *decision* says otherwise."""
        found = self.heard()
        decisions = {self.line(found).pk: decision or {"outcome": "approved"}}
        return weighing.propose_decision(actor=self.chain.actors["evaluator"], access=found, decisions=decisions)

    def decided(self, **decision: Any) -> list[Grant]:
        """Let the leader decide."""
        return weighing.decide_access(actor=self.chain.actors["department_leader"], access=self.proposed(**decision))

    def line(self, access: AccessRequest) -> AccessLine:
        """Return the only line."""
        return AccessLine.objects.select_related("access", "service").get(access=access)
