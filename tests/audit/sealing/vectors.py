"""The published vectors of the sealed log, computed the slow way: ``python -m tests.audit.sealing.vectors``.

Roots and proofs follow the definitions of RFC 6962 §2.1 word for word, by another way than the product's.
"""

import base64
import json
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[3] / "docs" / "vectors" / "call-log.json"
# Inputs of the reference tree of RFC 6962's authors, and more of our own.
INPUTS = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")] + [
    f"lgsp-log {number}".encode() for number in range(10)
]


def mth(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash as the RFC defines it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = largest(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def largest(n: int) -> int:
    """Return the largest power of two below *n*."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the audit path PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = largest(len(leaves))
    return [*path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """Return the consistency proof SUBPROOF(m, D[n], b)."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = largest(len(leaves))
    if m <= k:
        return [*proof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*proof(m - k, leaves[k:], False), mth(leaves[:k])]


def _wrong(good: Sequence[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Give proofs that are almost *good*."""
    yield "a hash more", [*good, bytes(32)]
    yield "a hash before", [bytes(32), *good]
    if good:
        yield "the last hash left out", list(good[:-1])
        yield "the first hash left out", list(good[1:])
        yield "one bit of a hash", [bytes([good[0][0] ^ 1, *good[0][1:]]), *good[1:]]
        yield "a hash of 31 bytes", [good[0][:-1], *good[1:]]
    if len(good) > 1 and good[0] != good[1]:
        yield "two hashes swapped", [good[1], good[0], *good[2:]]


def _text(values: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(value).decode() for value in values]


def inclusion() -> Iterator[dict[str, Any]]:
    """Give proofs that a leaf is in a tree."""
    for size, index in ((1, 0), (2, 1), (3, 2), (5, 4), (7, 0), (7, 3), (8, 5), (13, 12), (16, 15), (17, 16), (17, 3)):
        leaves = INPUTS[:size]
        good, root, leaf = path(index, leaves), mth(leaves), mth([leaves[index]])
        base = {"index": index, "size": size, "leaf": _text([leaf])[0], "root": _text([root])[0]}
        yield {**base, "name": f"leaf {index} of {size}", "proof": _text(good), "valid": True}
        for name, bad in _wrong(good):
            yield {**base, "name": f"leaf {index} of {size}: {name}", "proof": _text(bad), "valid": False}
        for other in {index + size, -1, *([index ^ 1] if index ^ 1 < size else [])}:
            name = f"leaf {index} of {size} taken for {other}"
            yield {**base, "index": other, "name": name, "proof": _text(good), "valid": False}
        yield {**base, "root": _text([bytes(32)])[0], "name": f"leaf {index} of {size}: other root",
               "proof": _text(good), "valid": False}  # fmt: skip


def consistency() -> Iterator[dict[str, Any]]:
    """Give proofs that a tree begins with another."""
    for size, later in ((1, 1), (1, 8), (2, 5), (4, 7), (6, 8), (7, 17), (8, 16), (12, 13), (16, 17), (17, 17)):
        leaves = INPUTS[:later]
        good, first, second = proof(size, leaves), mth(leaves[:size]), mth(leaves)
        base = {"size": size, "later": later, "root": _text([first])[0], "later_root": _text([second])[0]}
        yield {**base, "name": f"{size} to {later}", "proof": _text(good), "valid": True}
        for name, bad in _wrong(good):
            yield {**base, "name": f"{size} to {later}: {name}", "proof": _text(bad), "valid": False}
        if size != later:
            for name, changed in (("root", "root"), ("later root", "later_root")):
                yield {**base, changed: _text([bytes(32)])[0], "name": f"{size} to {later}: other {name}",
                       "proof": _text(good), "valid": False}  # fmt: skip
            yield {**base, "size": later, "later": size, "name": f"{later} to {size}", "proof": _text(good),
                   "valid": False}  # fmt: skip
    empty = _text([mth([])])[0]
    yield {"name": "from nothing", "size": 0, "later": 1, "root": empty, "later_root": _text([mth(INPUTS[:1])])[0],
           "proof": [], "valid": False}  # fmt: skip


def document() -> str:
    """Return the file."""
    whole = {
        "about": "Test vectors of the sealed call log (docs/evidence.md): RFC 6962 trees, SHA-256; bytes in base64.",
        "inputs": _text(INPUTS),
        "roots": _text([mth(INPUTS[:size]) for size in range(len(INPUTS) + 1)]),
        "inclusion": list(inclusion()),
        "consistency": list(consistency()),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}\n")
