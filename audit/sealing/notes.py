"""Signed notes and their keys as public tools read them (C2SP ``signed-note``, Go's ``note``).

A note is a text, a blank line and lines ``— <key name> <base64(key id + signature)>``; signatures are Ed25519 over the
text with its last newline. A key id is the beginning of SHA-256 over name and public key. Keys are written
``PRIVATE+KEY+<name>+<id>+<base64>`` (whoever has it signs) and ``<name>+<id>+<base64>`` (everybody may have it).
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_PRIVATE = ("PRIVATE", "KEY")
_DASH = "\u2014 "
_ID_BYTES, _KEY_BYTES, _SIGNATURE_BYTES = 4, 32, 64


class BadNote(ValueError):
    """A text that is no signed note of ours, or one that none of the known keys signed."""


def _id_of(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_BYTES]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("not base64") from error


def _named(name: str) -> str:
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise ValueError(f"a key name has no spaces and no plus: {name!r}")
    return name


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a key."""

    name: str
    key_id: bytes
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read ``<name>+<id>+<base64>``. Raises ValueError saying what is wrong."""
        name, _, rest = text.strip().partition("+")
        shown, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if raw[:1] != _ED25519 or len(raw) != 1 + _KEY_BYTES:
            raise ValueError(f"key {name!r} is no Ed25519 key")
        found = cls(_named(name), _id_of(name, raw[1:]), raw[1:])
        if found.key_id.hex() != shown.lower():
            raise ValueError(f"key {name!r} and its id {shown!r} do not fit")
        return found

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Return whether *signature* (64 bytes) is this key's over *text*."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """The private half of a key, which only the sealer has."""

    verifier: Verifier
    _private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def made_of(cls, name: str, seed: bytes) -> "Signer":
        """Return the key of a 32-byte *seed*."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public = private.public_key().public_bytes_raw()
        return cls(Verifier(_named(name), _id_of(name, public), public), private)

    @classmethod
    def parse(cls, text: str) -> "Signer":
        """Read ``PRIVATE+KEY+<name>+<id>+<base64>``. Raises ValueError saying what is wrong."""
        parts = text.strip().split("+", 4)
        if tuple(parts[:2]) != _PRIVATE or len(parts) != 5:
            raise ValueError("not a private key of a signed note")
        raw = _decoded(parts[4])
        if raw[:1] != _ED25519 or len(raw) != 1 + _KEY_BYTES:
            raise ValueError("not an Ed25519 key")
        found = cls.made_of(parts[2], raw[1:])
        if found.verifier.key_id.hex() != parts[3].lower():
            raise ValueError("key and id do not fit")
        return found

    def exported(self) -> str:
        """Return the key as :meth:`parse` reads it."""
        raw = base64.b64encode(_ED25519 + self._private.private_bytes_raw()).decode()
        return "+".join((*_PRIVATE, self.verifier.name, self.verifier.key_id.hex(), raw))

    def sign(self, text: str) -> bytes:
        """Return key id and signature over *text*, which ends with a newline."""
        return self.verifier.key_id + self._private.sign(text.encode())


Verifiers = Mapping[bytes, Verifier]


def verifiers(texts: Iterable[str]) -> dict[bytes, Verifier]:
    """Return public keys by id. Raises ValueError for what is none."""
    return {found.key_id: found for found in map(Verifier.parse, filter(str.strip, texts))}


def signature_line(name: str, marked: bytes) -> str:
    """Return the line that carries key id and signature."""
    return f"{_DASH}{name} {base64.b64encode(marked).decode()}\n"


def open_note(note: str, known: Verifiers) -> tuple[str, Verifier, bytes]:
    """Return the text of *note*, who of the *known* keys signed it, and key id with signature. Raises BadNote."""
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not text:
        raise BadNote("a note has a text, a blank line and signatures")
    text += "\n"
    for line in rest.splitlines():
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        marked = _decoded(encoded)
        verifier = known.get(marked[:_ID_BYTES])
        if verifier is None or verifier.name != name or not line.startswith(_DASH):
            continue
        signature = marked[_ID_BYTES:]
        if len(signature) != _SIGNATURE_BYTES or not verifier.verifies(text, signature):
            raise BadNote(f"the signature of {name} does not fit")
        return text, verifier, marked
    raise BadNote("no known key signed this note")


def split_notes(lines: Iterable[str]) -> Iterator[str]:
    """Give each note of a file in which one stands after the other; the beginning of one cut off at the end is left
    out."""
    note: list[str] = []
    signed = False
    for line in lines:
        if signed and not line.startswith(_DASH):
            yield "".join(note)
            note, signed = [], False
        note.append(line)
        signed = len(note) > 1 and line.startswith(_DASH) and line.endswith("\n")
    if signed:
        yield "".join(note)
