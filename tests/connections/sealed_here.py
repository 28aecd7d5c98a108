"""The call log of a test's own transaction, sealed where it stands: as the sealer would, without its process."""

from datetime import UTC

from django.db import connection

from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.sealing import store
from audit.sealing.checkpoints import Checkpoint, Sealed
from audit.sealing.leaves import EVENTS, SPELLING, Place, copy_after, hash_of, rows_of
from audit.sealing.merkle import Frontier
from audit.verification.link import link
from core import clock
from tests.audit.sealing.world import SIGNER

_MAC = b"\x00" * 32
_CHAINS = ((EVENTS, 0), (INTENTS, 1), (OUTCOMES, 2))


def seal_here() -> int:
    """Seal the rows ``log_calls`` wrote, with the openings of their chains; once a test. Return its size."""
    with connection.cursor() as cursor:
        for seq, kind in ((1, INTENTS), (2, OUTCOMES)):
            cursor.execute(
                "insert into audit_epoch (seq, event, kind, at, worker, key_name, format, prev_mac, row_mac)"
                " values (%s, 'open', %s, now(), 'test', 'first', 3, %s, %s)",
                [seq, kind, _MAC, _MAC],
            )
    below, frontier, runs = link(), Frontier(), []
    below.execute(";".join(text.replace("set ", "set local ", 1) for text in SPELLING))
    with below.cursor() as cursor:
        for kind, epoch in _CHAINS:
            for _epoch, n, _call, _more, line in rows_of(cursor, copy_after(kind, [Place(kind, epoch, 0)], most=200)):
                found = hash_of(kind, 3, line)
                runs.append(store.Run(frontier.size, kind, epoch, n, 3, [found]))
                frontier.append(found)
    point = Checkpoint(1, SIGNER.verifier.name, frontier.size, frontier.root(), clock.now().astimezone(UTC), b"")
    store.add(below, runs, [], Sealed.make(point, SIGNER))
    return frontier.size
