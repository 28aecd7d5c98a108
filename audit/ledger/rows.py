"""Writing rows: the MAC of each and its columns as elements of array literals, in one pass compiled from the columns.

Array literals, one text for each column, keep the prepared statement's types the same for every batch and cost a
third of adapting each value by itself. The canonical bytes are those of ``canonical``, which a verification computes
by itself.
"""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from audit.ledger.canonical import INTENT, OUTCOME, Column, head, microseconds, net_number, net_text


@lru_cache(maxsize=8192)
def quoted(value: str) -> str:
    """Return a text as an element of an array literal."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(maxsize=256)
def _second(since: int) -> str:
    return datetime.fromtimestamp(since, tz=UTC).isoformat()[:19]


def stamp_anew(value: datetime) -> tuple[bytes, str]:
    """Return a time as netstring and element."""
    plain = b"%d" % (total := microseconds(value))
    since, rest = divmod(total, 1_000_000)
    return b"%d:%b," % (len(plain), plain), f"{_second(since)}.{rest:06d}+00:00"


# A batch has one time of admission, a call one of arrival in both its rows.
stamp = lru_cache(maxsize=4096)(stamp_anew)


# How each type is written: its netstring, and its element of a PostgreSQL array. Numbers and texts of a log repeat
# from row to row and are remembered; identities, times and digests never do.
_TYPES: dict[str, tuple[str, str]] = {
    "uuid": ("b'16:%b,' % {0}.bytes", "f'{{{0}.int:032x}}'"),
    "text": ("net_text({0})", "quoted({0})"),
    "bytea": ("b'%d:%b,' % (len({0}), {0})", "'\"\\\\\\\\x' + {0}.hex() + '\"'"),
    "timestamptz": ("stamp({0})[0]", "stamp({0})[1]"),
    "bigint": ("net_number({0})", "str({0})"),
    "int": ("net_number({0})", "str({0})"),
    "smallint": ("net_number({0})", "str({0})"),
    "boolean": ("net_number({0})", "str({0})"),
}
_NULLABLE = frozenset({"created"})
# What no other row has is not looked up among what others had.
_OWN = {
    "n": ("b'%d:%d,' % (len(str({0})), {0})", "str({0})"),
    "intent_n": ("b'%d:%d,' % (len(str({0})), {0})", "str({0})"),
    "finished_at": ("(own := stamp_anew({0}))[0]", "own[1]"),
}


class Form:
    """How rows of one table are written: covered columns, of which those from *begin* to *end* repeat together.

    The writing itself is compiled once from the columns: a row of thirty columns costs no thirty calls.
    """

    def __init__(self, table: str, columns: tuple[Column, ...], begin: int, end: int) -> None:
        self.columns = columns
        repeated, own = columns[begin:end], (*columns[:begin], *columns[end:])
        names = ", ".join(column.name for column in columns)
        nets = [_written(column, 0) for column in own]
        nets.insert(begin, "nets")
        literals = [_written(column, 1) for column in own]
        literals.insert(begin, "*literals")
        together = ", ".join(column.name for column in repeated)
        source = f"""
@lru_cache(maxsize=8192)
def together({together}):
    return b"".join(({", ".join(_written(column, 0) for column in repeated)},)), (
        {", ".join(_written(column, 1) for column in repeated)},)

def write(key, values):
    {names} = values
    nets, literals = together({together})
    mac = digest(key, b"".join((head, {", ".join(nets)})), "sha256")
    return mac, ({", ".join(literals)}, '"\\\\\\\\x' + mac.hex() + '"')
"""
        scope: dict[str, Any] = {"lru_cache": lru_cache, "digest": hmac.digest, "head": head(table)}
        scope |= {"net_text": net_text, "net_number": net_number, "quoted": quoted}
        scope |= {"stamp": stamp, "stamp_anew": stamp_anew}
        exec(compile(source, f"<rows of {table}>", "exec"), scope)  # noqa: S102  # our own columns, nothing else
        self._write = scope["write"]

    def write(self, key: bytes, values: tuple[Any, ...]) -> tuple[bytes, tuple[str, ...]]:
        """Return the MAC of a row and its literals in the order of the columns, the MAC's at the end."""
        found: tuple[bytes, tuple[str, ...]] = self._write(key, values)
        return found


def _written(column: Column, which: int) -> str:
    text = (_OWN.get(column.name) or _TYPES[column.type])[which].format(column.name)
    if column.name not in _NULLABLE:
        return text
    return f"({'bytes((126, 44))' if which == 0 else repr('NULL')} if {column.name} is None else {text})"


def joined(literals: Iterable[str]) -> str:
    """Return elements as the literal of a PostgreSQL array."""
    return "{" + ",".join(literals) + "}"


INTENTS = Form("intent", INTENT, 2, 23)
OUTCOMES = Form("outcome", OUTCOME, 3, 8)
