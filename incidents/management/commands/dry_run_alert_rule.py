"""Say what a rule would have raised over past traffic."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from incidents.models import AlertRule
from incidents.selectors.dry_run import dry_run


class Command(BaseCommand):
    help = "Xét thử một quy tắc cảnh báo trên lượt gọi đã qua; không lập cảnh báo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="mã quy tắc")
        parser.add_argument("--hours", type=int, default=24, help="xét lại trong bao nhiêu giờ")
        parser.add_argument("--threshold", type=int, help="ngưỡng thử")
        parser.add_argument("--window-minutes", type=int, help="khoảng xét thử, phút")
        parser.add_argument("--least", type=int, help="số lượt tối thiểu thử")

    def handle(self, *args: Any, **options: Any) -> None:
        rule = AlertRule.objects.filter(code=options["code"]).first()
        if rule is None:
            known = ", ".join(AlertRule.objects.values_list("code", flat=True))
            raise CommandError(f"Không có quy tắc mã {options['code']}. Các mã: {known}")
        for name in ("threshold", "window_minutes", "least"):
            if options[name] is not None:
                setattr(rule, name, options[name])
        if rule.window_minutes < 2 or options["hours"] < 1:
            raise CommandError("Khoảng xét ít nhất 2 phút, số giờ ít nhất 1")
        run = dry_run(rule, hours=options["hours"])
        begun, ended = map(_moment, (run.since, run.until))
        self.stdout.write(
            f"{rule.name}: từ {begun} đến {ended}, {run.looks} lần xét, sẽ lập {len(run.would)} cảnh báo"
        )
        for item in run.alerts:
            shown = (item.severity_shown, item.label, item.summary, f"{item.windows} lần, từ {_moment(item.first_at)}")
            self.stdout.write("  " + "; ".join(shown))
        if not run.whole:
            self.stdout.write("  Hết thời gian cho một lần xét thử; phần cũ hơn chưa xét")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"
