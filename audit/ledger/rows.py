"""Writing rows: the MAC of each and its columns as a row literal, in one pass compiled from the columns.

A batch is one text, an array of rows (``audit_intent_row``, ``audit_outcome_row``): that costs a fifth of adapting
each value by itself. The canonical bytes are those of ``canonical``, which a verification computes by itself.
"""

import hmac
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from audit.ledger.canonical import INTENT, OUTCOME, Column, chunk, head, microseconds, net_number, net_text


@lru_cache(maxsize=8192)
def quoted(value: str) -> str:
    """Return a text as a column of a row that is an element of an array literal: each of the two quotes once."""
    column = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return column.replace("\\", "\\\\").replace('"', '\\"')


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


# How each type is written: its netstring, and its part of the row's literal. Numbers and texts of a log repeat from
# row to row and are remembered; identities, times and digests never do. A backslash is quoted as a text is.
_TYPES: dict[str, tuple[str, str]] = {
    "uuid": ("b'16:%b,' % {0}.bytes", "{{{0}.int:032x}}"),
    "text": ("net_text({0})", "{{quoted({0})}}"),
    "bytea": ("b'%d:%b,' % (len({0}), {0})", "\\\\\\\\x{{{0}.hex()}}"),
    "timestamptz": ("stamp({0})[0]", "{{stamp({0})[1]}}"),
    "bigint": ("net_number({0})", "{{{0}}}"),
    "int": ("net_number({0})", "{{{0}}}"),
    "smallint": ("net_number({0})", "{{{0}}}"),
    "boolean": ("net_number({0})", "{{{0}}}"),
}
# What no other row has is not looked up among what others had.
_OWN = {
    "n": ("b'%d:%d,' % (len(str(n)), n)", "{n}"),
    "intent_n": ("b'%d:%d,' % (len(str(intent_n)), intent_n)", "{intent_n}"),
    "finished_at": ("(own := stamp_anew(finished_at))[0]", "{own[1]}"),
    # NULL is nothing at all between two commas.
    "created": (
        "b'~,' if created is None else stamp(created)[0]",
        "{'' if created is None else stamp(created)[1]}",
    ),
}


class Form:
    """How rows of one table are written: covered columns, of which those from *begin* to *end* repeat together.

    What repeats is one value of a row and is written once: it keeps that (``calls.Standing``). The writing itself is
    compiled once from the columns: a row of thirty columns costs no thirty calls.
    """

    def __init__(self, table: str, columns: tuple[Column, ...], begin: int, end: int) -> None:
        self.columns, self.begin = columns, begin
        self._repeated = columns[begin:end]
        own = (*columns[:begin], *columns[end:])
        names = [column.name for column in own]
        names.insert(begin, "repeated")
        nets = [_written(column, 0) for column in own]
        nets.insert(begin, "nets")
        literals = [_written(column, 1) for column in own]
        literals.insert(begin, "{literal}")
        source = f"""
def write(key, values):
    {", ".join(names)} = values
    nets, literal = repeated.written or remember(repeated)
    mac = digest(key, b"".join((head, {", ".join(nets)})), "sha256")
    return mac, rf'''"({",".join(literals)},\\\\\\\\x{{mac.hex()}})"'''
"""
        scope: dict[str, Any] = {"digest": hmac.digest, "head": head(table), "remember": self.remember}
        scope |= {"net_text": net_text, "net_number": net_number, "quoted": quoted}
        scope |= {"stamp": stamp, "stamp_anew": stamp_anew}
        exec(compile(source, f"<rows of {table}>", "exec"), scope)  # noqa: S102  # our own columns, nothing else
        self._write = scope["write"]

    def remember(self, repeated: Any) -> tuple[bytes, str]:
        """Write what repeats, and keep with it how it is written."""
        values = [getattr(repeated, column.name) for column in self._repeated]
        elements = [quoted(value) if isinstance(value, str) else str(value) for value in values]
        written = repeated.written = (chunk(values), ",".join(elements))
        return written

    def write(self, key: bytes, values: tuple[Any, ...]) -> tuple[bytes, str]:
        """Return the MAC of a row and the row, its MAC at the end, as an element of an array of rows."""
        found: tuple[bytes, str] = self._write(key, values)
        return found

    def flat(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return *values* of a row with what repeats taken apart: one for each column."""
        repeated = values[self.begin]
        parts = [getattr(repeated, column.name) for column in self._repeated]
        return (*values[: self.begin], *parts, *values[self.begin + 1 :])


def _written(column: Column, which: int) -> str:
    found = _OWN.get(column.name)
    return _TYPES[column.type][which].format(column.name) if found is None else found[which]


INTENTS = Form("intent", INTENT, 2, 23)
OUTCOMES = Form("outcome", OUTCOME, 3, 8)
