"""Staff pages of evidence: read only."""

from django.contrib import admin

from audit.models import Fact
from core.admin import BaseAdmin


@admin.register(Fact)
class FactAdmin(BaseAdmin):
    """Facts, newest first."""

    view_permission = "facts.view"
    list_display = ("at", "deed", "subject_name", "actor_name", "agency_name")
    list_filter = ("deed",)
    search_fields = ("subject_name", "actor_name", "deed", "request_id")
    date_hierarchy = "at"
