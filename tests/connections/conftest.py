"""A dossier brought to any state by the real deeds, and the people who take each step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from catalog.models import (
    DataElement,
    DataService,
    InformationSystem,
    Operation,
    Purpose,
    Sector,
    ServiceVersion,
    Upstream,
)
from connections.choices import Mark, State
from connections.models import Connection, ConnectionRequest, Trial
from connections.services import (
    approval,
    confirmation,
    drafts,
    ending,
    environment,
    evaluation,
    golive,
    intake,
    sending,
    trials,
)
from core.actor import Actor
from core.text import fold
from tests.connections.asking import Asking
from tests.connections.call_log import log_calls
from tests.connections.seeds import fill
from tests.connections.steps import begin_under_these_settings, step
from tests.shelf import SHELF

FILING: dict[str, dict[str, Any]] = {
    "contacts": {"responsible_leader": "Phó Giám đốc Sở (mẫu)"},
    "purpose": {"purpose_text": "Điền sẵn nơi cư trú vào hồ sơ", "legal_basis": "Chức năng, nhiệm vụ của Sở"},
    "scope": {"personal_data": False, "state_secret": False, "national_database": False},
    "technical": {"networks": ["10.20.30.0/24"], "daily_calls": 5000, "peak_per_second": 10},
    "plans": {"operation_plan": "Trực giờ hành chính", "security_plan": "Khóa giữ trong kho bí mật"},
}


@dataclass
class Chain:
    """The people of both sides as actors, one published service, one registered system, and the way of a dossier."""

    actors: dict[str, Actor]
    users: dict[str, User]
    agency: Agency
    operator: Agency
    provider: Agency
    system: InformationSystem
    service: DataService
    purpose: Purpose
    request: ConnectionRequest = field(init=False)

    @step
    def draft(self) -> ConnectionRequest:
        """File every part as the agency's officer."""
        officer = self.actors["agency_officer"]
        self.request = drafts.begin_request(actor=officer)
        given: dict[str, dict[str, Any]] = {**FILING, "system": {"system": self.system}}
        given["contacts"] = {**FILING["contacts"], "technical_contact": self.users["technician"]}
        given["purpose"] = {**FILING["purpose"], "purpose": self.purpose}
        line = {"service": self.service, "operations": ["list", "one"], "fields": ["code", "name"], "daily_quota": 900}
        given["scope"] = {**FILING["scope"], "lines": [line]}
        for part, fields in given.items():
            self.request = drafts.save_part(actor=officer, request=self.request, part=part, **fields)
        return self.request

    @step
    def submit(self) -> ConnectionRequest:
        """Send it as the representative."""
        self.request = sending.submit(
            actor=self.actors["agency_representative"], request=self.draft(), version=None, committed=True
        )
        return self.request

    @step
    def receive(self) -> ConnectionRequest:
        """Receive it at intake."""
        self.submit()
        return self._receive()

    def _receive(self) -> ConnectionRequest:
        self.request = intake.receive(
            actor=self.actors["intake_officer"], request=self.request, evaluator=self.users["evaluator"]
        )
        return self.request

    def receive_draft(self) -> ConnectionRequest:
        """Send and receive the draft as it stands."""
        self.request = sending.submit(actor=self.actors["agency_representative"], request=self.request, committed=True)
        return self._receive()

    @step
    def ask(self) -> ConnectionRequest:
        """Ask for one completion."""
        points = [{"what": "Thiếu phương án dự phòng", "remedy": "Bổ sung người trực thay", "clause": "QC9.5"}]
        self.request = evaluation.request_completion(
            actor=self.actors["evaluator"], request=self.receive(), points=points
        )
        return self.request

    def answer(self) -> ConnectionRequest:
        """Answer what is asked, and send it back."""
        answers = {point.pk: "Đã bổ sung" for point in self.request.points.filter(resolved_at__isnull=True)}
        self.request = sending.answer_completion(
            actor=self.actors["agency_representative"], request=self.request, answers=answers
        )
        return self.request

    def mark_all(self) -> None:
        """Judge every criterion as met."""
        current = self.request.evaluations.order_by("-round")[0]
        marks = {mark.criterion.code: (Mark.PASS, "", "") for mark in current.marks.select_related("criterion")}
        evaluation.mark(actor=self.actors["evaluator"], request=self.request, marks=marks)

    @step
    def propose(self) -> ConnectionRequest:
        """Judge it and put it before the leader."""
        self.receive()
        self.mark_all()
        self.request = approval.propose(actor=self.actors["division_head"], request=self.request)
        return self.request

    @step
    def approve(self) -> ConnectionRequest:
        """Approve it."""
        self.request = approval.approve(actor=self.actors["department_leader"], request=self.propose())
        return self.request

    @step
    def set_up(self) -> Trial:
        """Make the sandbox: grants, gates, plan of tests."""
        self.approve()
        return self.make_sandbox()

    def make_sandbox(self) -> Trial:
        """Make the sandbox of a dossier that is approved."""
        return environment.set_up(
            actor=self.actors["operator"], request=self.request, duty_contact=self.users["operator"]
        )

    def call_sandbox(self) -> None:
        """Let the sandbox's log hold what every case of the plan asks for."""
        grant = self.fresh().grants.open().get(environment="sandbox")
        for operation in grant.operations:
            log_calls(grant, operation=operation, count=12)
        log_calls(grant, verdict="R", status=401, reason="nonce-reused")
        log_calls(grant, verdict="X", status=401, reason="signature-invalid")
        log_calls(grant, verdict="X", status=403, reason="operation-not-granted")

    def judge_typed_cases(self, trial: Trial) -> None:
        """Type the results only people can see."""
        for case in trial.cases.filter(measure="hand"):
            trials.judge_by_hand(
                actor=self.actors["operator"],
                case=case,
                result="pass",
                actual="Danh sách ở hai bên trùng nhau",
                evidence="Biên bản đối chiếu cấu hình ngày kiểm thử",
            )

    @step
    def pass_tests(self) -> Trial:
        """Bring every case of a new sandbox to a pass."""
        trial = self.set_up()
        self.call_sandbox()
        trials.measure(actor=self.actors["technician"], trial=trial)
        self.judge_typed_cases(trial)
        return trial

    @step
    def finish(self) -> Trial:
        """Freeze the record."""
        self.pass_tests()
        return self.freeze()

    def freeze(self) -> Trial:
        """Freeze the record of tests that passed."""
        return trials.finish_tests(actor=self.actors["operator"], request=self.request)

    def finish_again(self) -> Trial:
        """Bring the round that was begun anew to a record."""
        self.call_sandbox()
        self.judge_typed_cases(self.request.trials.order_by("-round")[0])
        return self.freeze()

    def confirm_as(self, role: str, **fields: Any) -> ConnectionRequest:
        """Confirm the record that waits as the holder of *role*."""
        trial = self.request.trials.order_by("-round")[0]
        given = {"content_hash": trial.content_hash, "agreed": True, **fields}
        return confirmation.confirm(actor=self.actors[role], request=self.request, **given)

    @step
    def ready(self) -> ConnectionRequest:
        """Let both sides confirm."""
        self.finish()
        self.confirm_as("operator")
        return self.confirm_as("agency_representative")

    @step
    def live(self) -> ConnectionRequest:
        """Put it into operation."""
        self.ready()
        return golive.go_live(actor=self.actors["operator"], request=self.request)

    @step
    def end(self) -> ConnectionRequest:
        """Disconnect it."""
        self.live()
        return ending.terminate(actor=self.actors["operator"], request=self.request, reason="Hết nhu cầu")

    def connection(self) -> Connection:
        """Return the system's connection as the database has it."""
        return Connection.objects.get(system=self.system)

    def fresh(self) -> ConnectionRequest:
        """Return the dossier as the database has it."""
        return ConnectionRequest.objects.get(pk=self.request.pk)


