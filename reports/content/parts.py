"""The parts of a periodic report: figures put into words, each with its definition. Pure."""

from django.utils.translation import gettext as _

from core.documents.wording import number
from core.regulation import cite
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.queries.calls import NamedShare, UseFigures
from reports.queries.catalogue import CatalogueFigures
from reports.queries.connections import AgencyRow, ConnectionFigures


def share(part: int, whole: int) -> float | None:
    """Return *part* of *whole* in percent, two places; None where there is no whole."""
    return round(100 * part / whole, 2) if whole else None


def connections(found: ConnectionFigures) -> Section:
    """Say how many connections there are and what changed."""
    return Section(
        code="connections",
        title=_("Tình hình kết nối"),
        summary=_("Tại thời điểm chốt số liệu có %(live)s kết nối đang vận hành, trong đó %(held)s đang tạm dừng.")
        % {"live": number(found.live), "held": number(found.suspended)},
        figures=_connection_figures(found),
    )


def _connection_figures(found: ConnectionFigures) -> tuple[Figure, ...]:
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


def catalogue(found: CatalogueFigures) -> Section:
    """Say what is registered, published and granted."""
    return Section(
        code="catalogue",
        title=_("Hệ thống thông tin, dịch vụ dữ liệu và quyền khai thác"),
        summary=_("Danh mục có %(services)s dịch vụ dữ liệu đang công bố; %(grants)s quyền khai thác còn hiệu lực.")
        % {"services": number(found.services), "grants": number(found.grants)},
        figures=_catalogue_figures(found),
    )


