"""A report made up of figures nobody counted: every kind of part a file must carry, as large as asked."""

from datetime import UTC, date, datetime

from core.charts import Chart, Series
from reports.choices import Kind, Unit
from reports.content.figures import Column, Figure, Frozen, Letterhead, Section, Table
from reports.models import ReportRun

CODE = "BC-N-20261214"
AGENCIES = (
    "Sở Nông nghiệp và Môi trường",
    "Sở Tài chính",
    "Sở Y tế",
    "Sở Giáo dục và Đào tạo",
    "Ủy ban nhân dân phường Minh Xuân",
    "Ủy ban nhân dân xã Hùng Lợi",
)
SERVICES = ("Danh mục đơn vị hành chính", "Tra cứu thông tin đất đai", "Trạng thái hồ sơ", "Dữ liệu dân cư (mẫu)")
NARRATIVE = {
    "opening": "Thực hiện Quy chế quản lý, vận hành Nền tảng.",
    "use": "Lượt khai thác tăng so với kỳ trước.\n\nCác sở khai thác nhiều nhất chiếm hơn nửa số lượt.",
    "assessment": "Nền tảng hoạt động ổn định.",
    "recommendations": "- Bổ sung cán bộ kỹ thuật cho cấp xã.\n\n- Gia hạn chứng thư số.",
}
MONTHS = tuple(f"Tháng {month}" for month in range(1, 13))


def made_run() -> ReportRun:
    """Return the yearly report, not stored."""
    run = ReportRun(
        code=CODE,
        kind=Kind.YEAR,
        period_start=date(2025, 12, 15),
        period_end=date(2026, 12, 14),
        data_until=datetime(2026, 12, 14, 17, tzinfo=UTC),
        requested_at=datetime(2026, 12, 15, 1, 2, 3, tzinfo=UTC),
    )
    run.year, run.number = 2026, 1
    return run


def made_frozen(*, agencies: int = 24, services: int = 18, pairs: int = 0, word: str = "") -> Frozen:
    """Return its figures; *word* stands at the end of every name and text, *pairs* is the rows of a long table."""
    return Frozen(_letterhead(word), (_use(agencies, services, pairs, word), _dossiers(word), _empty(word)))


def _letterhead(word: str) -> Letterhead:
    return Letterhead(
        superior="Ủy ban nhân dân tỉnh Tuyên Quang",
        issuer="Sở Khoa học và Công nghệ",
        symbol="SKHCN",
        place="Tuyên Quang",
        addressee="Ủy ban nhân dân tỉnh Tuyên Quang",
        subject=f"Tình hình kết nối, chia sẻ dữ liệu{word}",
        legal_bases=("Quyết định số 50/2024/QĐ-UBND", f"Quy chế quản lý, vận hành LGSP{word}"),
        recipients=("Như trên", f"Lưu: VT, CĐS{word}"),
        signer="GIÁM ĐỐC",
    )


