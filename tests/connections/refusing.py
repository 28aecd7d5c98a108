"""A denial test asserts that nothing happened."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from django.db import connection

from accounts.models import Letter
from audit.models import Fact
from catalog.models import DataService, InformationSystem
from connections.models import (
    AccessLine,
    AccessRequest,
    Confirmation,
    Connection,
    ConnectionRequest,
    Credential,
    Declaration,
    DeclarationPoint,
    EndingRequest,
    EnvironmentTerms,
    Grant,
    Hold,
    Inspection,
    InspectionMark,
    TestTemplate,
    Trial,
    TrialCase,
)
from core.problems import DomainError
from tests.watching import rows_of

WATCHED = (ConnectionRequest, Connection, Trial, TrialCase, Confirmation, Grant, Credential, Hold, EndingRequest)
WATCHED += (AccessRequest, AccessLine, EnvironmentTerms, TestTemplate, Letter, Fact)
WATCHED += (Declaration, DeclarationPoint, Inspection, InspectionMark, InformationSystem, DataService)
R = TypeVar("R", bound=DomainError)


def everything() -> dict[str, Any]:
    """Return every row that a deed of this room may write, and the gates."""
    found: dict[str, Any] = {**rows_of(WATCHED)}
    with connection.cursor() as cursor:
        cursor.execute("select gate_id, version, lim from audit_gate order by gate_id")
        found["gates"] = cursor.fetchall()
    return found


def refused(kind: type[R], deed: Callable[[], Any]) -> R:
    """Return how *deed* was refused, having seen that it changed nothing."""
    before = everything()
    with pytest.raises(kind) as caught:
        deed()
    assert type(caught.value) is kind
    assert everything() == before
    return caught.value
