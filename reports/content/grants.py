"""The part of a periodic report on use against what was expected (QC7.5). Pure."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from incidents.alert_choices import Cadence
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.words import Figures, Part, agency_name, by_code, share, told
from reports.queries.gathering import Gathered
from reports.queries.grants import GrantRow


def _figures(got: Gathered) -> Figures:
    return (*_against_declared(got), *_not_used(got))


def _against_declared(got: Gathered) -> Figures:
    found = got.grants
    declared = found.declared
    expected, made = sum(row.expected or 0 for row in declared), sum(row.calls for row in declared)
    return (
        Figure(
            "grants_declared",
            _("Quyền khai thác có khai báo số lượt dự kiến"),
            len(declared),
            _("Quyền khai thác chính thức còn hiệu lực tại thời điểm chốt, đã khai báo số lượt dự kiến mỗi ngày."),
        ),
        Figure(
            "calls_expected",
            _("Số lượt dự kiến trong kỳ"),
            expected if declared else None,
            _("Số lượt dự kiến mỗi ngày nhân với số ngày của kỳ mà quyền có hiệu lực, cộng các quyền đã khai báo."),
        ),
        Figure(
            "calls_of_declared",
            _("Số lượt thực tế của các quyền đó"),
            made if declared else None,
            _("Lượt gọi được chuyển tới bên cung cấp trong kỳ của các quyền đã khai báo số lượt dự kiến."),
        ),
        Figure(
            "calls_of_expected_rate",
            _("Tỷ lệ thực tế so với dự kiến"),
            share(made, expected),
            _("Số lượt thực tế chia cho số lượt dự kiến của các quyền đã khai báo."),
            Unit.PERCENT,
        ),
    )


def _not_used(got: Gathered) -> Figures:
    found = got.grants
    return (
        Figure(
            "grants_unused",
            _("Quyền khai thác không được sử dụng trong kỳ"),
            len(found.unused),
            _("Quyền còn hiệu lực tại thời điểm chốt, cấp từ trước kỳ, không có lượt gọi nào chuyển đi trong kỳ."),
        ),
        Figure(
            "silences",
            _("Lần im lặng so với nhịp khai báo"),
            found.silences,
            _("Cảnh báo không có lượt gọi theo nhịp khai báo phát sinh trong kỳ."),
        ),
        Figure(
            "silent_now",
            _("Cảnh báo im lặng chưa đóng"),
            found.silent_now,
            _("Cảnh báo không có lượt gọi theo nhịp khai báo chưa đóng tại thời điểm chốt."),
        ),
    )


def _section(got: Gathered, figures: Figures) -> Section:
    known = by_code(figures)
    return Section(
        code="expected_use",
        title=_("Khai thác so với dự kiến"),
        summary=_(
            "Có %(unused)s quyền khai thác không được sử dụng trong kỳ; %(silent)s cảnh báo im lặng chưa đóng. "
            "Tỷ lệ khai thác thực tế so với dự kiến: %(rate)s."
        )
        % {
            "unused": told(known["grants_unused"]),
            "silent": told(known["silent_now"]),
            "rate": told(known["calls_of_expected_rate"]),
        },
        figures=figures,
        tables=(_unused(got, known["grants_unused"].definition), _declared(got)),
    )


def _unused(got: Gathered, definition: str) -> Table:
    return Table(
        code="grants_unused",
        title=_("Quyền khai thác không được sử dụng trong kỳ"),
        columns=tuple(map(Column, _heads())),
        rows=tuple(_who(got, got.grants.unused)),
        empty=_("Không có quyền nào."),
        definition=definition,
        appendix=True,
    )


def _declared(got: Gathered) -> Table:
    return Table(
        code="grants_declared",
        title=_("Khai thác so với mức khai báo"),
        columns=(
            *map(Column, _heads()),
            Column(_("Dự kiến"), Unit.COUNT),
            Column(_("Thực tế"), Unit.COUNT),
            Column(_("Tỷ lệ"), Unit.PERCENT),
        ),
        rows=tuple(
            (*who, row.expected, row.calls, share(row.calls, row.expected or 0))
            for who, row in zip(_who(got, got.grants.declared), got.grants.declared, strict=True)
        ),
        empty=_("Chưa có quyền nào khai báo số lượt dự kiến."),
        definition=_("Số lượt dự kiến và thực tế trong kỳ của từng quyền đã khai báo."),
        appendix=True,
    )


def _heads() -> tuple[str, ...]:
    return _("Hệ thống"), _("Cơ quan"), _("Dịch vụ dữ liệu"), _("Nhịp khai báo")


def _who(got: Gathered, rows: Iterable[GrantRow]) -> Iterator[tuple[str, ...]]:
    """Give whose each grant is, to what, how often it is used; words are looked up once for all rows."""
    names = {pk: agency_name(one) for pk, one in got.agencies.items()}
    nobody, cadences = agency_name(None), {str(one): str(one.label) for one in Cadence}
    for row in rows:
        agency = names.get(row.agency_id, nobody)
        yield f"{row.system} ({row.code})", agency, row.service, cadences[row.cadence]


EXPECTED_USE = Part(_figures, _section)
