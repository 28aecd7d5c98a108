"""A denial test of the catalogue's duties asserts that nothing happened."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from guardian.models import UserObjectPermission

from accounts.models import Letter, Notice
from audit.models import Fact
from catalog.models import (
    DataErrorEntry,
    DataErrorReport,
    DataService,
    DirectSharing,
    DocumentDownload,
    DocumentRelease,
    DocumentVersion,
    PersonalRelease,
    SharingReview,
    TechnicalDocument,
    WatchMark,
)
from core.problems import DomainError
from tests.watching import rows_of

WATCHED: tuple[Any, ...] = (TechnicalDocument, DocumentVersion, DocumentRelease, PersonalRelease, DocumentDownload)
WATCHED += (DirectSharing, SharingReview, DataErrorReport, DataErrorEntry, WatchMark, DataService)
WATCHED += (Fact, Letter, Notice, UserObjectPermission)
R = TypeVar("R", bound=DomainError)


def everything() -> dict[str, Any]:
    """Return every row that these deeds may write."""
    return rows_of(WATCHED)


def refused(kind: type[R], deed: Callable[[], Any]) -> R:
    """Return how *deed* was refused, having seen that it changed nothing."""
    before = everything()
    with pytest.raises(kind) as caught:
        deed()
    assert type(caught.value) is kind
    assert everything() == before
    return caught.value
