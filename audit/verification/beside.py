"""Tree and pairs, looked at in a process of their own while the chains are walked.

That process is started bare: nothing here may need the models.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import psycopg

from audit.ledger.epochs import OUTCOMES
from audit.sealing.checking import Seals
from audit.sealing.checkpoints import Sealed
from audit.sealing.notes import Verifiers
from audit.sealing.records import Kinds
from audit.verification.link import address
from audit.verification.pairs import Pairs, find_pairs
from audit.verification.seals import find_seals


@contextmanager
def others(
    below: psycopg.Connection[Any],
    known: Verifiers,
    since: Sealed | None,
    starts: dict[str, dict[int, int]] | None,
    kinds: Kinds,
    *,
    beside: bool,
) -> Iterator[Callable[[], tuple[Seals, Pairs]]]:
    """Give what returns the state of tree and pairs, looked at here or *beside* what else is done."""
    outcomes = starts[OUTCOMES] if starts else None
    if not beside:
        yield lambda: (find_seals(below, known, since, kinds), find_pairs(below, outcomes))
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(_others_at, address(), dict(known), since, outcomes, kinds).result


def _others_at(
    place: str, known: Verifiers, since: Sealed | None, starts: dict[int, int] | None, kinds: Kinds
) -> tuple[Seals, Pairs]:
    with psycopg.connect(
        place, autocommit=True, application_name="lgsp-verify", options="-c statement_timeout=0"
    ) as own:
        return find_seals(own, known, since, kinds), find_pairs(own, starts)
