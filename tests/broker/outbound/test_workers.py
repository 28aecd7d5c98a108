"""Several workers of one platform: each has a token of its own, and each asks for it once at a time."""

from pathlib import Path

import pytest

from tests.broker.conftest import make_world
from tests.broker.national import National, at_once
from tests.broker.outbound.conftest import LIST
from tests.broker.provider import Provider
from tests.broker.workers import working
from tests.broker.world import signed

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC6.3", "QC7.1")]
WORKERS, CALLERS, ROUNDS = 3, 8, 60


def test_tokens_end_under_the_load_of_three_workers(
    database: str, provider: Provider, module_national: National, tmp_path: Path
) -> None:
    module_national.reset()
    app = module_national.app
    app.token_seconds, app.token_delay = 2, 0.1
    world = make_world(provider)
    world.services["sandbox"] = module_national.service(timeout_ms=5000)
    with working(WORKERS, world, database, tmp_path) as workers:
        app.asked.clear()
        app.at_once = 0

        def calls(place: int) -> list[int]:
            worker = workers[place % WORKERS]
            return [
                worker.send(LIST, signed(world.credentials(), worker.authority, LIST)).status for _n in range(ROUNDS)
            ]

        found = at_once(WORKERS * CALLERS, calls)
        assert {status for statuses in found for status in statuses} == {200}
        assert app.at_once <= WORKERS
        assert len(app.asked) < 40, "a token is asked for when one ends, not for a call"
        # The endpoint is down: each worker asks once and leaves it alone for a second.
        app.token_down = 503
        app.revoke()
        app.asked.clear()
        refused = at_once(WORKERS * CALLERS, calls)
        assert {status for statuses in refused for status in statuses} <= {200, 502, 503}
        assert refused[0][-1] == 503
        assert len(app.asked) <= WORKERS * 6
        # One that holds wrong credentials does not keep the others from theirs.
        app.token_down = 0
