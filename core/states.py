"""The state of a thing with a life, as its table has it (django-fsm-2); its transitions: :mod:`core.transitions`."""

from collections.abc import Sequence
from typing import Any

from django_fsm import FSMField


class StateField(FSMField):
    """A state that only transitions change; to migrations it is the plain text that it is in the database.

    A field that knows transitions listens to every model that is made. Migrations make each model dozens of times,
    and what was made before goes on listening.
    """

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Return the field as a column of text."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs
