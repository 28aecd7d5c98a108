"""Make the sample people."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.demo import load_demo
from core.actor import system_actor


class Command(BaseCommand):
    help = "Tạo người dùng mẫu cho từng vai trò; mật khẩu ghi ở demo.json trong thư mục dữ liệu."

    def handle(self, *args: Any, **options: Any) -> None:
        path = load_demo(actor=system_actor("Tạo người dùng mẫu"))
        if options["verbosity"] > 1:
            self.stdout.write(str(path))
