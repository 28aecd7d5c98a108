"""The roof as an app, so that it can hold the commands that join the others."""

from django.apps import AppConfig

# Every process that asks for a job, not only the workers, needs the configured application.
from lgsp.celery import app as celery_app

__all__ = ["LgspConfig", "celery_app"]


class LgspConfig(AppConfig):
    name = "lgsp"
    verbose_name = "LGSP"
