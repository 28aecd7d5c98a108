"""The parts of a periodic report on connections, the catalogue and who has no connection. Pure."""

from collections import Counter
from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.charts import Chart
from core.documents.wording import number
from reports.choices import Unit
from reports.content.figures import Cell, Column, Figure, Section, Table
from reports.content.spans import spans_of
from reports.content.words import Figures, Part, by_code, named, share, still, told
from reports.queries.gathering import Gathered


def _connection_figures(got: Gathered) -> Figures:
    found = got.connections
    return (
        Figure(
            "connections_live",
            _("Kết nối đang vận hành"),
            found.live,
            _("Hệ thống đã vận hành chính thức và chưa hủy kết nối tại thời điểm chốt, gồm cả đang tạm dừng."),
        ),
        Figure(
            "connections_suspended",
            _("Trong đó đang tạm dừng"),
            found.suspended,
            _("Kết nối đang vận hành có ít nhất một lệnh tạm dừng chưa được gỡ tại thời điểm chốt."),
        ),
        Figure(
            "connections_approved",
            _("Kết nối được chấp thuận trong kỳ"),
            found.approved,
            _("Hồ sơ kết nối mới được phê duyệt kỹ thuật trong kỳ."),
        ),
        Figure(
            "connections_put_live",
            _("Kết nối đưa vào vận hành trong kỳ"),
            found.put_live,
            _("Hồ sơ kết nối mới chuyển sang vận hành chính thức trong kỳ."),
        ),
        Figure(
            "connections_terminated",
            _("Kết nối hủy trong kỳ"),
            found.terminated,
            _("Hồ sơ chuyển sang «Đã hủy kết nối» trong kỳ."),
        ),
    )


def _connections(got: Gathered, figures: Figures) -> Section:
    known, spans = by_code(figures), spans_of(got.window)
    names = {"put_live": _("Đưa vào vận hành"), "terminated": _("Hủy kết nối")}
    moves = [
        spans.series(label, ((day, count) for day, name, count in got.connections.moves if name == code))
        for code, label in names.items()
    ]
    return Section(
        code="connections",
        title=_("Tình hình kết nối"),
        summary=_(
            "Tại thời điểm chốt số liệu có %(live)s kết nối đang vận hành, trong đó %(held)s đang tạm dừng. "
            "Trong kỳ đưa vào vận hành %(new)s kết nối, hủy %(ended)s kết nối."
        )
        % {
            "live": told(known["connections_live"]),
            "held": number(got.connections.suspended),
            "new": told(known["connections_put_live"]),
            "ended": number(got.connections.terminated),
        },
        figures=figures,
        tables=(_connections_by_agency(got),),
        charts=(
            Chart(
                "connection_moves",
                _("Kết nối đưa vào vận hành và hủy theo thời gian"),
                "bars",
                spans.labels,
                tuple(moves),
                _("kết nối"),
            ),
        ),
    )


def _connections_by_agency(got: Gathered) -> Table:
    names = ("live", "suspended", "approved", "put_live", "terminated")
    heads = (_("Đang vận hành"), _("Tạm dừng"), _("Chấp thuận"), _("Đưa vào vận hành"), _("Hủy"))
    rows: list[tuple[Cell, ...]] = [
        (*named(got.agencies, pk), *(counts[name] for name in names))
        for pk, counts in in_order(got, got.connections.by_agency)
        if any(counts[name] for name in names)
    ]
    return Table(
        code="connections_by_agency",
        title=_("Kết nối theo cơ quan"),
        columns=(Column(_("Cơ quan")), Column(_("Mã định danh")), *(Column(head, Unit.COUNT) for head in heads)),
        rows=tuple(rows),
        empty=_("Chưa có kết nối nào."),
        definition=_(
            "Đang vận hành và tạm dừng tính tại thời điểm chốt, theo cơ quan chủ quản hệ thống; các cột còn lại tính "
            "trong kỳ, theo cơ quan lập hồ sơ."
        ),
        appendix=True,
    )


def in_order(got: Gathered, by_agency: Mapping[int, Counter[str]]) -> list[tuple[int, Counter[str]]]:
    """Return the counts in the order of the register of agencies; unknown ones last."""
    order = {pk: place for place, pk in enumerate(got.agencies)}
    return sorted(by_agency.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))


def _catalogue_figures(got: Gathered) -> Figures:
    return (*_offered(got), *_granted(got))


def _offered(got: Gathered) -> Figures:
    found = got.catalogue
    return (
        Figure(
            "systems_registered",
            _("Hệ thống thông tin đã đăng ký"),
            found.systems,
            _("Hệ thống ở tình trạng «Đã đăng ký» tại thời điểm chốt."),
        ),
        Figure(
            "services_published",
            _("Dịch vụ dữ liệu đang công bố"),
            found.services,
            _("Dịch vụ có ít nhất một phiên bản đã công bố và chưa ngừng cung cấp tại thời điểm chốt."),
        ),
        Figure(
            "versions_published",
            _("Phiên bản dịch vụ đang công bố"),
            found.versions,
            _("Phiên bản đã công bố và chưa ngừng cung cấp tại thời điểm chốt."),
        ),
        Figure(
            "services_new",
            _("Dịch vụ dữ liệu có phiên bản công bố trong kỳ"),
            found.published,
            _("Dịch vụ có ít nhất một phiên bản được công bố trong kỳ."),
        ),
    )