def _catalogue_figures(found: CatalogueFigures) -> tuple[Figure, ...]:
    return (
        Figure(
            "systems_registered",
            _("Hệ thống thông tin đã đăng ký"),
            found.systems,
            _("Hệ thống ở tình trạng «Đã đăng ký» tại lúc lập báo cáo."),
        ),
        Figure(
            "services_published",
            _("Dịch vụ dữ liệu đang công bố"),
            found.services,
            _("Dịch vụ có ít nhất một phiên bản đã công bố và chưa ngừng cung cấp tại thời điểm chốt."),
        ),
        Figure(
            "services_new",
            _("Dịch vụ dữ liệu có phiên bản công bố trong kỳ"),
            found.published,
            _("Dịch vụ có ít nhất một phiên bản được công bố trong kỳ."),
        ),
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


def use(found: UseFigures) -> Section:
    """Say how much the live environment was used, how well it answered, who stood in the way."""
    log = found.log
    rate = share(log.success, log.calls)
    summary = _("Trong kỳ chưa phát sinh lượt khai thác ở môi trường chính thức.")
    if log.calls:
        summary = _("Trong kỳ có %(total)s lượt khai thác ở môi trường chính thức, %(rate)s%% thành công.") % {
            "total": number(log.calls),
            "rate": number(rate or 0, 2),
        }
    return Section(
        code="use",
        title=_("Khai thác dữ liệu qua nền tảng"),
        summary=summary,
        figures=(*_use_figures(found, rate), *_time_figures(found)) if log.calls else (),
        tables=(
            _shares(
                "use_by_service",
                _("Khai thác theo dịch vụ dữ liệu"),
                _("Dịch vụ dữ liệu"),
                found.by_service,
                _("Lượt gọi ở môi trường chính thức trong kỳ, theo dịch vụ ghi trong nhật ký."),
            ),
            _shares(
                "use_by_agency",
                _("Khai thác theo cơ quan"),
                _("Cơ quan khai thác"),
                found.by_agency,
                _("Lượt gọi ở môi trường chính thức trong kỳ, theo cơ quan của hệ thống gọi."),
            ),
        ),
    )


def _use_figures(found: UseFigures, rate: float | None) -> tuple[Figure, ...]:
    log = found.log
    return (
        Figure(
            "calls_total",
            _("Tổng số lượt khai thác"),
            log.calls,
            _("Lượt gọi ở môi trường chính thức mà nền tảng nhận trong kỳ, kể cả lượt bị từ chối."),
        ),
        Figure("calls_success", _("Lượt thành công"), log.success, _("Lượt có mã trạng thái trả lời từ 200 đến 299.")),
        Figure(
            "calls_success_rate",
            _("Tỷ lệ thành công"),
            rate,
            _("Lượt thành công chia cho tổng số lượt khai thác."),
            Unit.PERCENT,
        ),
        Figure(
            "calls_consumer",
            _("Lượt lỗi phía cơ quan khai thác"),
            log.consumer,
            _("Lượt có nguyên nhân ghi trong nhật ký ở bên gọi, gồm cả lượt bị từ chối do không đủ điều kiện."),
        ),
        Figure(
            "calls_provider",
            _("Lượt lỗi phía cơ quan cung cấp"),
            log.provider,
            _("Lượt có nguyên nhân ghi trong nhật ký ở hệ thống nguồn."),
        ),
        Figure(
            "calls_platform",
            _("Lượt lỗi phía nền tảng"),
            log.platform,
            _("Lượt có nguyên nhân ghi trong nhật ký ở nền tảng."),
        ),
    )


def _time_figures(found: UseFigures) -> tuple[Figure, ...]:
    log = found.log
    return (
        Figure(
            "calls_unfinished",
            _("Lượt chưa có kết quả"),
            log.unfinished,
            _("Lượt đã nhận, chưa ghi kết quả: đang chạy khi chốt số liệu hoặc bị ngắt giữa chừng."),
        ),
        Figure(
            "calls_p50",
            _("Thời gian xử lý, trung vị"),
            log.p50_ms,
            _("Một nửa số lượt có kết quả xử lý xong trong thời gian này; tính từ số lượt theo các mốc thời gian."),
            Unit.MILLISECONDS,
        ),
        Figure(
            "calls_p95",
            _("Thời gian xử lý, phân vị 95"),
            log.p95_ms,
            _("95% số lượt có kết quả xử lý xong trong thời gian này; tính từ số lượt theo các mốc thời gian."),
            Unit.MILLISECONDS,
        ),
        Figure(
            "calls_over_30_s",
            _("Lượt xử lý trên 30 giây"),
            log.over_30_s,
            _("Lượt có tổng thời gian xử lý trên 30.000 ms; mức 30 giây theo %(clause)s.")
            % {"clause": cite("Q50-7.3")},
        ),
    )


def _shares(code: str, title: str, name: str, rows: tuple[NamedShare, ...], definition: str) -> Table:
    return Table(
        code=code,
        title=title,
        columns=(
            Column(name),
            Column(_("Mã")),
            Column(_("Số lượt"), Unit.COUNT),
            Column(_("Thành công"), Unit.COUNT),
            Column(_("Tỷ lệ"), Unit.PERCENT),
        ),
        rows=tuple(
            (row.name or _("Chưa xác định"), row.code or "–", row.total, row.success, share(row.success, row.total))
            for row in rows
        ),
        empty=_("Chưa phát sinh lượt khai thác trong kỳ."),
        definition=definition,
    )


def unconnected(found: tuple[AgencyRow, ...]) -> Section:
    """Name the bodies that have no live connection."""
    summary = _("Mọi cơ quan thuộc diện lập hồ sơ đều đã có kết nối đang vận hành.")
    if found:
        summary = _("Còn %(n)s cơ quan thuộc diện lập hồ sơ chưa có kết nối đang vận hành.") % {
            "n": number(len(found))
        }
    table = Table(
        code="unconnected",
        title=_("Danh sách cơ quan chưa có kết nối"),
        columns=(Column(_("Cơ quan")), Column(_("Mã định danh"))),
        rows=tuple((row.name, row.code) for row in found),
        empty=_("Không có cơ quan nào."),
        definition=_(
            "Cơ quan trong danh bạ được lập hồ sơ kết nối, còn hiệu lực tại thời điểm chốt, không có hệ thống nào "
            "đang vận hành kết nối."
        ),
    )
    return Section(code="unconnected", title=_("Cơ quan chưa có kết nối"), summary=summary, tables=(table,))
