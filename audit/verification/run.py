"""One verification of the whole call log."""

from django.conf import settings
from django.db import connection

from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.verification.chains import TABLES, ChainCheck, ends_of
from audit.verification.epochs import walk
from audit.verification.findings import Report
from audit.verification.pairs import check_pairs
from audit.verification.structure import check_structure
from core.crypto import Keyring


def verify(ring: Keyring | None = None) -> Report:
    """Recompute the call log under *ring* (the settings' keys when not given) and report.

    Calls running meanwhile are no faults. Nothing is locked, and no statement but the comparison of pairs sees more
    than a few thousand rows, so no old snapshot holds back the gates (decisions, 32).
    """
    ring = ring or Keyring.parse(settings.LOG_KEYS)
    report = Report()
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
    try:
        there = {kind: frozenset(ends_of(kind)) for kind in TABLES}
        known = walk(report, ring)
        checks = {kind: ChainCheck(report, ring, kind, known, there[kind]) for kind in TABLES}
        for check in checks.values():
            check.run()
        check_pairs(report, known)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("reset statement_timeout")
    report.outcomes, report.intents = checks[OUTCOMES].rows, checks[INTENTS].rows
    check_structure(report)
    return report
