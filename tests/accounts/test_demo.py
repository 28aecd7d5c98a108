"""Sample people: everybody the role table knows, stable over starts, never in production."""

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import roles
from accounts.models import Invitation, Letter, Membership, User
from accounts.services.demo import PEOPLE, load_demo
from audit.models import Fact
from core.actor import system_actor
from core.problems import StateRefused

pytestmark = pytest.mark.django_db
LOADER = system_actor("Kiểm thử")


@pytest.fixture
def folder(tmp_path: Path, settings: Any, agency: Any) -> Path:
    """A data folder, and the agencies the sample people work in."""
    settings.DATA_DIR = tmp_path
    for _name, _role, code in PEOPLE:
        agency(code, is_operator=code == "H60.02")
    return tmp_path


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    document = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    return {row["email"]: row for row in document["people"]}


def test_every_role_has_a_person_who_can_sign_in(folder: Path) -> None:
    load_demo(actor=LOADER)
    made = rows(folder)
    assert {row["role"] for row in made.values()} == set(roles.ROLES)
    for email, row in made.items():
        user = User.objects.get(email=email)
        assert user.check_password(row["password"])
        assert email.endswith("@lgsp.example")
        assert row["full_name"].endswith("(mẫu)")
        assert (row["totp_secret"] is not None) == roles.ROLES[row["role"]].second_step
    assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600


def test_the_special_cases_are_there(folder: Path) -> None:
    load_demo(actor=LOADER)
    for contractor in Membership.objects.filter(role="technician"):
        assert (bool(contractor.employer), contractor.valid_to is not None) == (True, True)
    assert Membership.objects.get(role="inspector").valid_to is not None
    both = Membership.objects.filter(user__email="can-bo.syt@lgsp.example")
    assert set(both.values_list("agency__code", flat=True)) == {"H60.07", "H60.11"}


def test_a_second_start_changes_nothing_and_is_quick(folder: Path) -> None:
    load_demo(actor=LOADER)
    before, facts = rows(folder), Fact.objects.count()
    hashes = dict(User.objects.values_list("email", "password"))
    began = time.perf_counter()
    load_demo(actor=LOADER)
    assert time.perf_counter() - began < 3
    assert rows(folder) == before
    assert dict(User.objects.values_list("email", "password")) == hashes
    assert Fact.objects.count() == facts


def test_production_has_no_sample_people(folder: Path, settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(StateRefused):
        load_demo(actor=LOADER)
    assert not User.objects.exists()
    assert not (folder / "demo.json").exists()


def test_the_first_two_people_are_invited_from_the_command_line(agency: Any, capsys: Any) -> None:
    agency("H60.02", is_operator=True)
    for email, role in (("mot@skhcn.example", "operator"), ("hai@skhcn.example", "division_head")):
        call_command("invite_first_administrator", email=email, name="Cán bộ (mẫu)", role=role)
        assert "/loi-moi/" in capsys.readouterr().out
    assert set(Invitation.objects.values_list("role", flat=True)) == {"operator", "division_head"}
    assert Letter.objects.count() == 2


def test_the_command_ends_once_the_agency_has_a_leader(agency: Any, person: Any) -> None:
    person("lanh-dao@skhcn.example", agency("H60.02", is_operator=True), "department_leader")
    with pytest.raises(CommandError):
        call_command("invite_first_administrator", email="x@skhcn.example", name="Một người")
    assert not Invitation.objects.exists()
