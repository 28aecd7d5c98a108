"""What the staff pages of all code lists share: data with a source; those we brought say so (decisions, 24)."""

from typing import Any

from django.http import HttpRequest

from core.admin import BaseAdmin


class CodeListAdmin(BaseAdmin):
    """Entries with title, code and source; a code once given stays."""

    list_display: tuple[str, ...] = ("title", "code", "is_default", "active", "source")
    list_filter = ("active", "is_default")
    search_fields = ("title", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code once given stays."""
        return ("code",) if obj else ()
