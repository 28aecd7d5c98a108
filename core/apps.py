"""The ground as an app, and the one admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig, SimpleAdminConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Nền")


class PortalAdminConfig(AdminConfig):
    default_site = "core.admin.PortalAdminSite"


class NoPagesAdminConfig(SimpleAdminConfig):
    """The same for a process that shows no page: nobody looks for what staff can do."""

    default = False
    default_site = "core.admin.PortalAdminSite"
