"""One verification of the call log: all of it, or what was sealed since a checkpoint."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from audit.archive.tombstones import Gone
from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.sealing import store
from audit.sealing.checkpoints import Sealed
from audit.sealing.notes import Verifiers, verifiers
from audit.sealing.records import Kinds, Records
from audit.verification.archived import check_files, find_gone
from audit.verification.beside import others
from audit.verification.chains import ChainCheck, ends_of
from audit.verification.epochs import Known, walk
from audit.verification.findings import Report
from audit.verification.link import link
from audit.verification.nonces import check_nonces
from audit.verification.pairs import tell_pairs
from audit.verification.seals import check_outside, check_records, check_unsealed, starts_after, tell_seals
from audit.verification.stored import TABLES
from audit.verification.structure import check_structure
from core.crypto import Keyring


class NoCheckpoint(LookupError):
    """The checkpoint to begin at is not in the database."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be verified: from checkpoint ``since`` on (0: everything), against the notes at ``against``, with
    the files of archived months in ``archives``.

    ``beside``: the tree is checked in a process of its own meanwhile, on a connection of its own.
    """

    since: int = 0
    against: Path | None = None
    beside: bool = False
    archives: Path | None = None


def records() -> Records:
    """Return the tables sealed beside the log."""
    found: Records = import_string(settings.SEALED_RECORDS)
    return found


def known_keys() -> Verifiers:
    """Return the public keys that may have signed checkpoints."""
    return verifiers(settings.SEALING_PUBLIC_KEYS)


def verify(ring: Keyring | None = None, asked: Asked = Asked(), known: Verifiers | None = None) -> Report:
    """Recompute the call log under *ring* and the *known* public keys (the settings' when not given) and report.

    Calls running meanwhile are no faults. Nothing is locked, and no statement but the comparison of pairs sees more
    than a few thousand rows, so no old snapshot holds back the gates (decisions, 32). Raises :class:`NoCheckpoint`.
    """
    ring = ring or Keyring.parse(settings.LOG_KEYS)
    known = known_keys() if known is None else known
    report = Report()
    below = link()
    since = _since(below, asked.since)
    gone = find_gone(report, below, ring.keys)
    kinds = Kinds(records(), list(ring.keys.values()), gone)
    with _patience():
        starts = starts_after(below, since.checkpoint.size) if since else None
        with others(below, known, since, starts, kinds, beside=asked.beside) as found:
            chains = _check_chains(report, ring, starts, gone)
            seals, pairs = found()
        tell_pairs(report, chains, pairs)
        tell_seals(report, below, seals, kinds.records)
        if asked.against is not None:
            check_outside(report, below, asked.against, known, asked.since)
        if asked.archives is not None:
            check_files(report, below, asked.archives)
        if report.sealed is not None and starts is None:
            check_unsealed(report, below)
            check_records(report, below, kinds.records)
    check_nonces(report)
    check_structure(report)
    return report


def _since(below: psycopg.Connection[Any], number: int) -> Sealed | None:
    if not number:
        return None
    found = store.checkpoint(below, number)
    if found is None:
        raise NoCheckpoint(_("không có điểm niêm phong %s") % number)
    return found


def _check_chains(
    report: Report, ring: Keyring, starts: dict[str, dict[int, int]] | None, gone: Gone
) -> dict[int, Known]:
    """Check every chain, or what was written to it since; return the epochs there are."""
    begun = {kind: starts[kind] if starts else None for kind in TABLES}
    there = {kind: frozenset(ends_of(kind, begun[kind])) for kind in TABLES}
    known = walk(report, ring)
    checks = {kind: ChainCheck(report, ring, kind, known, there[kind], begun[kind], gone) for kind in TABLES}
    for check in checks.values():
        check.run()
    report.outcomes, report.intents = checks[OUTCOMES].rows, checks[INTENTS].rows
    return known


@contextmanager
def _patience() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("reset statement_timeout")
