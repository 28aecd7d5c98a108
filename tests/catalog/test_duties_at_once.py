"""Deeds around the catalogue at the same time as themselves: each happens once (decisions, 3)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Agency, Notice
from audit.models import Fact
from catalog.models import (
    DataErrorEntry,
    DataErrorReport,
    DataService,
    DocumentRelease,
    DocumentVersion,
    PersonalRelease,
    TechnicalDocument,
    WatchMark,
)
from catalog.services import data_errors, document_releases, documents, freshness
from core import clock
from core.actor import Actor
from core.problems import StateRefused
from tests.catalog.conftest import JOB, upload
from tests.connections.test_at_once import at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC14.7", "QC11.4")]
People = Callable[..., Actor]


def twice(deed: Callable[[], Any]) -> list[Any]:
    return at_once(deed, deed)


def test_documents_are_versioned_released_and_given_once(
    people: People, document: Callable[..., TechnicalDocument], agency: Callable[..., Agency]
) -> None:
    found, body = document(level="restricted"), agency("H60.90")
    people("technician")
    add = lambda: documents.add_document_version(  # noqa: E731
        actor=JOB, document=found, label="2.0", changes="x", file=upload()
    )
    assert refusals(twice(add)) == []
    assert DocumentVersion.objects.filter(label="2.0").count() == 1
    release = lambda: document_releases.release_to_agency(  # noqa: E731
        actor=JOB, document=found, agency=body, reason="thử"
    )
    assert refusals(twice(release)) == []
    assert DocumentRelease.objects.count() == 1
    all_of_them = lambda: document_releases.release_documents(  # noqa: E731
        actor=JOB, agency=agency("H60.91"), services=[], reason="thử"
    )
    agency("H60.91")
    assert refusals(twice(all_of_them)) == []
    assert DocumentRelease.objects.count() == 2
    email = "technician.h60.90@lgsp.example"
    give = lambda: document_releases.release_document(  # noqa: E731
        actor=JOB, document=found, email=email, until=clock.today(), reason="thử"
    )
    assert refusals(twice(give)) == []
    assert PersonalRelease.objects.count() == 1
    end = lambda: document_releases.end_release(  # noqa: E731
        actor=JOB, release=DocumentRelease.objects.earliest("id"), reason="hết"
    )
    assert refusals(twice(end)) == []
    assert Fact.objects.filter(deed="document.release_ended").count() == 1
    withdraw = lambda: documents.move_document(  # noqa: E731
        actor=JOB, document=found, step="withdraw", reason="cũ"
    )
    assert refusals(twice(withdraw)) == [StateRefused]


def test_reports_are_filed_and_answered_once(people: People, published: DataService) -> None:
    officer, provider, token = people("agency_officer"), people("provider_officer", "H60.03"), uuid4()
    file_one = lambda: data_errors.file_error(  # noqa: E731
        actor=officer, service=published, wrong="x", form_token=token
    )
    first, second = twice(file_one)
    assert first == second
    others = at_once(
        *[lambda: data_errors.file_error(actor=officer, service=published, wrong="y") for _number in range(3)]
    )
    assert len({item.code for item in others}) == 3
    assert DataErrorReport.objects.count() == 4
    answer = lambda: data_errors.answer_error(  # noqa: E731
        actor=provider, report=first, answer="not_error", text="đúng"
    )
    assert refusals(twice(answer)) == [StateRefused]
    assert DataErrorEntry.objects.count() == 1


def test_a_lapse_is_told_once_by_two_workers(people: People, published: DataService) -> None:
    people("provider_officer", "H60.03")
    late = clock.today() - timedelta(days=9)
    DataService.objects.filter(pk=published.pk).update(update_every_days=1, data_updated_on=late)
    assert sorted(twice(freshness.tell_lapses)) == [0, 1]
    assert WatchMark.objects.count() == 1
    assert Notice.objects.filter(event="freshness.overdue").count() == 1
    mark = lambda: freshness.mark_updated(actor=JOB, service=published, day=clock.today())  # noqa: E731
    assert refusals(twice(mark)) == []
    assert Fact.objects.filter(deed="service.data_updated").count() == 1
