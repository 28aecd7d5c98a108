"""The ground as an app, and the one admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Nền"


class PortalAdminConfig(AdminConfig):
    default_site = "core.admin.PortalAdminSite"
