"""Merkle trees of RFC 6962 (§2.1): roots, inclusion and consistency proofs, and how each is verified.

Hashes are SHA-256, 32 bytes. A verifier believes nothing: a proof of the wrong length, of hashes that are none, of an
index beyond the tree or of a tree it cannot be of is no proof.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY = sha256(b"").digest()
# Hash of the leaves from one index up to (not including) another, a range the tree itself is made of.
Subtree = Callable[[int, int], bytes]


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Return the largest power of two below *size* (2 or more)."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a tree: the roots of its largest full subtrees, from left to right. All a tree needs to grow.

    ``stack`` holds (height, hash), heights falling.
    """

    __slots__ = ("size", "stack")

    def __init__(self, size: int = 0, stack: Sequence[tuple[int, bytes]] = ()) -> None:
        self.size, self.stack = size, list(stack)

    def append(self, leaf: bytes) -> list[tuple[int, bytes]]:
        """Add a leaf hash; return the nodes that became full by it as (height, hash), lowest first."""
        stack, height, made = self.stack, 0, []
        while stack and stack[-1][0] == height:
            leaf = sha256(b"\x01" + stack.pop()[1] + leaf).digest()
            height += 1
            made.append((height, leaf))
        stack.append((height, leaf))
        self.size += 1
        return made

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        if not self.stack:
            return EMPTY
        found = self.stack[-1][1]
        for _height, left in reversed(self.stack[:-1]):
            found = node_hash(left, found)
        return found

    def ranges(self) -> Iterator[tuple[int, int, bytes]]:
        """Give each full subtree: first leaf, leaf after the last, hash."""
        begin = 0
        for height, found in self.stack:
            yield begin, begin + (1 << height), found
            begin += 1 << height

    def copy(self) -> "Frontier":
        """Return one that grows by itself."""
        return Frontier(self.size, self.stack)


def full_ranges(size: int) -> list[tuple[int, int]]:
    """Return the ranges of the full subtrees a tree of *size* leaves is made of, from left to right."""
    found, begin = [], 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            found.append((begin, begin + (1 << height)))
            begin += 1 << height
    return found


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the audit path of leaf *index* in the tree of *size* leaves, lowest first. Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(begin, middle))
            begin = middle
    return path[::-1]


def consistency_proof(size: int, later: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree of *later* leaves begins with that of *size*. Raises ValueError."""
    if not 0 < size <= later:
        raise ValueError(f"no proof between trees of {size} and {later}")
    path, begin, end, whole = [], 0, later, True
    while size != end:
        middle = begin + split(end - begin)
        if size <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(begin, middle))
            begin, whole = middle, False
    if not whole:
        path.append(subtree(begin, end))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether *proof* shows the leaf hash at *index* of the tree of *size* leaves under *root*."""
    if not 0 <= index < size or not _hashes((leaf, root, *proof)):
        return False
    inner = (index ^ (size - 1)).bit_length()
    if len(proof) != inner + (index >> inner).bit_count():
        return False
    found = leaf
    for place, other in enumerate(proof):
        left = place >= inner or index >> place & 1
        found = node_hash(other, found) if left else node_hash(found, other)
    return found == root


def verify_consistency(size: int, later: int, proof: Sequence[bytes], root: bytes, later_root: bytes) -> bool:
    """Return whether *proof* shows that the tree of *later* leaves under *later_root* begins with the other one.

    From the empty tree there is nothing to show, so nothing is shown: False.
    """
    if size == later > 0:
        return not proof and root == later_root
    if not 0 < size < later or not _hashes((root, later_root, *proof)):
        return False
    given = list(proof)
    # A whole subtree at the left is its own beginning of the proof: the root is it.
    if size & (size - 1) == 0:
        given.insert(0, root)
    return bool(given) and _walk(size - 1, later - 1, given) == (root, later_root)


def _walk(at: int, last: int, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return both roots a consistency proof leads to, from leaf *at* and *last* up; None when it is too long or short.

    As RFC 9162 (§2.1.4.2) walks it.
    """
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = proof[0]
    for other in proof[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, other)
        at, last = at >> 1, last >> 1
    return (first, second) if last == 0 else None


def _hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