def _use(agencies: int, services: int, pairs: int, word: str) -> Section:
    calls = tuple(float(12_000 + 731 * month) for month in range(12))
    before = (None, None, *(float(9_000 + 650 * month) for month in range(10)))
    rates = (None, *(96.5 + month % 4 * 0.75 for month in range(11)))
    return Section(
        code="use",
        title=f"Khai thác dữ liệu qua nền tảng{word}",
        summary=f"Trong kỳ có 1.234.567 lượt khai thác.{word}",
        figures=(
            Figure(
                "calls_total", f"Tổng số lượt khai thác{word}", 1_234_567, f"Lượt gọi trong kỳ.{word}", Unit.COUNT, 0
            ),
            Figure("rate", "Tỷ lệ thành công", 98.57, "Thành công chia cho tổng.", Unit.PERCENT, 97.5, None),
            Figure("p95", "Thời gian xử lý, phân vị 95", 1234, "Mốc thời gian.", Unit.MILLISECONDS, 1500, 2000),
            Figure("over", "Lượt xử lý trên 30 giây", 0, "Trên 30.000 ms.", Unit.COUNT, 3, 12),
            Figure("none", "Tỷ lệ chưa phát sinh", None, "Không có gì để tính.", Unit.PERCENT),
        ),
        charts=(
            Chart(
                "calls_by_month",
                f"Lượt khai thác theo tháng{word}",
                "bars",
                MONTHS,
                (Series("Kỳ này", calls), Series("Năm trước", before)),
                "lượt",
            ),
            Chart("rate_by_month", "Tỷ lệ thành công", "line", MONTHS, (Series("Tỷ lệ", rates),), "%"),
            Chart("nothing", "Lượt gọi chưa có", "bars", ("Quý I",), (Series("Kỳ này", (None,)),), "lượt"),
        ),
        tables=(
            _shares("use_by_agency", "Khai thác theo cơ quan", "Cơ quan", AGENCIES, agencies, word),
            _shares("use_by_service", "Khai thác theo dịch vụ dữ liệu", "Dịch vụ", SERVICES, services, word),
            *((_pairs(pairs, word),) if pairs else ()),
        ),
    )


def _shares(code: str, title: str, head: str, names: tuple[str, ...], rows: int, word: str) -> Table:
    heads = ("Số lượt", "Thành công", "Lỗi bên gọi", "Lỗi nguồn", "Lỗi nền tảng")
    return Table(
        code=code,
        title=f"{title}{word}",
        columns=(
            Column(head),
            Column("Mã"),
            *(Column(name, Unit.COUNT) for name in heads),
            Column("Tỷ lệ", Unit.PERCENT),
        ),
        rows=tuple(
            (
                f"{names[n % len(names)]} {n}{word}",
                f"H60.{n:02d}",
                1000 + n,
                990,
                n % 7,
                0,
                None if n % 5 else 1,
                98.57,
            )
            for n in range(rows)
        ),
        empty="Chưa phát sinh.",
        definition=f"Theo nhật ký.{word}",
        note=f"Xếp theo số lượt.{word}",
        appendix=True,
    )


def _pairs(rows: int, word: str) -> Table:
    heads = ("Số lượt", "Thành công", "Không thành công")
    return Table(
        code="use_pairs",
        title=f"Khai thác theo cơ quan và dịch vụ{word}",
        columns=(Column("Cơ quan"), Column("Dịch vụ"), *(Column(name, Unit.COUNT) for name in heads)),
        rows=tuple(
            (AGENCIES[n % 6], f"{SERVICES[n % 4]} {n % 60}", 10_000 + n, 9_000 + n, 1_000) for n in range(rows)
        ),
        empty="Chưa phát sinh.",
        definition="Theo nhật ký.",
        appendix=True,
    )


def _dossiers(word: str) -> Section:
    return Section(
        code="dossiers",
        title="Giải quyết hồ sơ kết nối",
        summary=f"Trong kỳ nhận 12 hồ sơ.{word}",
        figures=(Figure("submitted", "Hồ sơ gửi trong kỳ", 12, "Gửi lần đầu trong kỳ.", Unit.COUNT, 12, None),),
        tables=(
            Table(
                code="steps",
                title="Thực hiện thời hạn theo bước",
                columns=(Column("Bước"), Column("Trước hạn", Unit.COUNT), Column("Quá hạn", Unit.COUNT)),
                rows=((f"Tiếp nhận{word}", 3, 0), (f"Thẩm định{word}", None, 1)),
                empty="Chưa phát sinh.",
                definition="Thời hạn của bước.",
                note="Hạn nội bộ trừ khi ghi khác.",
            ),
        ),
    )


def _empty(word: str) -> Section:
    table = Table(
        "unconnected", "Danh sách cơ quan", (Column("Cơ quan"),), (), f"Không có cơ quan nào.{word}", "Danh bạ."
    )
    return Section("unconnected", "Cơ quan chưa có kết nối", f"Mọi cơ quan đều đã kết nối.{word}", tables=(table,))
