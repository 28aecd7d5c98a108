"""Random rows of the registers a report counts."""

from datetime import timedelta

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import (
    DataErrorReport,
    DataService,
    DirectSharing,
    InformationSystem,
    Purpose,
    ServiceVersion,
    SharingReview,
)
from connections.choices import Step
from connections.models import Clock, ClockPause, Connection, ConnectionRequest, Grant, Hold
from incidents.models import ExpectedUse, Incident, IncidentDeadline, Violation
from incidents.register_choices import Act, Cause, IncidentState, LegalClass, Outcome, ViolationState
from tests.reports.operation_rows import fill_operation
from tests.reports.register_draw import Draw


def fill(draw: Draw, bodies: list[Agency], people: list[User], count: int) -> None:
    """Write *count* rows of each register."""
    purpose = Purpose.objects.create(code="thu-tuc", title="Thủ tục", source="kiểm thử")
    services = _services(draw, bodies, count)
    _connections(draw, bodies, people, purpose, services, count)
    _incidents(draw, count)
    _violations(draw, bodies, people, count)
    _duties(draw, bodies, people, services, count)
    fill_operation(draw, services, count)


def _services(draw: Draw, bodies: list[Agency], count: int) -> list[DataService]:
    choice = draw.chance.choice
    services = DataService.objects.bulk_create(
        DataService(code=f"dich-vu-{n}", title=f"Dịch vụ {n // 2}", provider=choice(bodies), not_state_secret=True)
        for n in range(count // 2)
    )
    versions = []
    for service in services:
        for name in ("v1", "v2"):
            published = draw.maybe()
            withdrawn = draw.after(published) if published else None
            state = "withdrawn" if withdrawn else "published" if published else "draft"
            versions.append(
                ServiceVersion(service=service, name=name, state=state, published_at=published, withdrawn_at=withdrawn)
            )
    ServiceVersion.objects.bulk_create(versions)
    return services


def _connections(
    draw: Draw,
    bodies: list[Agency],
    people: list[User],
    purpose: Purpose,
    services: list[DataService],
    count: int,
) -> None:
    choice = draw.chance.choice
    systems = _systems(draw, bodies, count)
    requests: list[ConnectionRequest] = []
    connections: list[Connection] = []
    grants: list[Grant] = []
    for n, system in enumerate(systems):
        sent = draw.maybe()
        moments = {
            name: draw.maybe() if sent else None for name in ("received_at", "approved_at", "live_at", "ended_at")
        }
        state = choice(("terminated", "withdrawn", "closed")) if moments["ended_at"] else "live"
        requests.append(
            ConnectionRequest(
                number=f"HS-{n}" if sent else "",
                kind=choice(("new", "new", "change")),
                agency=choice(bodies),
                system=system,
                purpose=purpose,
                created_by=people[0],
                created_at=draw.moment(),
                changed_at=draw.moment(),
                submitted_at=sent,
                state=state if sent else "draft",
                **moments,
            )
        )
    requests = ConnectionRequest.objects.bulk_create(requests)
    _clocks(draw, requests)
    for system, request in zip(systems, requests, strict=True):
        live = draw.maybe()
        connections.append(
            Connection(
                system=system,
                request=request,
                opened_at=draw.moment(),
                live_at=live,
                closed_at=draw.after(live) if live else None,
            )
        )
    connections = Connection.objects.bulk_create(connections)
    holds = []
    for one in connections:
        for side in draw.chance.sample(("agency", "provider", "operator"), draw.chance.randrange(3)):
            placed = draw.moment()
            holds.append(
                Hold(
                    connection=one,
                    side=side,
                    agency=choice(bodies),
                    placed_by=people[0],
                    placed_at=placed,
                    lifted_at=draw.after(placed),
                )
            )
        for service in draw.chance.sample(services, 2):
            begins, opened = draw.day(), draw.moment()
            grants.append(
                Grant(
                    code=f"QK-{len(grants)}",
                    connection=one,
                    request=one.request,
                    system=one.system,
                    service=service,
                    environment=choice(("live", "live", "sandbox")),
                    purpose=purpose,
                    daily_quota=1000,
                    valid_from=begins,
                    valid_to=draw.later(begins) if draw.chance.random() < 0.5 else None,
                    gate_id=len(grants) + 1,
                    opened_at=opened,
                    revoked_at=draw.after(opened),
                )
            )
    Hold.objects.bulk_create(holds)
    grants = Grant.objects.bulk_create(grants)
    ExpectedUse.objects.bulk_create(
        ExpectedUse(
            grant=grant,
            cadence=choice(("none", "daily", "weekly")),
            daily_calls=choice((None, 10, 250)),
            declared_at=draw.moment(),
        )
        for grant in grants
        if draw.chance.random() < 0.7
    )


def _systems(draw: Draw, bodies: list[Agency], count: int) -> list[InformationSystem]:
    """Write systems with the facts of their moves: registered, retired later, retired as drafts, or never moved."""
    choice = draw.chance.choice
    lives = []
    for _ in range(count):
        registered = draw.maybe()
        retired = draw.after(registered) if registered else draw.maybe()
        lives.append([(at, state) for at, state in ((registered, "registered"), (retired, "retired")) if at])
    systems = InformationSystem.objects.bulk_create(
        InformationSystem(
            code=f"H60.HT{n}",
            code_base="H60",
            code_number=n,
            name=f"Hệ thống {n}",
            owner=(owner := choice(bodies)),
            operating_unit=owner,
            state=moves[-1][1] if moves else "draft",
        )
        for n, moves in enumerate(lives, start=1)
    )
    Fact.objects.bulk_create(
        Fact(
            at=at,
            deed=f"system.{state}",
            actor_kind="system",
            actor_name="Kiểm thử",
            subject_type="catalog.informationsystem",
            subject_id=str(system.pk),
            subject_name=system.name,
            before={"state": moves[place - 1][1] if place else "draft"},
            after={"state": state},
        )
        for system, moves in zip(systems, lives, strict=True)
        for place, (at, state) in enumerate(moves)
    )
    return systems


def _clocks(draw: Draw, requests: list[ConnectionRequest]) -> None:
    """Write deadlines of hours, which need no calendar; some that never ended stand still from a moment on."""
    choice = draw.chance.choice
    made = []
    for request in requests:
        for step in draw.chance.sample(Step.values, 2):
            started, amount = draw.moment(), choice((1, 24, 500))
            due = started + timedelta(hours=amount)
            ended = choice((None, draw.after(started), due, due + timedelta(microseconds=1)))
            made.append(
                Clock(
                    request=request,
                    step=step,
                    amount=amount,
                    unit="hour",
                    statutory=False,
                    basis="Hạn nội bộ",
                    started_at=started,
                    ended_at=ended,
                )
            )
    made = Clock.objects.bulk_create(made)
    ClockPause.objects.bulk_create(
        ClockPause(clock=one, started_at=draw.moment(), reason="Chờ")
        for one in made
        if one.ended_at is None and choice((True, False))
    )


def _incidents(draw: Draw, count: int) -> None:
    choice, made = draw.chance.choice, []
    for n in range(count):
        found = draw.moment()
        state = choice(list(IncidentState))
        closed = state in (IncidentState.CLOSED, IncidentState.DISMISSED)
        made.append(
            Incident(
                code=f"SC-{n}",
                title=f"Sự cố {n}",
                origin="staff",
                state=state,
                severity=choice((1, 2, 3, 4)),
                legal_class=choice(("", *LegalClass.values)),
                cause=choice(("", *Cause.values[:3])),
                personal_data=choice((True, False)),
                started_at=found,
                detected_at=found,
                resolved_at=draw.after(found),
                closed_at=max(found, draw.moment()) if closed else None,
            )
        )
    made = Incident.objects.bulk_create(made)
    IncidentDeadline.objects.bulk_create(
        IncidentDeadline(
            incident=one,
            code=code,
            name="Việc",
            amount=1,
            unit="hour",
            basis="Hạn nội bộ",
            due_at=(due := draw.moment()),
            met_at=choice((draw.maybe(), due, due + timedelta(microseconds=1))),
        )
        for one in made
        for code in ("first", "final")
    )


def _violations(draw: Draw, bodies: list[Agency], people: list[User], count: int) -> None:
    choice, made = draw.chance.choice, []
    for n in range(count):
        outcome = choice(("", *Outcome.values))
        made.append(
            Violation(
                code=f"VP-{n}",
                act=choice(Act.values),
                agency=choice(bodies),
                facts="Diễn biến",
                from_at=draw.edges[0],
                until_at=draw.edges[0],
                state=choice(ViolationState.values),
                opened_by=people[0],
                opened_at=draw.moment(),
                outcome=outcome,
                reason="Lý do" if outcome else "",
                decided_at=draw.moment() if outcome else None,
                decided_by=people[1] if outcome else None,
                appealed_at=draw.maybe(),
                appeal_result=choice(("", "upheld", "overturned")),
                answered_at=draw.moment(),
                closed_at=draw.maybe(),
            )
        )
    Violation.objects.bulk_create(made)


def _duties(draw: Draw, bodies: list[Agency], people: list[User], services: list[DataService], count: int) -> None:
    choice, sharings = draw.chance.choice, []
    for n in range(count):
        begins = draw.day()
        sharings.append(
            DirectSharing(
                provider=choice(bodies),
                receiver=choice(bodies),
                data="Dữ liệu",
                why="Lý do",
                authority="Ủy ban nhân dân tỉnh",
                legal_basis="Căn cứ",
                decision_number=f"{n}/QĐ",
                decided_on=begins,
                valid_from=begins,
                valid_to=draw.later(begins),
                review_on=draw.day(),
                ended_on=choice((None, draw.day())),
            )
        )
    sharings = DirectSharing.objects.bulk_create(sharings)
    SharingReview.objects.bulk_create(
        SharingReview(
            sharing=choice(sharings),
            outcome=choice(("keep", "move", "end")),
            note="Nhận xét",
            reviewed_at=draw.moment(),
        )
        for _ in range(count)
    )
    reports = []
    for n in range(count):
        filed = draw.moment()
        answered, due = draw.after(filed), choice((None, draw.moment()))
        reports.append(
            DataErrorReport(
                code=f"SL-{n}",
                agency=choice(bodies),
                reporter=people[0],
                service=choice(services),
                wrong="Sai",
                state="answered" if answered else "new",
                answer=choice(("corrected", "not_error", "more")) if answered else "",
                filed_at=filed,
                due_at=choice((due, answered)),
                answered_at=answered,
                closed_at=draw.after(answered or filed),
            )
        )
    DataErrorReport.objects.bulk_create(reports)
