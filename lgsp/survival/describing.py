"""What a manifest says of the database: versions, state of the log, rows by model, prints of keys."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from audit.sealing import store
from audit.sealing.checkpoints import Sealed
from audit.verification.link import link
from core import clock
from lgsp.env import env
from lgsp.survival.making import Source
from lgsp.survival.manifest import KEYS, Manifest, prints_of

# What a drill compares: small tables that hold what the platform decides by.
COUNTED = (
    "accounts.User", "accounts.Agency", "accounts.Membership", "catalog.InformationSystem", "catalog.DataService",
    "connections.ConnectionRequest", "connections.Connection", "connections.Grant", "connections.Credential",
    "connections.Hold", "audit.Fact",
)  # fmt: skip
OURS = ("core", "audit", "accounts", "catalog", "connections", "broker", "incidents", "reports", "lgsp")


def source() -> Source:
    """Return what this installation would back up."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        size = int(cursor.fetchone()[0])
    address = env("LGSP_BACKUP_DATABASE_URL") or env("DATABASE_URL")
    return Source(address, Path(settings.MEDIA_ROOT), settings.CHECKPOINT_DIR, settings.ARCHIVE_DIR, size)


def describe() -> Manifest:
    """Return the manifest but for its files."""
    named = connection.get_connection_params()
    return Manifest(
        made_at=clock.now().isoformat(timespec="seconds"),
        product=settings.PRODUCT_VERSION,
        postgres=link().info.server_version // 10000,
        database=named["dbname"],
        user=named["user"],
        code=applied(),
        log=sealed_state(store.last_checkpoint(link())),
        counts=counts(),
        keys={name: prints_of(env(name)) for name in KEYS},
        seconds=0.0,
    )


def applied() -> list[str]:
    """Return the migrations of ours that the database has."""
    done = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in done if app in OURS)


def sealed_state(last: Sealed | None) -> dict[str, object]:
    """Return number, size, root and note of a checkpoint; zeros before there is one."""
    if last is None:
        return {"number": 0, "size": 0, "root": "", "note": ""}
    point = last.checkpoint
    return {"number": point.number, "size": point.size, "root": point.root.hex(), "note": last.note}


def counts() -> dict[str, int]:
    """Return the number of rows by model."""
    return {label: apps.get_model(label)._default_manager.count() for label in COUNTED}
