"""What squashed migrations are made of: all models of an app at once, and the SQL of the migrations they replace."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.db.migrations.operations import CreateModel, RunSQL
from django.db.migrations.operations.base import Operation


class CreateModels(Operation):
    """Create the tables of all *models*, which may point at each other: foreign keys come when all tables are there.

    One by one, each new model has every model rendered again that it is related to, however far: that is four fifths
    of what migrating an empty database costs. Here they are rendered once.
    """

    def __init__(self, *models: CreateModel) -> None:
        self.models = models

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what it was made of."""
        return type(self).__name__, list(self.models), {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Add the models to a state that is rendered when somebody next asks for it."""
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the tables."""
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the tables, the last one first."""
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Name the models."""
        return f"Create models {', '.join(model.name for model in self.models)}"


def sql_of(app: str, name: str, *constants: str) -> Iterator[RunSQL]:
    """Give the SQL of the migration *name* in its order: all of it, or what its *constants* say.

    What it tells the state of the models is left out: their final shape is there already.
    """
    module = import_module(f"{app}.migrations.{name}")
    wanted = [getattr(module, constant) for constant in constants]
    for operation in module.Migration.operations:
        if isinstance(operation, RunSQL) and (not wanted or operation.sql in wanted):
            yield RunSQL(operation.sql, operation.reverse_sql)
