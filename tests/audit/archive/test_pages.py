"""What staff see and change of the archive."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Fact, Retention, Tombstone
from audit.services.retention import load_retention
from core import clock

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.7")]
RULE, MONTHS = "/quan-tri/audit/retention/", "/quan-tri/audit/tombstone/"
SignedIn = Callable[[User], Client]


@pytest.fixture
def desk(signed_in: SignedIn, person: Callable[..., User], agency: Callable[..., Any]) -> Callable[[str], Client]:
    """Somebody of the operator with that role, signed in."""
    body = agency("H60.93", is_operator=True)
    return lambda role: signed_in(person(f"{role}@lgsp.example", body, role))


def test_the_rule_is_changed_with_a_reason_and_keeps_what_was_typed(desk: Callable[[str], Client]) -> None:
    assert load_retention() == load_retention() == Retention.objects.get()
    operator, officer = desk("operator"), desk("security_officer")
    page = operator.get(RULE).content.decode()
    assert "mặc định hệ thống, chưa phải quy định" in page
    assert "24" in page
    form = f"{RULE}1/change/"
    typed = {"months": "6", "source": "Quyết định số 1 (mẫu)", "reason": ""}
    refused = operator.post(form, typed)
    assert refused.status_code == 200
    assert "Quyết định số 1 (mẫu)" in refused.content.decode()
    refused = operator.post(form, typed | {"reason": "Theo quyết định"})
    assert refused.status_code == 200
    assert "12" in refused.content.decode()
    assert Retention.objects.get().months == 24
    assert officer.get(form).status_code == 200
    assert officer.post(form, typed | {"months": "36", "reason": "x"}).status_code == 403
    assert operator.post(form, typed | {"months": "36", "reason": "Theo quyết định"}).status_code == 302
    fact = Fact.objects.get(deed="retention.changed")
    assert (fact.before["months"], fact.after["months"], fact.reason) == (24, 36, "Theo quyết định")
    assert fact.after["source"] == "Quyết định số 1 (mẫu)"


def test_months_in_the_archive_are_listed_with_file_and_digest(desk: Callable[[str], Client]) -> None:
    officer = desk("security_officer")
    assert officer.get(MONTHS).status_code == 200
    Tombstone.objects.create(
        at=clock.now(), month="202401", intents=12, outcomes=11, first_leaf=3, last_leaf=25, size=900,
        file="nhat-ky-202401.jsonl.gz", sha256="ab" * 32, ranges="", basis="24 tháng; x", key_name="v1", mac=b"\x01",
    )  # fmt: skip
    page = officer.get(MONTHS).content.decode()
    for words in ("01/2024", "nhat-ky-202401.jsonl.gz", "ab" * 32, "24 tháng; x", "3 đến 25"):
        assert words in page, words
    one = officer.get(f"{MONTHS}{Tombstone.objects.get().pk}/change/").content.decode()
    assert "nhat-ky-202401.jsonl.gz" in one
    assert MONTHS in officer.get("/quan-tri/audit/verification/").content.decode()
    calls = desk("operator").get("/nha-phat-trien/nhat-ky/").content.decode()
    assert "đến hết tháng 01/2024 nằm trong kho lưu trữ" in calls
