"""What a report says: no data told from zero, bodies that are gone under their old name, few queries, drafts."""

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency
from accounts.services.agencies import change_agency, end_agency
from audit.models import Fact
from audit.services.rollups import roll_up
from catalog.services.systems import move_system, register_system
from core.actor import Actor
from core.clock import VIETNAM, start_of
from reports.choices import Kind, Unit
from reports.comparing import windows
from reports.content.assembling import sections
from reports.content.assessing import assessment, figures_of, recommendations
from reports.content.figures import Figure, Frozen, Letterhead, Section, thaw
from reports.periods import Period
from reports.queries.agencies import agencies_then
from reports.queries.catalogue import catalogue_figures
from reports.queries.window import Window
from tests.catalog.conftest import JOB, SYSTEM
from tests.reports import register_rows as rows
from tests.reports.raw_calls import Call, made_up, write
from tests.reports.register_rows import Draw, fill

pytestmark = pytest.mark.django_db
CALENDAR: Any = "calendar"
OCTOBER = Period(Kind.MONTH, CALENDAR, date(2026, 10, 1), date(2026, 10, 31))
HEAD = Letterhead("", "", "", "", "", "", (), (), "")


def made(period: Period = OCTOBER) -> tuple[Section, ...]:
    """Return the sections of a whole period."""
    roll_up()
    return sections(Window(period.since, period.until), windows(period, period.until))


def at(day: int, month: int = 10, year: int = 2026, hour: int = 9) -> datetime:
    """Return a moment on the Vietnamese clock."""
    return datetime(year, month, day, hour, tzinfo=VIETNAM)


def call(body: Agency, moment: datetime, **changed: Any) -> Call:
    """Return a call of *body* that ended well."""
    one = made_up(random.Random(1), [moment], [(body, body, datetime.max.replace(tzinfo=UTC))])[0]
    intent = {**one.intent, "verdict": "A", "refused": False, "calls": 1, "environment": "live", **changed}
    return Call(intent, (("F", 200, "", "", 40),))


def table(found: tuple[Section, ...], code: str) -> tuple[Any, ...]:
    """Return the rows of one table."""
    return next(one.rows for section in found for one in section.tables if one.code == code)


# -- no data and zero --------------------------------------------------------------------------------
@pytest.mark.clause("QC14.5")
def test_before_the_platform_began_there_is_no_data_and_from_then_on_zero(agency: Callable[..., Agency]) -> None:
    body = agency("H60.31")
    write([call(body, at(20, 9))])
    got = figures_of(made())
    assert (got["calls_total"].value, got["calls_total"].previous, got["calls_total"].last_year) == (0, 1, None)
    assert (got["incidents_opened"].value, got["incidents_opened"].previous) == (0, 0)
    assert {item.last_year for item in got.values()} == {None}
    # Nothing to reckon a share from is no zero either.
    assert (got["calls_success_rate"].value, got["calls_success_rate"].previous) == (None, 100.0)


def test_a_deed_recorded_earlier_makes_the_missing_rows_zero(agency: Callable[..., Agency]) -> None:
    write([call(agency("H60.31"), at(20))])
    Fact.objects.create(at=at(31, 10, 2025), deed="agency.created", actor_kind="system", subject_type="x")
    got = figures_of(made())
    assert (got["calls_total"].value, got["calls_total"].previous, got["calls_total"].last_year) == (1, 0, 0)


def test_a_period_before_the_platform_began_says_so_and_has_no_number(agency: Callable[..., Agency]) -> None:
    write([call(agency("H60.31"), at(5, 11))])
    found = made()
    assert {item.value for item in figures_of(found).values()} == {None}
    assert all(one.rows == () for section in found for one in section.tables)
    assert all("nền tảng có số liệu đầu tiên (05/11/2026)" in section.summary for section in found)
    assert all(section.charts == () for section in found)
    assert assessment(found) == ""
    assert recommendations(found) == "Không có kiến nghị."


