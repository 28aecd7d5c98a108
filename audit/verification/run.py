"""One verification of the call log: all of it, or what was sealed since a checkpoint."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from psycopg.conninfo import make_conninfo

from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.sealing import store
from audit.sealing.checking import Seals
from audit.sealing.checkpoints import Sealed
from audit.sealing.notes import Verifiers, verifiers
from audit.verification.chains import TABLES, ChainCheck, ends_of
from audit.verification.epochs import walk
from audit.verification.findings import Report
from audit.verification.link import link
from audit.verification.pairs import check_new_pairs, check_pairs
from audit.verification.seals import check_outside, check_unsealed, find_seals, starts_after, tell_seals
from audit.verification.structure import check_structure
from core.crypto import Keyring


class NoCheckpoint(LookupError):
    """The checkpoint to begin at is not in the database."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be verified: from checkpoint ``since`` on (0: everything), against the notes at ``against``.

    ``beside``: the tree is checked in a process of its own meanwhile, on a connection of its own.
    """

    since: int = 0
    against: Path | None = None
    beside: bool = False


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
    with _patience(), _seals(below, known, since, beside=asked.beside) as seals:
        starts = starts_after(below, since.checkpoint.size) if since else None
        _check_rows(report, ring, starts)
        found = seals()
        tell_seals(report, below, found)
        if asked.against is not None:
            check_outside(report, below, asked.against, known, asked.since)
        if report.sealed is not None and starts is None:
            check_unsealed(report, below)
    check_structure(report)
    return report


def _since(below: psycopg.Connection[Any], number: int) -> Sealed | None:
    if not number:
        return None
    found = store.checkpoint(below, number)
    if found is None:
        raise NoCheckpoint(_("không có điểm niêm phong %s") % number)
    return found


def _check_rows(report: Report, ring: Keyring, starts: dict[str, dict[int, int]] | None) -> None:
    begun = {kind: starts[kind] if starts else None for kind in TABLES}
    there = {kind: frozenset(ends_of(kind, begun[kind])) for kind in TABLES}
    known = walk(report, ring)
    checks = {kind: ChainCheck(report, ring, kind, known, there[kind], begun[kind]) for kind in TABLES}
    for check in checks.values():
        check.run()
    if starts is None:
        check_pairs(report, known)
    else:
        check_new_pairs(report, starts[OUTCOMES])
    report.outcomes, report.intents = checks[OUTCOMES].rows, checks[INTENTS].rows


@contextmanager
def _patience() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("reset statement_timeout")


@contextmanager
def _seals(below: psycopg.Connection[Any], known: Verifiers, since: Sealed | None, *, beside: bool) -> Iterator[Any]:
    """Give what returns the state of the tree, checked here or beside what else is done."""
    if not beside:
        yield lambda: find_seals(below, known, since)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(_seals_of, _address(), dict(known), since).result


def _seals_of(address: str, known: Verifiers, since: Sealed | None) -> Seals:
    with psycopg.connect(address, autocommit=True, application_name="lgsp-verify") as own:
        return find_seals(own, known, since)


def _address() -> str:
    named = connection.get_connection_params()
    kept = {name: named[name] for name in ("dbname", "user", "password", "host", "port") if named.get(name)}
    return make_conninfo(**kept)
