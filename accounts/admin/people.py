"""Staff pages about people: to see, not to change; changes go through the portal's deeds."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Invitation, Membership, RoleChange, User
from core.admin import BaseAdmin
from core.text import fold


class PeopleAdmin(BaseAdmin):
    """Read only."""

    view_permission = "people.view_all"


@admin.register(User)
class UserAdmin(PeopleAdmin):
    """People."""

    list_display = ("full_name", "email", "position", "is_active", "last_login")
    list_filter = ("is_active", "is_demo")
    search_fields = ("full_name",)
    fields = ("full_name", "email", "phone", "position", "is_active", "is_demo", "last_login", "created_at")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded text."""
        for word in fold(search_term).split():
            queryset = queryset.filter(search__contains=word)
        return queryset, False


@admin.register(Membership)
class MembershipAdmin(PeopleAdmin):
    """Roles held."""

    list_display = ("user", "agency", "role", "valid_from", "valid_to", "ended_at")
    list_filter = ("role",)
    list_select_related = ("user", "agency")
    fields = ("user", "agency", "role", "employer", "valid_from", "valid_to", "ended_at", "end_reason")


@admin.register(Invitation)
class InvitationAdmin(PeopleAdmin):
    """Invitations, without their secrets."""

    list_display = ("full_name", "email", "agency", "role", "created_at", "expires_at", "accepted_at")
    list_select_related = ("agency",)
    fields = (
        "full_name",
        "email",
        "agency",
        "role",
        "created_at",
        "created_by",
        "expires_at",
        "accepted_at",
        "withdrawn_at",
    )


@admin.register(RoleChange)
class RoleChangeAdmin(PeopleAdmin):
    """Role changes."""

    list_display = ("full_name", "kind", "role", "state", "proposed_by", "decided_by")
    list_filter = ("state", "kind")
    list_select_related = ("proposed_by", "decided_by")
