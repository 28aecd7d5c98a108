"""Invite the first people of the operating agency, on an installation without sample people."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Agency, Membership
from accounts.services.invitations import issue
from core import clock
from core.actor import system_actor
from core.problems import DomainError


class Command(BaseCommand):
    help = "Mời người đầu tiên của cơ quan vận hành. Chạy hai lần cho hai người: một vận hành, một trưởng phòng."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", default="operator", choices=["operator", "division_head", "department_leader"])
        parser.add_argument("--agency", default="H60.02")

    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.objects.filter(code=options["agency"], is_operator=True).first()
        if agency is None:
            raise CommandError("Không có cơ quan vận hành với mã này")
        deciders = Membership.objects.in_force(clock.today()).filter(agency=agency, role="department_leader")
        if deciders.exists():
            raise CommandError("Đã có lãnh đạo Sở; dùng đề nghị thay đổi vai trò trên cổng")
        try:
            with transaction.atomic():
                issued = issue(
                    actor=system_actor("Mời người đầu tiên"),
                    agency=agency,
                    email=options["email"],
                    full_name=options["name"],
                    role=options["role"],
                )
        except DomainError as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"Liên kết: {issued.link}\nMã đọc cho người nhận: {issued.code}\nChỉ hiện một lần.")
