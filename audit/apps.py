"""The audit app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from audit.problems import PROBLEMS
from core.problems import register


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Nhật ký")

    def ready(self) -> None:
        """Add the codes of this floor to the catalogue."""
        register(*PROBLEMS)
