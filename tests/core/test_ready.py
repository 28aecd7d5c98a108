"""``/readyz`` of the portal: what it asks of the migrations, and what that costs."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from core.web import views

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC12.1")]


@pytest.fixture(autouse=True)
def _a_process_that_just_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_migrations", views._Migrations())


def test_a_migration_that_goes_missing_is_seen_and_so_is_its_return(client: Client) -> None:
    assert client.get("/readyz").status_code == 200
    recorder = MigrationRecorder(connection)
    name = max(name for app, name in recorder.applied_migrations() if app == "reports")
    recorder.record_unapplied("reports", name)
    for _again in range(2):
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"] == {"database": "ok", "redis": "ok", "migrations": "failed"}
    recorder.record_applied("reports", name)
    assert client.get("/readyz").status_code == 200


def test_the_files_of_migrations_are_read_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").status_code == 200

    def read_again(*_args: Any, **_options: Any) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(MigrationExecutor, "__init__", read_again)
    assert client.get("/readyz").status_code == 200
