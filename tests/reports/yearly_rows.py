"""Random rows of the year's duties a report tells of: campaigns, funding, training, feedback."""

from datetime import date, timedelta
from uuid import UUID

from accounts.models import Agency, User
from catalog.models import DataService
from core.clock import VIETNAM
from reports.campaign_choices import StatementState
from reports.feedback_choices import AnswerAudience, FeedbackKind, FeedbackState
from reports.models import (
    BudgetAdjustment,
    BudgetLine,
    BudgetTerm,
    BudgetYear,
    Campaign,
    Feedback,
    FeedbackTheme,
    Spending,
    Statement,
    StatementRow,
    TrainingSeat,
    TrainingSession,
)
from reports.training_choices import Result, SeatState, SessionState
from tests.reports.register_draw import Draw

_HANDED_IN = (StatementState.SUBMITTED, StatementState.ACCEPTED)


def fill_yearly(draw: Draw, bodies: list[Agency], people: list[User], count: int) -> None:
    """Write *count* rows of each duty, or a few for each of them; the registers are filled before."""
    _campaigns(draw, bodies, count)
    _funding(draw, count)
    _training(draw, bodies, people, count)
    _feedback(draw, bodies, people, count)


def _uuid(draw: Draw) -> UUID:
    return UUID(int=draw.chance.getrandbits(128))


def _campaigns(draw: Draw, bodies: list[Agency], count: int) -> None:
    chance, campaigns = draw.chance, []
    for n in range(max(count // 4, 4)):
        issued = draw.maybe() if n else draw.edges[0]
        campaigns.append(
            Campaign(
                code=f"DBC-{n}",
                title=f"Đợt {n}",
                period_start=date(2026, 1, 1),
                period_end=date(2026, 6, 30),
                created_at=draw.edges[0],
                state="issued" if issued else "draft",
                issued_at=issued,
                due_at=draw.after(issued) or issued if issued else None,
            )
        )
    statements = []
    for one in Campaign.objects.bulk_create(campaigns):
        for n, body in enumerate(bodies if one.issued_at else ()):
            state, since, due = chance.choice(list(StatementState)), one.issued_at, one.due_at
            assert since is not None
            assert due is not None
            again = draw.after(since) or since if state in _HANDED_IN else draw.maybe()
            first = chance.choice((again, due, due + timedelta(microseconds=1))) if again else None
            statements.append(
                Statement(
                    code=f"{one.code}-{n}",
                    campaign=one,
                    agency=body,
                    state=state,
                    first_submitted_at=min(first, again) if first and again else first,
                    submitted_at=again,
                )
            )
    services = list(DataService.objects.order_by("pk")[:3])
    StatementRow.objects.bulk_create(
        StatementRow(
            statement=one,
            service=service,
            logged=chance.randrange(10_000),
            logged_success=0,
            declared=chance.choice((None, chance.randrange(10_000))),
        )
        for one in Statement.objects.bulk_create(statements)
        for service in services
    )


def _funding(draw: Draw, count: int) -> None:
    chance = draw.chance
    terms = {
        group: BudgetTerm.objects.bulk_create(
            BudgetTerm(group=group, code=f"muc-{n}", name=f"Mục {n}", place=n) for n in range(3)
        )
        for group in ("kind", "source")
    }
    numbers = sorted({edge.astimezone(VIETNAM).year + back for edge in draw.edges for back in (-1, 0)})
    years = BudgetYear.objects.bulk_create(
        BudgetYear(
            year=year,
            last_day=date(year + 1, 1, 31),
            last_day_basis="Hạn nội bộ",
            opened_at=chance.choice((min(draw.edges), draw.moment())),
        )
        for year in numbers
    )
    lines = BudgetLine.objects.bulk_create(
        BudgetLine(
            year=year,
            code=f"D{n}",
            title="Nội dung",
            kind=chance.choice(terms["kind"]),
            source=chance.choice(terms["source"]),
            amount=chance.randrange(10**12),
            basis="Quyết định",
            entered_at=draw.moment(),
        )
        for year in years
        for n in range(max(count // 6, 4))
    )
    BudgetAdjustment.objects.bulk_create(
        BudgetAdjustment(
            line=line,
            delta=chance.choice((-1, 1)) * (1 + chance.randrange(10**9)),
            decision="Quyết định",
            decided_on=draw.day(),
            reason="Lý do",
            at=draw.moment(),
            form_token=_uuid(draw),
        )
        for line in lines
    )
    spendings = []
    for line in lines:
        for _again in range(2):
            entered = draw.moment()
            spent = chance.choice((draw.day(), date(line.year.year, 1, 1), date(line.year.year, 12, 31)))
            spendings.append(
                Spending(
                    line=line,
                    spent_on=spent,
                    amount=1 + chance.randrange(10**9),
                    document="PC",
                    at=entered,
                    form_token=_uuid(draw),
                    voided_at=chance.choice((None, None, draw.after(entered))),
                )
            )
    Spending.objects.bulk_create(spendings)


def _training(draw: Draw, bodies: list[Agency], people: list[User], count: int) -> None:
    chance, sessions = draw.chance, []
    for n in range(count):
        # Every third one lies in the span itself.
        ends = draw.moment() if n % 3 else draw.edges[0] + timedelta(hours=n)
        sessions.append(
            TrainingSession(
                code=f"TH-{n}",
                title="Tập huấn",
                audience="Cán bộ kỹ thuật",
                starts_at=ends - timedelta(hours=3),
                ends_at=ends,
                place="Hội trường",
                content="Nội dung",
                capacity=9,
                state=chance.choice(list(SessionState)),
                opened_at=draw.maybe(),
            )
        )
    seats = [
        TrainingSeat(
            session=one,
            agency=body,
            name=f"Người học {n}",
            name_key=f"nguoi-hoc-{n}",
            position="Chuyên viên",
            state=chance.choice(list(SeatState)),
            registered_by=people[0],
            registered_at=one.starts_at - timedelta(days=1),
            attended=chance.choice((None, True, True, False)),
            result=chance.choice(("", *Result.values)),
        )
        for one in TrainingSession.objects.bulk_create(sessions)
        for n, body in enumerate(bodies * 3)
    ]
    TrainingSeat.objects.bulk_create(seats)


def _feedback(draw: Draw, bodies: list[Agency], people: list[User], count: int) -> None:
    chance, made = draw.chance, []
    themes = FeedbackTheme.objects.bulk_create(FeedbackTheme(name=f"Nhóm {n}") for n in range(3))
    for n in range(count):
        filed = draw.moment()
        answered = draw.after(filed)
        made.append(
            Feedback(
                code=f"GY-{n}",
                agency=chance.choice(bodies),
                author=people[0],
                kind=chance.choice(list(FeedbackKind)),
                subject="Tóm tắt",
                text="Nội dung",
                filed_at=filed,
                due_at=chance.choice((None, answered, draw.moment())),
                form_token=_uuid(draw),
                theme=chance.choice((None, *themes)),
                state=FeedbackState.ANSWERED if answered else FeedbackState.OPEN,
                answer="Trả lời" if answered else "",
                audience=AnswerAudience.OWN if answered else "",
                answered_at=answered,
            )
        )
    Feedback.objects.bulk_create(made)
