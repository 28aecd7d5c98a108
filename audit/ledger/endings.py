"""Outcomes written by somebody else than the process of the call: for calls of which nobody knows how they ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.ledger import rows
from audit.ledger.calls import Attempt, Call, LogUnavailable, Outcome, Stage, Standing, outcome_values
from audit.ledger.canonical import NO_MAC, earlier_mac
from audit.ledger.epochs import OUTCOMES, LogKey
from audit.ledger.link import FAULTS, Link
from audit.ledger.statements import RECORDING
from core import clock
from core.crypto import Keyring

WORKER = "sealer"
BATCH = 64
# An outcome names its call and nothing of who called.
_NOBODY = Standing()


@dataclass(frozen=True, slots=True)
class Ending:
    """A call to be closed: what its intents say, in the order of the log."""

    call_id: UUID
    received_at: datetime
    reason: str
    attempts: Sequence[Attempt]

    def row(self, key: bytes, at: datetime) -> tuple[Any, ...]:
        """Return the outcome row, in the order of ``canonical.ANSWER``."""
        last, earlier = self.attempts[-1], self.attempts[:-1]
        return outcome_values(
            Call(self.call_id, self.received_at, _NOBODY),
            Outcome(0, self.reason, "platform", stage=Stage.UNKNOWN),
            attempt=last,
            earlier=earlier_mac(key, earlier) if earlier else NO_MAC,
            finished_at=at,
        )


async def write_endings(address: str, keys: str, endings: Sequence[Ending]) -> int:
    """Write *endings* in an epoch of their own; return how many. Raises :class:`LogUnavailable` when it is not certain
    that all of them are written."""
    key = LogKey(*next(iter(Keyring.parse(keys).keys.items())))
    link = Link(address, OUTCOMES, key, WORKER, RECORDING)
    if not await link.open():
        raise LogUnavailable("the log cannot be written now")
    try:
        for begin in range(0, len(endings), BATCH):
            await _write(link, key, endings[begin : begin + BATCH])
    except FAULTS as error:
        await link.leave()
        raise LogUnavailable(f"not all outcomes are certainly written: {error}") from error
    await link.close()
    return len(endings)


async def _write(link: Link, key: LogKey, endings: Sequence[Ending]) -> None:
    assert link.statement is not None and link.chain is not None  # noqa: S101, PT018
    at = clock.now()
    written, ahead = link.chain.link(key.secret, rows.OUTCOMES, [ending.row(key.secret, at) for ending in endings])
    await link.statement.run(written)
    link.chain = ahead
