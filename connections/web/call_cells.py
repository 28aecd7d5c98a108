"""The call log as a table to take away: one row a call, numbers as numbers, times as times."""

from collections.abc import Iterator, Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from audit.selectors.calls import CallRow
from connections.selectors.call_steps import problem_of
from core.choices import Environment
from core.sheets import Written


def headers() -> list[str]:
    """Return the heads of the columns."""
    return [
        _("Mã yêu cầu"),
        _("Lúc"),
        _("Môi trường"),
        _("Phương thức"),
        _("Dịch vụ"),
        _("Phiên bản"),
        _("Thao tác"),
        _("Hệ thống gọi"),
        _("Cơ quan khai thác"),
        _("Cơ quan cung cấp"),
        _("Quyền khai thác"),
        _("Mục đích"),
        _("Thủ tục hành chính"),
        _("Địa chỉ mạng"),
        _("Mã trạng thái HTTP"),
        _("Mã lý do"),
        _("Lý do"),
        _("Thời gian (ms)"),
        _("Thời gian tại nguồn (ms)"),
        _("Dung lượng trả lời (byte)"),
        _("Giá trị ngoài phạm vi đã bỏ"),
    ]


def cells_of(rows: Sequence[CallRow], bodies: Sequence[int] | None, *, cut: bool) -> Iterator[list[Written]]:
    """Give the cells of each call for a reader of *bodies* (None: a watcher); a last row says when there is more."""
    for row in rows:
        yield list(_cells(row, bodies))
    if cut:
        said = _("Tệp dừng ở %(n)s lượt mới nhất; còn lượt cũ hơn. Chọn khoảng ngày ngắn hơn để có đủ.")
        yield [said % {"n": number_format(len(rows), force_grouping=True)}]


def _cells(row: CallRow, bodies: Sequence[int] | None) -> Iterator[Written]:
    told = bodies is None or (row.agency_id in bodies and row.key_id)
    yield from (str(row.call_id), row.received_at, place_of(row))
    yield from (row.method, row.service, row.version, row.operation, row.system_code)
    yield from (row.agency_code, row.provider_code, row.grant_code, row.purpose)
    yield from (row.procedure, row.address if told else "")
    problem = problem_of(row)
    yield from (row.status, row.reason or "", str(problem.title) if problem else row.reason or "")
    yield from (row.total_ms, row.upstream_ms, row.response_bytes, row.fields_dropped)


def place_of(row: CallRow) -> str:
    """Return the environment as people call it."""
    return str(Environment(row.environment).label) if row.environment in Environment.values else ""
