"""Background work of this app; task bodies only call services."""

from celery import shared_task

from catalog.services.document_releases import end_passed_releases
from catalog.services.exceptions import tell_of_days
from catalog.services.freshness import tell_lapses
from catalog.services.searching import index_all
from catalog.services.version_endings import end_versions


@shared_task
def watch() -> None:
    """Tell of lapsed promises and of days of direct sharing, each once; take back rights that have passed."""
    tell_lapses()
    tell_of_days()
    end_passed_releases()


@shared_task
def index() -> None:
    """Renew what the catalogue is found by: names of agencies and sectors may have changed below it."""
    index_all(again=True)


@shared_task
def end_announced() -> None:
    """Withdraw the versions whose announced day has come."""
    end_versions()
