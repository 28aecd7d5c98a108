"""Several workers of one platform: each has a token of its own, and each asks for it once at a time."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.broker.national import National, at_once
from tests.broker.outbound.conftest import LIST
from tests.broker.workers import working
from tests.broker.world import World, signed

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC6.3", "QC7.1")]
WORKERS, CALLERS, ROUNDS = 3, 8, 60


def test_tokens_end_under_the_load_of_three_workers(
    database: str, module_world: World, module_national: National, tmp_path: Path
) -> None:
    module_national.reset()
    app = module_national.app
    app.token_seconds, app.token_delay = 2, 0.1
    sandbox = module_national.service(timeout_ms=5000)
    world = replace(module_world, services={**module_world.services, "sandbox": sandbox})
    with working(WORKERS, world, database, tmp_path) as workers:
        app.asked.clear()
        app.at_once = 0

        def calls(place: int) -> list[str]:
            worker = workers[place % WORKERS]
            answers = [worker.send(LIST, signed(world.credentials(), worker.authority, LIST)) for _n in range(ROUNDS)]
            return [answer.code if answer.status != 200 else "" for answer in answers]

        found = at_once(WORKERS * CALLERS, calls)
        assert {code for codes in found for code in codes} == {""}
        assert app.at_once <= WORKERS
        assert len(app.asked) < 40, "a token is asked for when one ends, not for a call"
        # The endpoint is down: each worker asks once and leaves it alone for a second.
        app.token_down = 503
        app.revoke()
        app.asked.clear()
        refused = at_once(WORKERS * CALLERS, calls)
        codes = {code for codes in refused for code in codes}
        assert codes <= {"", "provider-refused", "provider-login-unavailable"}
        assert {codes[-1] for codes in refused} == {"provider-login-unavailable"}
        assert len(app.asked) <= WORKERS * 6
