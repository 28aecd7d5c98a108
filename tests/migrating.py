"""The migrations step by step, as a product took them before they were squashed."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from lgsp.survival.describing import OURS


class _Steps(MigrationLoader):
    """What is on disk but for our own squashed migrations."""

    def load_disk(self) -> None:
        """Read it."""
        super().load_disk()
        for key in [key for key, migration in self.disk_migrations.items() if migration.replaces and key[0] in OURS]:
            del self.disk_migrations[key]


def by_steps() -> MigrationExecutor:
    """Return what migrates by the steps that are replaced, and knows of nothing that replaces them."""
    executor = MigrationExecutor(connection)
    executor.loader = _Steps(connection)
    return executor