def _granted(got: Gathered) -> Figures:
    found = got.catalogue
    return (
        Figure(
            "grants_in_force",
            _("Quyền khai thác chính thức còn hiệu lực"),
            found.grants,
            _("Quyền ở môi trường chính thức, đã cấp, chưa thu hồi và chưa hết hạn tại thời điểm chốt."),
        ),
        Figure(
            "grants_opened",
            _("Quyền khai thác cấp trong kỳ"),
            found.granted,
            _("Quyền ở môi trường chính thức được cấp trong kỳ."),
        ),
        Figure(
            "grants_revoked",
            _("Quyền khai thác thu hồi trong kỳ"),
            found.revoked,
            _("Quyền ở môi trường chính thức bị thu hồi trong kỳ, kể cả do hủy kết nối."),
        ),
    )


def _catalogue(got: Gathered, figures: Figures) -> Section:
    known = by_code(figures)
    return Section(
        code="catalogue",
        title=_("Hệ thống thông tin, dịch vụ dữ liệu và quyền khai thác"),
        summary=_(
            "Danh bạ có %(systems)s hệ thống thông tin đã đăng ký; danh mục có %(services)s dịch vụ dữ liệu đang công "
            "bố; %(grants)s quyền khai thác còn hiệu lực."
        )
        % {
            "systems": told(known["systems_registered"]),
            "services": told(known["services_published"]),
            "grants": told(known["grants_in_force"]),
        },
        figures=figures,
        tables=(_catalogue_by_agency(got),),
    )


def _catalogue_by_agency(got: Gathered) -> Table:
    names = ("systems", "services", "versions", "held", "given")
    heads = (_("Hệ thống"), _("Dịch vụ"), _("Phiên bản"), _("Quyền được cấp"), _("Quyền đã cho"))
    rows: list[tuple[Cell, ...]] = [
        (*named(got.agencies, pk), *(counts[name] for name in names))
        for pk, counts in in_order(got, got.catalogue.by_agency)
    ]
    return Table(
        code="catalogue_by_agency",
        title=_("Hệ thống, dịch vụ và quyền khai thác theo cơ quan"),
        columns=(Column(_("Cơ quan")), Column(_("Mã định danh")), *(Column(head, Unit.COUNT) for head in heads)),
        rows=tuple(rows),
        empty=_("Chưa có hệ thống, dịch vụ hoặc quyền khai thác nào."),
        definition=_(
            "Tại thời điểm chốt: hệ thống đã đăng ký của cơ quan; dịch vụ và phiên bản cơ quan công bố; quyền khai "
            "thác chính thức cấp cho hệ thống của cơ quan (được cấp) và tới dịch vụ của cơ quan (đã cho)."
        ),
        appendix=True,
    )


def _coverage_figures(got: Gathered) -> Figures:
    found = got.coverage
    connected = found.bodies - len(found.missing)
    return (
        Figure(
            "agencies_bound",
            _("Cơ quan thuộc diện lập hồ sơ kết nối"),
            found.bodies,
            _("Cơ quan trong danh bạ được lập hồ sơ kết nối, còn hiệu lực tại thời điểm chốt."),
        ),
        Figure(
            "agencies_connected",
            _("Trong đó đã có kết nối đang vận hành"),
            connected,
            _("Cơ quan thuộc diện lập hồ sơ có ít nhất một hệ thống đang vận hành kết nối tại thời điểm chốt."),
        ),
        Figure(
            "agencies_unconnected",
            _("Cơ quan chưa có kết nối"),
            len(found.missing),
            _("Cơ quan thuộc diện lập hồ sơ không có hệ thống nào đang vận hành kết nối tại thời điểm chốt."),
        ),
        Figure(
            "agencies_connected_rate",
            _("Tỷ lệ cơ quan đã kết nối"),
            share(connected, found.bodies),
            _("Cơ quan đã có kết nối đang vận hành chia cho cơ quan thuộc diện lập hồ sơ."),
            Unit.PERCENT,
        ),
    )


def _unconnected(got: Gathered, figures: Figures) -> Section:
    missing = got.coverage.missing
    unconnected = by_code(figures)["agencies_unconnected"]
    summary = still(_("Mọi cơ quan thuộc diện lập hồ sơ đều đã có kết nối đang vận hành."), unconnected)
    if missing:
        summary = _("Còn %(n)s cơ quan thuộc diện lập hồ sơ chưa có kết nối đang vận hành.") % {"n": told(unconnected)}
    table = Table(
        code="unconnected",
        title=_("Danh sách cơ quan chưa có kết nối"),
        columns=(Column(_("Cơ quan")), Column(_("Mã định danh"))),
        rows=tuple(named(got.agencies, pk) for pk in missing),
        empty=_("Không có cơ quan nào."),
        definition=_(
            "Cơ quan trong danh bạ được lập hồ sơ kết nối, còn hiệu lực tại thời điểm chốt, không có hệ thống nào "
            "đang vận hành kết nối."
        ),
        appendix=True,
    )
    return Section("unconnected", _("Cơ quan chưa có kết nối"), summary, figures, (table,))


CONNECTIONS = Part(_connection_figures, _connections)
CATALOGUE = Part(_catalogue_figures, _catalogue)
UNCONNECTED = Part(_coverage_figures, _unconnected)
