"""How the sealed log stands, for the page of those who watch it, and its proofs for those who ask for one."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from audit.models import Sealing, Verification
from audit.sealing import store
from audit.sealing.merkle import inclusion_proof
from audit.verification.link import link
from core import clock

# Runs further back than this say nothing about now: hourly ones come every hour.
STALE = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Standing:
    """``state``: broken, unsealed, late, unverified or sound. ``lag`` in seconds, None before anything was sealed."""

    state: str
    sealing: Sealing | None
    lag: float | None
    last: Verification | None
    whole: Verification | None
    broken: Verification | None
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """That a row is in the log: its leaf, the path to the root of a checkpoint, and that checkpoint as a note."""

    index: int
    size: int
    form: int
    leaf: bytes
    path: tuple[bytes, ...]
    note: str


def standing() -> Standing:
    """Return how sealing and verification stand; four queries at most."""
    sealing = Sealing.objects.first()
    lag = (clock.now() - sealing.sealed_at).total_seconds() if sealing and sealing.sealed_at else None
    last = Verification.objects.first()
    whole = last if last and last.whole else Verification.objects.filter(whole=True).first()
    broken = last if last and not last.sound else whole if whole and not whole.sound else None
    return Standing(_state(lag, last, broken), sealing, lag, last, whole, broken, tuple(settings.SEALING_PUBLIC_KEYS))


def _state(lag: float | None, last: Verification | None, broken: Verification | None) -> str:
    if broken is not None:
        return "broken"
    if lag is None or lag > settings.SEALING_LIMIT_SECONDS:
        return "unsealed"
    if lag > settings.SEALING_ALARM_SECONDS:
        return "late"
    return "unverified" if last is None or clock.now() - last.at > STALE else "sound"


def newest_checkpoint() -> str:
    """Return the newest checkpoint as a signed note; empty before there is one."""
    found = store.last_checkpoint(link())
    return found.note if found else ""


def proof_of(kind: str, epoch: int, n: int, *, number: int | None = None) -> Proof | None:
    """Return the proof that a row (``intent``, ``outcome``, or ``epoch`` with epoch 0 and its seq) is in the log.

    To checkpoint *number*, or to the first one that covers it. None while it is not sealed, or for a checkpoint that
    does not cover it.
    """
    below = link()
    leaf = store.leaf_of(below, kind, epoch, n)
    row = None if leaf is None else store.row_of(below, leaf)
    if leaf is None or row is None:
        return None
    sealed = store.checkpoint_covering(below, leaf) if number is None else store.checkpoint(below, number)
    if sealed is None or sealed.checkpoint.size <= leaf:
        return None
    size = sealed.checkpoint.size
    path = inclusion_proof(leaf, size, store.StoredTree(below))
    return Proof(leaf, size, row[1], row[2], tuple(path), sealed.note)
