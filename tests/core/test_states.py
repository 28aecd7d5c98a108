"""A state is changed by transitions alone, and is plain text to migrations."""

import gc
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django_fsm import FSMField

from core.states import StateField

STATES = [field for model in apps.get_models() for field in model._meta.concrete_fields if isinstance(field, FSMField)]


@pytest.mark.parametrize("field", STATES, ids=str)
def test_every_state_is_text_to_migrations_and_protected_in_the_product(field: FSMField) -> None:
    assert isinstance(field, StateField)
    assert field.protected
    _name, path, _args, kwargs = field.deconstruct()
    assert path == "django.db.models.CharField"
    assert "protected" not in kwargs
    assert kwargs["max_length"] == field.max_length


def test_there_are_states_to_judge() -> None:
    assert len(STATES) > 10


@pytest.mark.django_db
def test_migrating_leaves_the_collector_as_it_was() -> None:
    held, said = gc.get_threshold(), StringIO()
    call_command("migrate", "--check", stdout=said)
    assert gc.get_threshold() == held
    assert said.getvalue() == ""
