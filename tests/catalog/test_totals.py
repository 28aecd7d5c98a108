"""What a provider says it can serve a day is a gate of its service (QC11.2)."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from audit.gates import gate_rows
from catalog.models import DataService, ServiceVersion
from catalog.projection import load_services
from catalog.services.data_services import change_service
from catalog.services.versions import publish_version
from tests.catalog.conftest import JOB

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC11.2")]


def gates() -> dict[str, int]:
    return {row.environment: row.total_gate_id for row in load_services()}


def test_the_first_figure_opens_the_gate_and_the_next_changes_it(draft: Callable[..., ServiceVersion]) -> None:
    version = draft()
    service = version.service
    assert service.total_gate_id is None
    change_service(actor=JOB, service=service, capacity_per_day=70_000)
    service.refresh_from_db()
    opened = service.total_gate_id
    assert opened is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "update audit_gate set used = 9, day = (now() at time zone 'Asia/Ho_Chi_Minh')::date where gate_id = %s",
            [opened],
        )
    change_service(actor=JOB, service=service, capacity_per_day=50_000)
    row = gate_rows([opened])[opened]
    assert (row.limit, row.used) == (50_000, 9)
    service.refresh_from_db()
    assert service.total_gate_id == opened


def test_only_live_calls_are_counted_and_only_while_there_is_a_figure(draft: Callable[..., ServiceVersion]) -> None:
    version = draft()
    publish_version(actor=JOB, version=version)
    change_service(actor=JOB, service=version.service, capacity_per_day=10, calls_at_once=4)
    version.service.refresh_from_db()
    assert gates() == {"sandbox": 0, "live": version.service.total_gate_id}
    assert {row.calls_at_once for row in load_services()} == {4}
    change_service(actor=JOB, service=version.service, capacity_per_day=None, calls_at_once=None)
    assert set(gates().values()) == {0}
    assert {row.calls_at_once for row in load_services()} == {0}


def test_services_that_had_a_figure_before_get_their_gate(draft: Callable[..., ServiceVersion]) -> None:
    """The migration, on rows as they were."""
    service = draft().service
    DataService.objects.filter(pk=service.pk).update(capacity_per_day=123, total_gate_id=None)
    migration: Any = import_module("catalog.migrations.0009_provider_totals")
    with connection.schema_editor() as editor:
        migration.open_gates(apps, editor)
        migration.open_gates(apps, editor)
    service.refresh_from_db()
    gate = service.total_gate_id or 0
    assert gate_rows([gate])[gate].limit == 123