def publish(service_code: str, provider: Agency) -> DataService:
    """Put a published service with two operations into the catalogue, as rows."""
    service = DataService.objects.create(
        code=service_code,
        title="Đơn vị hành chính",
        provider=provider,
        data_scope="Mã và tên xã, phường",
        eligible_consumers="Cơ quan nhà nước của tỉnh",
        sharing_method="online",
        sharing_class="shared",
        personal_data="none",
        importance="other",
        data_layer="reference",
        sector=Sector.objects.get_or_create(code="quan-ly-hanh-chinh", defaults={"title": "Quản lý hành chính"})[0],
        not_state_secret=True,
        search=fold("Đơn vị hành chính"),
    )
    version = ServiceVersion(service=service, name="v1")
    version.save()
    for code, template in (("list", "/communes"), ("one", "/communes/{code}")):
        operation = Operation.objects.create(version=version, code=code, title=code, template=template)
        for place, name in enumerate(("code", "name", "level"), start=1):
            DataElement.objects.create(
                operation=operation, name=name, label=name, place=place, data_class="public", search=name
            )
    for place in ("sandbox", "live"):
        Upstream.objects.create(version=version, environment=place, base_url="http://127.0.0.1:9")
    version.publish()
    version.published_at = datetime(2026, 1, 5, tzinfo=UTC)
    version.save()
    return service


