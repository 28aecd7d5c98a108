"""The roof as an app, so that it can hold the commands that join the others."""

from django.apps import AppConfig


class LgspConfig(AppConfig):
    name = "lgsp"
    verbose_name = "LGSP"
