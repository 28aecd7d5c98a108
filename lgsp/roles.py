"""Who may do what in the database: exact rights of the roles (decisions, 18 and 19), as data and as statements.

The owner migrates and owns; no process that serves anybody runs as the owner. Partitions have no rights of their own:
rows are reached through their parents. ``manage.py database_roles`` grants this anew after every upgrade.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psycopg import sql

from lgsp.sealed import SEALED

ROLES = ("web", "broker", "sealer", "archive")
_ALL = frozenset({"select", "insert", "update", "delete"})
_ADD = frozenset({"select", "insert"})
_READ = frozenset({"select"})
_NONE: frozenset[str] = frozenset()

# What the portal and its jobs may do with evidence; with every other table they may do all.
_WEB: dict[str, frozenset[str]] = {
    "audit_fact": _ADD,
    "auditlog_logentry": _ADD,
    "audit_row_change": _READ,  # triggers write it, under the rights of its owner
    "audit_intent": _READ,
    "audit_outcome": _READ,
    "audit_epoch": _READ,
    # A verification counts what lies there by name.
    "audit_intent_rest": _READ,
    "audit_outcome_rest": _READ,
    # A verification compares signatures seen with the calls they are of.
    "audit_nonce": _READ,
    "audit_tombstone": _READ,
    "audit_leaf": _READ,
    "audit_node": _READ,
    "audit_checkpoint": _READ,
    "audit_sealing": _READ,
    "audit_verification": _ADD,
    "audit_recovery": _ADD,
    "audit_gate": _ADD,
    "audit_idempotency": frozenset({"select", "delete"}),
    "django_migrations": _READ,
}
_BROKER: dict[str, frozenset[str]] = {
    "audit_intent": _ADD,
    "audit_outcome": _ADD,
    "audit_epoch": _ADD,
    "audit_nonce": _ADD,
    "audit_gate": _READ,
    "audit_sealing": _READ,
    "audit_recovery": _READ,
    "audit_idempotency": frozenset({"select", "insert", "update"}),
    "django_migrations": _READ,
    # The policy, as the projections of catalog and connections read it.
    **dict.fromkeys(
        (
            "accounts_agency", "catalog_dataelement", "catalog_dataservice", "catalog_informationsystem",
            "catalog_messageprofile", "catalog_operation", "catalog_profileuse", "catalog_purpose",
            "catalog_serviceversion", "catalog_upstream", "connections_connection", "connections_credential",
            "connections_grant", "connections_hold",
        ),
        _READ,
    ),
}  # fmt: skip
_SEALER: dict[str, frozenset[str]] = {
    "audit_intent": _READ,
    "audit_outcome": _ADD,
    "audit_epoch": _ADD,
    "audit_gate": _READ,
    "audit_leaf": _ADD,
    "audit_node": _ADD,
    "audit_checkpoint": _ADD,
    "audit_sealing": frozenset({"select", "insert", "update"}),
    # Sealed beside the log.
    **dict.fromkeys((record.table for record in SEALED.values()), _READ),
}
# It verifies the whole log, says so, and writes tombstones; partitions go by functions that ask for a sealed one.
_ARCHIVE = {
    **dict.fromkeys((record.table for record in SEALED.values()), _READ),
    **dict.fromkeys(
        (
            "audit_intent", "audit_outcome", "audit_intent_rest", "audit_outcome_rest", "audit_epoch", "audit_nonce",
            "audit_leaf", "audit_node", "audit_checkpoint", "audit_sealing", "audit_retention", "django_migrations",
        ),
        _READ,
    ),
    "audit_fact": _ADD,
    "audit_tombstone": _ADD,
    "audit_verification": _ADD,
}  # fmt: skip
_OTHERS = {"broker": _BROKER, "sealer": _SEALER, "archive": _ARCHIVE}
# Single columns: (role, table) to the columns that may be updated.
COLUMNS = {
    ("web", "audit_gate"): ("version", "lim"),
    ("web", "audit_recovery"): ("accepted_at", "accepted_by", "accept_reason"),
    ("broker", "audit_gate"): ("used", "day"),
}
FUNCTIONS = {
    "web": (
        "audit_keep_partition(text, text, timestamptz, timestamptz)",
        "audit_drop_nonces(text)",
    ),
    "archive": ("audit_detach_month(text)", "audit_drop_month(text)"),
}


@dataclass(frozen=True, slots=True)
class Schema:
    """What is there: tables (no partitions), and for each sequence the table that uses it."""

    tables: frozenset[str]
    sequences: Mapping[str, str]


def rights(role: str, table: str) -> frozenset[str]:
    """Return what *role* may do with the whole of *table*."""
    return _WEB.get(table, _ALL) if role == "web" else _OTHERS[role].get(table, _NONE)


def missing_tables(schema: Schema) -> list[str]:
    """Return the tables this module names and the database does not have."""
    named = {*_WEB, *_BROKER, *_SEALER, *_ARCHIVE}
    return sorted(named - schema.tables)


def statements(names: Mapping[str, str], schema: Schema, database: str) -> Iterable[sql.Composable]:
    """Give the statements that take everything from the roles *names* and grant them exactly what they may."""
    yield sql.SQL("revoke all on database {} from public").format(sql.Identifier(database))
    yield sql.SQL("revoke create on schema public from public")
    for role, name in names.items():
        who = sql.Identifier(name)
        yield sql.SQL("revoke all on all tables in schema public from {}").format(who)
        yield sql.SQL("revoke all on all sequences in schema public from {}").format(who)
        yield sql.SQL("revoke all on all functions in schema public from {}").format(who)
        yield sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), who)
        yield sql.SQL("grant usage on schema public to {}").format(who)
        yield from _of_tables(role, who, schema)
        for function in FUNCTIONS.get(role, ()):
            yield sql.SQL("grant execute on function {} to {}").format(sql.SQL(function), who)


def _of_tables(role: str, who: sql.Identifier, schema: Schema) -> Iterable[sql.Composable]:
    for table in sorted(schema.tables):
        if given := sorted(rights(role, table)):
            listed = sql.SQL(", ").join(map(sql.SQL, given))
            yield sql.SQL("grant {} on {} to {}").format(listed, sql.Identifier(table), who)
        if columns := COLUMNS.get((role, table)):
            listed = sql.SQL(", ").join(map(sql.Identifier, columns))
            yield sql.SQL("grant update ({}) on {} to {}").format(listed, sql.Identifier(table), who)
    for sequence, table in sorted(schema.sequences.items()):
        if "insert" in rights(role, table):
            yield sql.SQL("grant usage on sequence {} to {}").format(sql.Identifier(sequence), who)
