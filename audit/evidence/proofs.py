"""Paths of many leaves at once: what they need of the tree is read for all of them together."""

from collections.abc import Sequence
from typing import Any

import psycopg

from audit.sealing.merkle import HASH_BYTES, inclusion_proof, node_hash, split
from audit.sealing.store import BLOCK, STEP

_LEAVES = """
select greatest(f.first_leaf, b.first),
       substring(f.hashes from greatest(b.first - f.first_leaf, 0)::int * 32 + 1
                 for (b.first + %(block)s - greatest(f.first_leaf, b.first))::int * 32)
  from unnest(%(firsts)s::bigint[]) b(first) cross join lateral (
    select * from audit_leaf l where l.first_leaf < b.first + %(block)s and l.first_leaf >=
      coalesce((select max(first_leaf) from audit_leaf where first_leaf <= b.first), 0)) f
"""
_NODES = """
select n.height, n.place, n.hash
  from unnest(%(heights)s::int[], %(blocks)s::bigint[]) b(height, block)
  join audit_node n on n.height = b.height and n.place >= b.block * %(block)s and n.place < (b.block + 1) * %(block)s
"""


class _Needed:
    """Notes which blocks of stored hashes a path reads."""

    def __init__(self) -> None:
        self.blocks: set[tuple[int, int]] = set()

    def __call__(self, begin: int, end: int) -> bytes:
        size = end - begin
        height = size.bit_length() - 1
        if size == 1 << height and begin % size == 0:
            step = height - height % STEP
            self.blocks.add((step, (begin >> step) // BLOCK))
        else:
            middle = begin + split(size)
            self(begin, middle)
            self(middle, end)
        return b""


class _Read:
    """Hashes of ranges out of what was read; none is computed twice."""

    def __init__(self) -> None:
        self.stored: dict[tuple[int, int], bytes] = {}
        self._known: dict[tuple[int, int], bytes] = {}

    def __call__(self, begin: int, end: int) -> bytes:
        size = end - begin
        height = size.bit_length() - 1
        if height % STEP == 0 and size == 1 << height and begin % size == 0:
            return self.stored[height, begin >> height]
        found = self._known.get((begin, end))
        if found is None:
            middle = begin + split(size)
            found = self._known[begin, end] = node_hash(self(begin, middle), self(middle, end))
        return found


def paths_of(below: psycopg.Connection[Any], leaves: Sequence[int], size: int) -> list[list[bytes]]:
    """Return the audit path of each of *leaves* in the tree of *size*, in two queries.

    Raises LookupError for what the tree does not hold.
    """
    needed = _Needed()
    for leaf in leaves:
        inclusion_proof(leaf, size, needed)
    read = _Read()
    firsts = sorted(block * BLOCK for height, block in needed.blocks if height == 0)
    for first, hashes in below.execute(_LEAVES, {"firsts": firsts, "block": BLOCK}).fetchall():
        for place in range(len(hashes) // HASH_BYTES):
            read.stored[0, first + place] = bytes(hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES])
    higher = sorted((height, block) for height, block in needed.blocks if height)
    if higher:
        heights, blocks = zip(*higher, strict=True)
        asked = {"heights": list(heights), "blocks": list(blocks), "block": BLOCK}
        for height, place, found in below.execute(_NODES, asked).fetchall():
            read.stored[height, place] = bytes(found)
    return [inclusion_proof(leaf, size, read) for leaf in leaves]
