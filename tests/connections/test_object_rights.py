"""Object rights of persons come from one helper, on one object, and are never global (decisions, 26; QC14.7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from guardian.models import GroupObjectPermission, UserObjectPermission

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from catalog.models import PersonalRelease, TechnicalDocument
from catalog.models.documents import VIEW_DOCUMENT
from catalog.services import document_releases as releases
from catalog.services import documents
from connections.services import intake
from connections.services.assigning import EVALUATE_REQUEST
from connections.services.conformance import add_sample
from core import clock, rights
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain
from tests.connections.refusing import refused
from tests.connections.test_document_releases import JOB, document

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC14.7")]
EMAIL = "nha-thau@lgsp.example"


@pytest.fixture
def contractor(chain: Chain, agency: Callable[..., Agency], person: Callable[..., User]) -> User:
    """A technician of another agency."""
    return person(EMAIL, agency("H60.66"), "technician")


def acting(user: User) -> Actor:
    return actor_for(user, standings_of(user), agency_id=None)


def give(
    chain: Chain, found: TechnicalDocument, days: int = 7, role: str = "operator", **more: Any
) -> PersonalRelease:
    given = {"email": EMAIL, "until": clock.today() + timedelta(days=days), "reason": "Nhà thầu tích hợp", **more}
    return releases.release_document(actor=chain.actors[role], document=found, **given)


def reads(user: User) -> set[str]:
    return set(TechnicalDocument.objects.visible_to(acting(user)).values_list("title", flat=True))


def nothing_is_global() -> None:
    """No person, group or flag carries a right that holds for every object."""
    assert not Group.objects.exists()
    assert not GroupObjectPermission.objects.exists()
    assert not User.user_permissions.through.objects.exists()
    assert not User.groups.through.objects.exists()
    assert not User.objects.filter(is_superuser=True).exists()
    names = [
        f"{row.content_type.app_label}.{row.codename}" for row in Permission.objects.select_related("content_type")
    ]
    for user in User.objects.all():
        assert not user.get_all_permissions()
        assert not any(user.has_perm(name) for name in names if "document" in name or "request" in name)


def test_a_person_reads_one_document_until_the_last_day(
    chain: Chain, contractor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = document("Nền tảng")
    document("Khác")
    assert reads(contractor) == set()
    made = give(chain, found)
    assert reads(contractor) == {"Nền tảng"}
    assert rights.holds(VIEW_DOCUMENT, user=contractor, thing=found)
    nothing_is_global()
    assert not contractor.has_perm(VIEW_DOCUMENT)
    assert contractor.has_perm(VIEW_DOCUMENT, found)
    again = give(chain, found, days=30)
    assert (again.pk, UserObjectPermission.objects.count()) == (made.pk, 1)
    after = clock.now() + timedelta(days=31)
    monkeypatch.setattr("core.clock.now", lambda: after)
    assert reads(contractor) == set()
    assert releases.end_passed_releases() == 1
    assert releases.end_passed_releases() == 0
    assert not UserObjectPermission.objects.exists()
    assert "Hết thời hạn" in PersonalRelease.objects.get().end_reason


def test_taken_back_withdrawn_or_raised_it_is_gone_at_once(chain: Chain, contractor: User) -> None:
    found = document("Nền tảng")
    made = give(chain, found)
    releases.end_personal_release(actor=JOB, release=made, reason="Xong việc")
    releases.end_personal_release(actor=JOB, release=made, reason="lần nữa")
    assert reads(contractor) == set()
    assert not UserObjectPermission.objects.exists()
    give(chain, found)
    documents.change_level(actor=JOB, document=found, level="internal", reason="thử")
    assert reads(contractor) == set()
    documents.change_level(actor=JOB, document=found, level="restricted", reason="thử")
    assert reads(contractor) == {"Nền tảng"}
    documents.move_document(actor=JOB, document=found, step="withdraw", reason="cũ")
    assert not UserObjectPermission.objects.exists()
    assert PersonalRelease.objects.filter(ended_at__isnull=True).count() == 0


def test_a_leaver_reads_nothing_whatever_was_given(chain: Chain, contractor: User) -> None:
    give(chain, document("Nền tảng"))
    contractor.memberships.update(valid_to=clock.today() - timedelta(days=1))
    assert reads(contractor) == set()


def test_it_is_refused_without_right_person_day_or_reason(chain: Chain, contractor: User) -> None:
    found = document("Nền tảng")
    for role in ("department_leader", "evaluator", "technician", "agency_representative"):
        with pytest.raises(PermissionRefused):
            give(chain, found, role=role)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"email": "khong-co@lgsp.example"}, "email"),
        ({"days": -1}, "until"),
        ({"days": 366}, "until"),
        ({"reason": " "}, "reason"),
    ]
    for fields, place in wrong:
        with pytest.raises(InvalidInput) as caught:
            give(chain, found, **fields)
        assert list(caught.value.errors) == [place]
    with pytest.raises(StateRefused):
        give(chain, document("Nội bộ", "internal"))
    assert not PersonalRelease.objects.exists()
    assert not UserObjectPermission.objects.exists()


@pytest.mark.clause("QC10.2")
def test_the_right_to_evaluate_goes_with_the_assignment(chain: Chain, person: Callable[..., User]) -> None:
    chain.receive()
    first, other = chain.users["evaluator"], person("khac@lgsp.example", chain.operator, "evaluator")
    request, take = chain.fresh(), {"actor": chain.actors["evaluator"], "request": chain.request}
    assert rights.holds(EVALUATE_REQUEST, user=first, thing=request)
    nothing_is_global()
    assert not first.has_perm(EVALUATE_REQUEST)
    intake.assign(actor=chain.actors["division_head"], request=request, evaluator=other)
    assert not rights.holds(EVALUATE_REQUEST, user=first, thing=request)
    assert rights.holds(EVALUATE_REQUEST, user=other, thing=request)
    refused(PermissionRefused, lambda: add_sample(**take, name="a", text="{}"))
    intake.assign(actor=chain.actors["division_head"], request=request, evaluator=first)
    add_sample(**take, name="a", text="{}")
    rights.take(EVALUATE_REQUEST, user=first, thing=request)
    refused(PermissionRefused, lambda: add_sample(**take, name="b", text="{}"))


def test_a_dossier_nobody_has_becomes_theirs_with_the_right(chain: Chain, person: Callable[..., User]) -> None:
    chain.submit()
    other = person("khac@lgsp.example", chain.operator, "evaluator")
    chain.request = intake.receive(actor=chain.actors["intake_officer"], request=chain.request)
    add_sample(actor=acting(other), request=chain.request, name="a", text="{}")
    assert chain.fresh().evaluator == other
    assert rights.holds(EVALUATE_REQUEST, user=other, thing=chain.request)
    refused(
        PermissionRefused,
        lambda: add_sample(actor=chain.actors["evaluator"], request=chain.request, name="b", text="{}"),
    )


def test_after_the_whole_way_of_a_dossier_no_right_is_global(chain: Chain, contractor: User) -> None:
    found = document("Nền tảng")
    give(chain, found)
    chain.live()
    nothing_is_global()
    assert rights.holds(VIEW_DOCUMENT, user=contractor, thing=found)
