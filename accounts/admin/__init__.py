"""Staff pages of this app."""

from django.contrib import admin

from accounts.admin import agencies, calendar, letters, people
from core.admin import BaseAdmin

__all__ = ["agencies", "calendar", "letters", "people"]

# Libraries register pages of their own, which know neither our roles nor our deeds: none of them stays.
for _model, _page in list(admin.site._registry.items()):
    if not isinstance(_page, BaseAdmin):
        admin.site.unregister(_model)
