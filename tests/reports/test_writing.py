"""A report is written once, frozen, and says what the rows say (QC7.5, QC11.7, QC14.5)."""

from typing import Any

import pytest

from audit.rollup_shape import BOUNDS
from audit.selectors.rollups import quantile
from connections.services import holds
from reports.choices import RunState
from reports.content.figures import thaw
from reports.models import ReportRun
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain
from tests.reports.conftest import Desk

TIMES = [40, 60, 80, 100, 31_000]


def values(run: ReportRun) -> dict[str, Any]:
    """Return the figures of a written report by code."""
    return {item.code: item.value for section in thaw(run.figures).sections for item in section.figures}


def rows(run: ReportRun, code: str) -> list[tuple[Any, ...]]:
    """Return the rows of one table of a written report."""
    tables = [table for section in thaw(run.figures).sections for table in section.tables if table.code == code]
    return list(tables[0].rows)


@pytest.mark.clause("QC7.5", "QC11.7", "QC14.5", "Q50-7.3")
def test_the_figures_are_those_of_the_rows(chain: Chain, desk: Desk) -> None:
    chain.live()
    grant = chain.request.grants.open().get(environment="live")
    for total_ms in TIMES:
        log_calls(grant, total_ms=total_ms)
    log_calls(grant, count=3, status=502, side="provider", reason="provider-unavailable", total_ms=20)
    log_calls(grant, count=2, verdict="Q", status=429, side="consumer", reason="quota-exhausted", total_ms=1)
    holds.place_hold(actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Bảo trì")
    found = desk.write()
    assert (found.state, found.failure) == (RunState.DRAFTED, "")
    got = values(found)
    assert {name: got[name] for name in got if name.startswith("connections")} == {
        "connections_live": 1,
        "connections_suspended": 1,
        "connections_approved": 1,
        "connections_put_live": 1,
        "connections_terminated": 0,
    }
    assert (got["systems_registered"], got["services_published"], got["services_new"]) == (1, 1, 0)
    assert (got["grants_in_force"], got["grants_opened"], got["grants_revoked"]) == (1, 1, 0)
    assert (got["calls_total"], got["calls_success"], got["calls_success_rate"]) == (10, 5, 50.0)
    assert (got["calls_provider"], got["calls_consumer"], got["calls_platform"]) == (3, 2, 0)
    every = sorted([*TIMES, *[20] * 3, *[1] * 2])
    within = [sum(time <= bound for time in every) for bound in BOUNDS]
    assert (got["calls_p50"], got["calls_p95"]) == (quantile(within, 10, 0.5), quantile(within, 10, 0.95))
    assert got["calls_over_30_s"] == 1
    assert rows(found, "use_by_service") == [("Đơn vị hành chính", "administrative-units", 10, 5, 50.0, 2, 3, 0)]
    assert rows(found, "use_by_agency") == [("Sở Nông nghiệp và Môi trường", "H60.07", 10, 5, 50.0, 2, 3, 0)]
    assert [row[1:] for row in rows(found, "refusals")] == [("quota-exhausted", 2)]
    assert (got["dossiers_submitted"], got["dossiers_approved"], got["dossiers_live"]) == (1, 1, 1)
    assert got["dossiers_open"] == 0
    assert {row[1] for row in rows(found, "unconnected")} == {"H60.02", "H60.03"}
