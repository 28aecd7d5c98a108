"""Deeds on versions and descriptions at the same time as themselves, and as each other (decisions, 3)."""

from collections.abc import Callable
from typing import Any

import pytest

from audit.models import Fact
from catalog.models import ApiDescription, DataService, Operation, ServiceVersion
from catalog.services.data_services import change_service
from catalog.services.descriptions import apply, make_next_version
from catalog.services.versions import move_version, publish_version
from core.problems import StateRefused
from tests.catalog.conftest import JOB
from tests.catalog.openapi_samples import sound
from tests.catalog.test_openapi_descriptions import handed, seen
from tests.connections.test_at_once import at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.2")]
Drafts = Callable[..., ServiceVersion]


def test_each_step_is_taken_once(draft: Drafts) -> None:
    version = draft()

    def step(name: str) -> Callable[[], Any]:
        return lambda: move_version(actor=JOB, version=version, step=name, reason="Lý do")

    assert refusals(at_once(step("ask"), step("ask"))) == [StateRefused]
    assert refusals(at_once(step("recall"), step("publish"))) == [StateRefused] or (
        ServiceVersion.objects.get().state == "published"
    )
    if ServiceVersion.objects.get().state == "draft":
        publish_version(actor=JOB, version=version)
    assert refusals(at_once(step("withdraw"), step("withdraw"))) == [StateRefused]
    assert Fact.objects.filter(deed="version.withdrawn").count() == 1


def test_what_is_published_is_what_was_judged(draft: Drafts) -> None:
    version = draft()
    found = at_once(
        lambda: publish_version(actor=JOB, version=version),
        lambda: change_service(actor=JOB, service=version.service, data_scope=""),
    )
    assert len(refusals(found)) == 1
    state, scope = ServiceVersion.objects.get().state, DataService.objects.get().data_scope
    assert (state == "published") == bool(scope)


def test_a_description_is_handed_in_and_applied_once(draft: Drafts) -> None:
    version = draft()
    at_once(lambda: handed(version, sound()), lambda: handed(version, sound()))
    found = ApiDescription.objects.get()
    named = seen(found)
    press = lambda: apply(actor=JOB, description=found, seen=named)  # noqa: E731
    assert refusals(at_once(press, press)) == [StateRefused]
    assert Operation.objects.count() == 2
    assert Fact.objects.filter(deed="description.applied").count() == 1


def test_the_next_version_is_made_once(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    found = handed(version, sound())
    named = seen(found)
    press = lambda: make_next_version(actor=JOB, description=found, seen=named)  # noqa: E731
    assert refusals(at_once(press, press)) == [StateRefused]
    assert sorted(ServiceVersion.objects.values_list("name", flat=True)) == ["v1", "v2"]
