"""Bring the database and static files of one installation to the state this version needs; safe to repeat."""

import hashlib
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from lgsp.provider.soap import WSDL


class Command(BaseCommand):
    help = "Chuẩn bị cơ sở dữ liệu, tệp tĩnh, danh bạ cơ quan và lịch làm việc."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="tạo người dùng mẫu")
        parser.add_argument("--provider", default="", help="địa chỉ hệ thống nguồn mẫu; tạo dịch vụ dữ liệu mẫu")

    def handle(self, *args: Any, **options: Any) -> None:
        # Before the first write: what may not start must not be changed either.
        call_command("check_start", may_migrate=True)
        self.step("Cập nhật cấu trúc cơ sở dữ liệu", "migrate", interactive=False, verbosity=0)
        self.collect_static()
        self.step("Nạp danh bạ cơ quan", "load_register")
        self.step("Nạp lịch làm việc và thời hạn", "load_calendar")
        self.step("Nạp bộ tiêu chí đánh giá", "load_checklist")
        self.step("Nạp thành phần hồ sơ", "load_parts")
        self.step("Nạp nội dung cam kết hằng năm", "load_declaration_points")
        self.step("Nạp cấu trúc thông điệp minh họa", "load_profiles")
        self.step("Nạp mẫu kiểm thử và tham số môi trường", "load_trials")
        self.step("Nạp quy tắc nhắc hạn", "load_reminders")
        self.step("Nạp mẫu văn bản của hồ sơ", "load_printouts")
        self.step("Nạp mẫu văn bản sự cố, vi phạm", "load_register_papers")
        self.step("Nạp danh mục mục đích khai thác", "load_purposes")
        self.step("Nạp tiêu chí sẵn sàng kết nối", "load_readiness")
        self.step("Nạp tiêu chuẩn, văn bản áp dụng", "load_standards")
        self.step("Nạp danh mục lĩnh vực", "load_sectors")
        self.step("Nạp nội dung kiểm tra hằng tuần", "load_weekly_checks")
        self.step("Nạp mẫu báo cáo", "load_report_templates")
        self.step("Nạp câu hỏi của đợt thu báo cáo khai thác", "load_campaign_questions")
        self.step("Nạp loại chi, nguồn kinh phí", "load_budget_terms")
        self.step("Nạp quy tắc cảnh báo", "load_alert_rules")
        self.step("Nạp thời hạn giữ nhật ký", "load_retention")
        if options["demo"]:
            self.step("Tạo người dùng mẫu", "load_demo")
        if options["provider"]:
            self.step("Tạo dịch vụ dữ liệu mẫu", "load_sample_service", provider=options["provider"])
            self.step("Tạo danh mục minh họa", "load_sample_catalogue", provider=options["provider"])
            self.step("Tạo dịch vụ mẫu của nền tảng quốc gia", "load_national_sample", provider=options["provider"])
            place = {"provider": options["provider"], "wsdl": WSDL}
            self.step("Tạo dịch vụ mẫu dùng SOAP", "load_soap_sample", **place)
        self.step("Lập chỉ mục tìm kiếm của danh mục", "index_catalogue")

    def step(self, title: str, command: str, **options: Any) -> None:
        started = monotonic()
        call_command(command, **options)
        self.stdout.write(f"{title}: xong sau {monotonic() - started:.1f} giây")
        self.stdout.flush()

    def collect_static(self) -> None:
        """Collect only when a source changed: compressing the admin's files takes longer than all the rest."""
        stamp = Path(settings.STATIC_ROOT) / ".stamp"
        fingerprint = _fingerprint(Path(settings.BASE_DIR))
        if stamp.is_file() and stamp.read_text() == fingerprint:
            return
        self.step("Gom tệp tĩnh", "collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)


def _fingerprint(base: Path) -> str:
    digest = hashlib.sha256(settings.MODE.encode())
    for path in sorted((base / "static").rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(base)}:{path.stat().st_size}:{path.stat().st_mtime_ns}".encode())
    for lock in sorted((base / "requirements").glob("*.lock")):
        digest.update(lock.read_bytes())
    return digest.hexdigest()