@pytest.fixture
def chain(agency: Callable[..., Agency], person: Callable[..., User], settings: Any) -> Chain:
    """Both sides ready for the procedure."""
    settings.LOOPBACK_UPSTREAMS = True
    begin_under_these_settings()
    return Chain(**SHELF.take("chain", lambda: begin(agency, person)))


def begin(agency: Callable[..., Agency], person: Callable[..., User]) -> dict[str, Any]:
    """Put both sides, a system and a service into the database; return what a chain holds."""
    fill()
    own = agency("H60.07", name="Sở Nông nghiệp và Môi trường")
    operator = agency("H60.02", name="Sở Khoa học và Công nghệ", is_operator=True)
    provider = agency("H60.03", name="Sở Nội vụ")
    places = {
        **dict.fromkeys(("agency_officer", "agency_representative", "technician", "agency_admin"), own),
        **dict.fromkeys(
            ("intake_officer", "evaluator", "division_head", "department_leader", "operator", "security_officer"),
            operator,
        ),
    }
    users = {role: person(f"{role}@lgsp.example", place, role) for role, place in places.items()}
    system = InformationSystem(
        code="H60.07.HT01",
        code_base="H60.07",
        code_number=1,
        name="Phần mềm một cửa",
        owner=own,
        operating_unit=own,
        purpose="Giải quyết thủ tục",
        security_level=2,
        environments=["sandbox", "live"],
        search=fold("Phần mềm một cửa H60.07.HT01"),
    )
    system.save()
    system.register()
    system.save()
    purpose = Purpose.objects.get_or_create(
        code="administrative-procedures", defaults={"title": "Giải quyết thủ tục hành chính", "source": "kiểm thử"}
    )[0]
    return {
        "actors": {role: actor_for(user, standings_of(user), agency_id=None) for role, user in users.items()},
        "users": users,
        "agency": own,
        "operator": operator,
        "provider": provider,
        "system": system,
        "service": publish("administrative-units", provider),
        "purpose": purpose,
    }


@pytest.fixture
def asking(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User], actor: Callable[..., Actor]
) -> Asking:
    """A live chain, another published service of another agency, and that agency's officer."""
    chain.live()
    provider = agency("H60.05", name="Sở Xây dựng")
    advising = person("cung-cap.sxd@lgsp.example", provider, "provider_officer")
    return Asking(chain, publish("land-parcels", provider), actor(advising), advising)


Desk = Callable[[str], Client]


@pytest.fixture
def desk(chain: Chain, signed_in: Callable[[User], Client]) -> Desk:
    """Return the browser of the person with a role, signed in once."""
    known: dict[str, Client] = {}

    def open_for(role: str) -> Client:
        if role not in known:
            known[role] = signed_in(chain.users[role])
        return known[role]

    return open_for


REACHED: dict[State, str] = {
    State.DRAFT: "draft",
    State.SUBMITTED: "submit",
    State.EVALUATING: "receive",
    State.COMPLETION_REQUESTED: "ask",
    State.AWAITING_APPROVAL: "propose",
    State.TECHNICALLY_APPROVED: "approve",
    State.TESTING: "set_up",
    State.AWAITING_CONFIRMATION: "finish",
    State.READY: "ready",
    State.LIVE: "live",
    State.TERMINATED: "end",
}