# -- bodies that are gone ----------------------------------------------------------------------------
@pytest.mark.clause("QC14.5", "QC2.1")
def test_a_body_merged_inside_the_period_keeps_its_line_and_names_its_successor(
    agency: Callable[..., Agency], person: Callable[..., Any], actor: Callable[..., Actor]
) -> None:
    heir = agency("H60.32", name="Sở Nội vụ")
    gone = agency("H60.41", name="Sở Lao động", may_file=False)
    manager = actor(person("quan-ly@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    calls = [(gone, at(3)), (gone, start_of(date(2026, 10, 15)) - timedelta(microseconds=1)), (heir, at(20))]
    write([call(body, when, n=n, call_id=made_call_id(n)) for n, (body, when) in enumerate(calls, start=1)])
    end_agency(
        actor=manager, agency=gone, valid_to=date(2026, 10, 14), successor=heir, move_children=False, reason="Sắp xếp"
    )
    found = made()
    assert [row[:3] for row in table(found, "use_by_agency")] == [
        ("Sở Lao động (kết thúc ngày 14/10/2026, cơ quan kế thừa: Sở Nội vụ)", "H60.41", 2),
        ("Sở Nội vụ", "H60.32", 1),
    ]
    assert figures_of(found)["calls_total"].value == 3
    assert figures_of(found)["agencies_calling"].value == 2
    # In the month before, it was there.
    assert agencies_then(Window(at(1, 9), at(1, 10)))[gone.pk].successor == ""


def made_call_id(n: int) -> Any:
    """Return an id of a call by number."""
    return UUID(int=n)


def test_a_body_renamed_later_stands_under_its_name_of_then(
    agency: Callable[..., Agency], person: Callable[..., Any], actor: Callable[..., Actor]
) -> None:
    body = agency("H60.31", name="Sở Thông tin")
    manager = actor(person("quan-ly@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    change_agency(actor=manager, agency=body, name="Sở Khoa học", reason="Đổi tên")
    change_agency(actor=manager, agency=Agency.objects.get(pk=body.pk), name="Sở Công nghệ", reason="Đổi tên")
    assert agencies_then(Window(at(1), at(1, 11)))[body.pk].name == "Sở Thông tin"
    assert agencies_then(Window(at(1), datetime(2100, 1, 1, tzinfo=VIETNAM)))[body.pk].name == "Sở Công nghệ"


def test_a_system_registered_or_retired_later_is_counted_as_it_was(agency: Callable[..., Agency]) -> None:
    _stays, goes = (register_system(actor=JOB, owner=agency("H60.31"), name=name, **SYSTEM) for name in ("Một", "Hai"))
    move_system(actor=JOB, system=goes, step="retire", reason="Ngừng dùng")
    facts = list(Fact.objects.filter(deed__in=("system.registered", "system.retired")).order_by("id"))
    assert [fact.deed for fact in facts] == ["system.registered", "system.registered", "system.retired"]
    between = Window(at(1), facts[-1].at)
    before, after = Window(at(1), facts[0].at), Window(at(1), datetime(2100, 1, 1, tzinfo=VIETNAM))
    assert [catalogue_figures(span).systems for span in (before, between, after)] == [0, 2, 1]


# -- queries -----------------------------------------------------------------------------------------
def test_a_report_takes_the_same_queries_for_few_rows_and_for_many(
    agency: Callable[..., Agency], person: Callable[..., Any]
) -> None:
    bodies = [agency(f"H60.3{n}") for n in range(3)]
    people = [person(f"nguoi-{n}@lgsp.example", bodies[0]) for n in (1, 2)]
    others = windows(OCTOBER, OCTOBER.until)
    edges = [OCTOBER.since, OCTOBER.until, others.previous.since, others.last_year.since]
    Fact.objects.create(at=at(1, 1, 2020), deed="agency.created", actor_kind="system", subject_type="x")
    write([call(bodies[0], at(3))])
    roll_up()

    def taken() -> int:
        with CaptureQueriesContext(connection) as caught:
            made_sections = sections(Window(OCTOBER.since, OCTOBER.until), others)
        assert made_sections
        return len([one for one in caught.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    fill(Draw(random.Random(4), edges), bodies, people, 8)
    few = taken()
    for n in range(3, 9):
        bodies.append(agency(f"H60.5{n}"))
    fill_more(Draw(random.Random(5), edges), bodies, people)
    write([call(one, at(3 + n), n=n + 2, call_id=made_call_id(n)) for n, one in enumerate(bodies)])
    roll_up()
    assert taken() == few
    assert few <= 117


def fill_more(draw: Any, bodies: list[Agency], people: list[Any]) -> None:
    """Write more rows of the registers whose codes are free."""
    services = list(rows.DataService.objects.all())
    for model in (rows.Incident, rows.Violation, rows.DataErrorReport):
        for one in model.objects.all():
            one.code += "-cu"
            one.save()
    rows._incidents(draw, 40)
    rows._violations(draw, bodies, people, 40)
    rows._duties(draw, bodies, people, services, 40)


# -- drafts ------------------------------------------------------------------------------------------
def section(*figures: Figure) -> tuple[Section, ...]:
    """Return one section with *figures*."""
    return (Section("x", "", "", figures),)


def figure(code: str, value: float | None, unit: Unit = Unit.COUNT, **more: Any) -> Figure:
    """Return a figure without words."""
    return Figure(code, code, value, "", unit, **more)


def test_recommendations_follow_the_figures() -> None:
    found = recommendations(
        section(
            figure("agencies_unconnected", 3),
            figure("steps_overdue", 2),
            figure("calls_success_rate", 80.5, Unit.PERCENT),
            figure("calls_provider", 9),
            figure("calls_consumer", 4),
            figure("calls_over_30_s", 1),
            figure("sharing_expired", 5),
            figure("data_errors_overdue", 0),
            figure("violations_open", None),
        )
    )
    said = found.split("\n\n")
    assert [text[:2] for text in said] == ["1.", "2.", "3.", "4.", "5."]
    assert "3 cơ quan chưa có kết nối" in said[0]
    assert "2 bước xử lý đang quá hạn" in said[1]
    assert "80,5%" in said[2]
    assert "cơ quan cung cấp (9 lượt)" in said[2]
    assert "Điều 7" in said[3]
    assert "5 trường hợp" in said[4]
    assert recommendations(section(figure("agencies_unconnected", 0))) == "Không có kiến nghị."


def test_the_assessment_says_how_use_changed() -> None:
    said = assessment(
        section(
            figure("calls_total", 1200, previous=1000, last_year=None),
            figure("calls_success_rate", 99.0, Unit.PERCENT),
            figure("calls_over_30_s", 0),
        )
    )
    assert said == (
        "Khai thác dữ liệu qua nền tảng đạt 1.200 lượt, tăng 20% so với kỳ trước; tỷ lệ thành công 99%, đạt mức 95% "
        "(mức của nền tảng)."
    )


def test_what_a_report_says_survives_its_storage(agency: Callable[..., Agency]) -> None:
    write([call(agency("H60.31"), at(20))])
    frozen = Frozen(HEAD, made())
    assert thaw(json.loads(json.dumps(frozen.as_json()))) == frozen


def test_reports_of_the_first_format_stay_readable() -> None:
    kept = {
        "format": "lgsp-report-figures-1",
        "letterhead": {name: [] if name in ("legal_bases", "recipients") else "" for name in Letterhead.__slots__},
        "sections": [
            {
                "code": "use",
                "title": "Khai thác",
                "summary": "…",
                "figures": [{"code": "calls_total", "label": "Lượt", "value": 5, "definition": "…", "unit": "count"}],
                "tables": [
                    {
                        "code": "refusals",
                        "title": "Từ chối",
                        "columns": [{"label": "Lý do", "unit": None}, {"label": "Lượt", "unit": "count"}],
                        "rows": [["Hết hạn mức", 2]],
                        "empty": "",
                        "definition": "",
                    }
                ],
            }
        ],
    }
    found = thaw(kept).sections[0]
    assert (found.figures[0].value, found.figures[0].previous, found.figures[0].last_year) == (5, None, None)
    assert (found.tables[0].rows, found.tables[0].note, found.charts) == ((("Hết hạn mức", 2),), "", ())
    with pytest.raises(ValueError, match="lgsp-report-figures-2"):
        thaw({**kept, "format": "lgsp-report-figures-9"})


# -- words -------------------------------------------------------------------------------------------
def test_every_figure_is_defined_once_and_stands_in_the_documentation(agency: Callable[..., Agency]) -> None:
    write([call(agency("H60.31"), at(20))])
    found = made()
    codes = [item.code for one in found for item in one.figures]
    assert len(codes) == len(set(codes))
    assert all(item.definition.endswith(".") and item.label for one in found for item in one.figures)
    assert all(one.definition.endswith(".") for part in found for one in part.tables)
    assert all(one.summary.endswith(".") for one in found)
    documented = (Path(__file__).parents[2] / "docs" / "figures.md").read_text()
    tables = [one.code for part in found for one in part.tables]
    assert [code for code in (*codes, *tables) if f"`{code}`" not in documented] == []
