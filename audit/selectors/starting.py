"""What a process must know of the log before it begins: whether its keys are the log's, and when the last row was."""

from datetime import datetime

from django.db import connection

from audit.ledger import canonical
from core.crypto import Keyring

_NAMES = ", ".join(column.name for column in canonical.EPOCH)
_NEWEST = f"select {_NAMES}, row_mac from audit_epoch order by seq desc limit 1"  # noqa: S608
_LAST = {
    "audit_fact": "select max(at) from audit_fact",
    "audit_epoch": "select max(at) from (select at from audit_epoch order by seq desc limit 1) last",
    "audit_checkpoint": "select max(at) from (select at from audit_checkpoint order by number desc limit 1) last",
}
_READABLE = "select name from unnest(%s::text[]) name where has_table_privilege(name, 'select')"
_DURABLE = "select name from pg_settings where name = any(%s) and setting = 'off' order by name"
_RESTORED = "select backup from audit_recovery where kind = 'restore' and accepted_at is null order by id desc limit 1"


def wrong_log_key(ring: Keyring) -> str:
    """Return the name of the key that wrote the newest epoch row when *ring* lacks it or holds another; else ""."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        row = cursor.fetchone()
    if row is None:
        return ""
    signed, stored = row[:-1], bytes(row[-1])
    event = dict(zip((column.name for column in canonical.EPOCH), signed, strict=True))
    name = str(event["key_name"])
    key = ring.keys.get(name)
    return name if key is None or canonical.row_mac(key, "epoch", signed, event["format"]) != stored else ""


def last_moment() -> datetime | None:
    """Return the time of the newest fact, opening, closing or checkpoint, as far as this role may read them."""
    with connection.cursor() as cursor:
        cursor.execute(_READABLE, [list(_LAST)])
        union = " union all ".join(_LAST[name] for (name,) in cursor.fetchall())
        cursor.execute(f"select max(max) from ({union}) newest")  # noqa: S608
        found: datetime | None = cursor.fetchone()[0]
    return found


def what_is_not_durable() -> list[str]:
    """Return the settings of the server that are off and without which a commit may be lost (P11)."""
    with connection.cursor() as cursor:
        cursor.execute(_DURABLE, [["fsync", "full_page_writes", "synchronous_commit"]])
        return [name for (name,) in cursor.fetchall()]


def waiting_restore() -> str:
    """Return the backup this database was restored from while nobody accepted that; "" otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(_RESTORED)
        row = cursor.fetchone()
    return str(row[0]) if row else ""
