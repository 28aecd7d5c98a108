"""Checkpoints: what the log was at one moment, in one signed text (C2SP ``tlog-checkpoint``).

The text is origin, number of leaves and root; then, one a line, our own: the checkpoint's number, its time, the hash
of the text of the one before. The first after an accepted restore also names the last one that is known outside.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from audit.sealing.notes import BadNote, Signer, Verifiers, open_note, signature_line

_STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
NOTHING = b""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint; hashes are bytes, ``at`` is UTC, ``after`` is empty but after an accepted restore."""

    number: int
    origin: str
    size: int
    root: bytes
    at: datetime
    prev: bytes
    after: bytes = NOTHING

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = [
            self.origin,
            str(self.size),
            base64.b64encode(self.root).decode(),
            f"number {self.number}",
            f"time {self.at.astimezone(UTC).strftime(_STAMP)}",
        ]
        if self.prev:
            lines.append(f"prev {base64.b64encode(self.prev).decode()}")
        if self.after:
            lines.append(f"after {base64.b64encode(self.after).decode()}")
        return "\n".join(lines) + "\n"

    @property
    def digest(self) -> bytes:
        """What the next one names as the one before."""
        return sha256(self.text.encode()).digest()

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a checkpoint. Raises BadNote unless it is written exactly as ours are."""
        lines = text.splitlines()
        try:
            more = dict(line.split(" ", 1) for line in lines[3:])
            found = cls(
                number=int(more["number"]),
                origin=lines[0],
                size=int(lines[1]),
                root=base64.b64decode(lines[2]),
                at=datetime.strptime(more["time"], _STAMP).replace(tzinfo=UTC),
                prev=base64.b64decode(more.get("prev", "")),
                after=base64.b64decode(more.get("after", "")),
            )
        except (ValueError, KeyError, IndexError) as error:
            raise BadNote("not the text of a checkpoint") from error
        if found.text != text:
            raise BadNote("not a checkpoint as this log writes them")
        return found


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint with its signature: the signer's name, and key id with signature."""

    checkpoint: Checkpoint
    signer: str
    signature: bytes

    @property
    def note(self) -> str:
        """The whole note, as it lies outside the database."""
        return f"{self.checkpoint.text}\n{signature_line(self.signer, self.signature)}"

    @classmethod
    def make(cls, checkpoint: Checkpoint, signer: Signer) -> "Sealed":
        """Sign *checkpoint*."""
        return cls(checkpoint, signer.verifier.name, signer.sign(checkpoint.text))

    @classmethod
    def read(cls, note: str, known: Verifiers) -> "Sealed":
        """Read a note that one of the *known* keys signed. Raises BadNote."""
        text, verifier, signature = open_note(note, known)
        return cls(Checkpoint.parse(text), verifier.name, signature)


def generation_of(origin: str, name: str) -> int:
    """Return which life of the log *origin* names: 1 for the log as it began, one more for each accepted restore.

    Raises BadNote for an origin that is not of the log *name*.
    """
    if origin == name:
        return 1
    head, _, tail = origin.rpartition("/")
    if head == name and tail.isdecimal() and int(tail) > 1:
        return int(tail)
    raise BadNote(f"«{origin}» is not of the log «{name}»")


def origin_of(name: str, generation: int) -> str:
    """Return the origin of a life of the log *name*."""
    return name if generation == 1 else f"{name}/{generation}"
