"""Source systems that have to be signed in to are asked how they are with a token."""

from collections.abc import Callable, Iterator

import pytest

from catalog.models import Upstream
from catalog.services import provider_login
from catalog.services.upstreams import set_upstream
from incidents.choices import Health
from incidents.models import UpstreamHealth
from incidents.services.health import check_upstream
from lgsp.provider.national import CLIENT_ID, CLIENT_SECRET
from tests.broker.national import National
from tests.catalog.conftest import JOB

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC7.5", "QC6.3")]


@pytest.fixture(scope="module")
def national() -> Iterator[National]:
    found = National().start()
    yield found
    found.stop()


@pytest.fixture
def watched(national: National, upstream: Callable[..., Upstream]) -> Upstream:
    """An address at the stand-in, without any token in hand."""
    national.reset()
    provider_login._kept.clear()
    made = upstream(f"{national.url}/dmdc/1.0", health_path="/health")
    account = {"token_url": f"{national.url}/token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return set_upstream(actor=JOB, version=made.version, upstream=made, **account)


def check(upstream: Upstream) -> UpstreamHealth:
    found = check_upstream(upstream_id=upstream.pk)
    assert found is not None
    return found


def test_one_token_serves_many_checks(watched: Upstream, national: National) -> None:
    assert [check(watched).state for _n in range(3)] == [Health.UP] * 3
    assert len(national.app.asked) == 1


def test_a_token_taken_back_is_replaced(watched: Upstream, national: National) -> None:
    check(watched)
    national.app.revoke()
    assert (check(watched).state, len(national.app.asked)) == (Health.UP, 2)


def test_a_login_that_fails_is_told(watched: Upstream, national: National) -> None:
    national.app.accounts = {"other": "x"}
    found = check(watched)
    assert (found.state, found.detail) == (Health.WRONG, "Từ chối tài khoản của nền tảng")
    national.app.token_down = 503
    found = check(watched)
    assert (found.state, found.detail) == (Health.DOWN, "Không lấy được mã truy cập: HTTP 503")
