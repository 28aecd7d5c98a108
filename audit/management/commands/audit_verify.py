"""Verify the call log: exit status 1 and the first bad row when it is not what was written and sealed."""

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit.verification.findings import Report
from audit.verification.run import Asked, NoCheckpoint, verify


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


class Command(BaseCommand):
    help = "Kiểm tra toàn vẹn nhật ký cuộc gọi; sai thì kết thúc với mã 1 và nêu dòng sai đầu tiên."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to verify a part, and against which checkpoints."""
        parser.add_argument("--since", type=int, default=0, metavar="SỐ", help="chỉ phần niêm phong sau điểm này")
        parser.add_argument(
            "--against", type=Path, default=None, metavar="TỆP",
            help="tệp hoặc thư mục điểm niêm phong để đối chiếu; mặc định là nơi LGSP_CHECKPOINT_DIR nêu, nếu có",
        )  # fmt: skip
        parser.add_argument(
            "--archives", type=Path, default=None, metavar="THƯ MỤC",
            help="thư mục tệp lưu trữ để đối chiếu với bia; mặc định là nơi LGSP_ARCHIVE_DIR nêu, nếu có",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        against = options["against"] or (settings.CHECKPOINT_DIR if settings.CHECKPOINT_DIR.is_dir() else None)
        archives = options["archives"] or (settings.ARCHIVE_DIR if settings.ARCHIVE_DIR.is_dir() else None)
        asked = Asked(options["since"], against, beside=not connection.in_atomic_block, archives=archives)
        try:
            report = verify(asked=asked)
        except (NoCheckpoint, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        self._counts(report, monotonic() - started)
        if report.clean:
            self.stdout.write(self.style.SUCCESS("ĐẠT: mọi dòng đúng như khi ghi."))
            return
        for fault in report.faults:
            self.stdout.write(f"  - {fault}")
        raise CommandError(f"KHÔNG ĐẠT. Dòng sai đầu tiên: {report.first}", returncode=1)

    def _counts(self, report: Report, seconds: float) -> None:
        rows = report.intents + report.outcomes
        self.stdout.write(
            f"Đã kiểm tra {_grouped(report.intents)} yêu cầu, {_grouped(report.outcomes)} kết quả,"
            f" {_grouped(report.epochs)} chuỗi trong {seconds:.1f} giây"
            f" ({_grouped(int(rows / seconds) if seconds else 0)} dòng/giây)."
        )
        self._seals(report)
        notes = (
            (report.unfinished, "yêu cầu chưa có kết quả: đang chạy, hoặc tiến trình đã dừng đột ngột"),
            (report.unclosed, "chuỗi chưa đóng: tiến trình đang chạy, hoặc đã dừng đột ngột"),
            (report.unconfirmed, "dòng đã ghi nhưng chưa được xác nhận khi mất kết nối"),
            (report.unknown, "cuộc gọi không rõ kết quả, do tiến trình niêm phong đóng"),
            (report.late, "cuộc gọi trong số đó vẫn tự ghi kết quả sau khi bị đóng"),
            (report.unsealed, "dòng mới ghi, đang chờ niêm phong"),
            (report.in_rest, "dòng nằm ở phân vùng dự phòng"),
        )
        for number, what in notes:
            if number:
                self.stdout.write(f"  {_grouped(number)} {what} (không phải dấu hiệu sửa đổi).")

    def _seals(self, report: Report) -> None:
        if report.sealed is None:
            self.stdout.write("Chưa có điểm niêm phong nào.")
            return
        point = report.sealed.checkpoint
        self.stdout.write(
            f"Đã tính lại {_grouped(report.leaves)} lá, {_grouped(report.checkpoints)} điểm niêm phong;"
            f" điểm cuối {_grouped(point.number)}: {_grouped(point.size)} lá, gốc {point.root.hex()}."
        )
        if report.outside is None:
            self.stdout.write("Không đối chiếu với điểm niêm phong bên ngoài (--against).")
        else:
            self.stdout.write(f"Đã đối chiếu {_grouped(report.outside)} điểm niêm phong bên ngoài.")
        if report.records:
            self.stdout.write(
                f"Đã kiểm tra {_grouped(report.records)} việc đã ghi, lịch sử trường, dấu thay đổi và bằng chứng khác."
            )
        if report.archived_months:
            self.stdout.write(
                f"{_grouped(report.archived)} dòng của {report.archived_months} tháng nằm trong kho lưu trữ;"
                f" đã đối chiếu {report.archive_files} tệp."
            )
        if report.lost:
            self.stdout.write(
                f"  {_grouped(report.lost)} điểm đã mất khi khôi phục, việc khôi phục đã được chấp nhận."
            )
