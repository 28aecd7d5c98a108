"""Verify the call log: exit status 1 and the first bad row when it is not what was written."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.verification.findings import Report
from audit.verification.run import verify


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


class Command(BaseCommand):
    help = "Kiểm tra toàn vẹn nhật ký cuộc gọi; sai thì kết thúc với mã 1 và nêu dòng sai đầu tiên."

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        report = verify()
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
        notes = (
            (report.unfinished, "yêu cầu chưa có kết quả: đang chạy, hoặc tiến trình đã dừng đột ngột"),
            (report.unclosed, "chuỗi chưa đóng: tiến trình đang chạy, hoặc đã dừng đột ngột"),
            (report.unconfirmed, "dòng đã ghi nhưng chưa được xác nhận khi mất kết nối"),
            (report.in_rest, "dòng nằm ở phân vùng dự phòng"),
        )
        for number, what in notes:
            if number:
                self.stdout.write(f"  {_grouped(number)} {what} (không phải dấu hiệu sửa đổi).")
