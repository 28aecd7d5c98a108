"""The load on a service: what its provider promised, what was granted, asked for and called."""

from collections.abc import Callable

import pytest

from catalog.models import DataService
from connections.models import Grant
from connections.selectors.load import load_of
from core.choices import Environment
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain


@pytest.mark.clause("QC11.3")
def test_a_dossier_on_its_way_waits_and_a_live_one_is_committed(chain: Chain) -> None:
    chain.approve()
    before = load_of([chain.service.pk])[chain.service.pk]
    assert (before.committed, before.declared, before.waiting) == (0, 900, 900)
    assert before.capacity is None
    assert before.left is None
    assert not before.over


@pytest.mark.clause("QC11.3", "QC4.6")
def test_grants_and_calls_are_weighed_against_the_capacity(chain: Chain) -> None:
    chain.live()
    grant = Grant.objects.open().get(environment=Environment.LIVE)
    log_calls(grant, count=3)
    log_calls(grant, verdict="X", status=403)
    DataService.objects.filter(pk=chain.service.pk).update(capacity_per_day=800)
    load = load_of([chain.service.pk])[chain.service.pk]
    assert (load.capacity, load.committed, load.declared, load.waiting) == (800, grant.daily_quota, 900, 0)
    assert (load.actual_mean, load.actual_peak) == (3, 3)
    assert load.left == 800 - grant.daily_quota
    assert load.over is (grant.daily_quota > 800)


def test_a_revoked_grant_is_no_longer_committed(chain: Chain) -> None:
    chain.end()
    assert load_of([chain.service.pk])[chain.service.pk].committed == 0


def test_the_queries_do_not_grow(chain: Chain, django_assert_max_num_queries: Callable[..., object]) -> None:
    chain.live()
    services = list(DataService.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(5):
        load_of(services)
