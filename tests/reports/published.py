"""A published report for tests that begin there; how it came there is told in test_life.py."""

from reports.models import ReportRun
from tests.reports.conftest import Desk


def published(desk: Desk) -> ReportRun:
    """Return one with all its files."""
    return desk.publish(every=True)
