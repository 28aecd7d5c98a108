"""``manage.py migrate``: Django's own, which looks for garbage less often while it makes models."""

import gc
from typing import Any

from django.core.management.commands import migrate

# Every step makes models anew that refer to each other in circles, tens of thousands in all where an installation goes
# on by the old ones: looking for those that are gone as often as usual is a third of the time, and of a new database
# still two fifths. Rarer still saves little and doubles the memory.
_THRESHOLDS = (20_000, 10, 10)


class Command(migrate.Command):
    """Migrate as Django does."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Run Django's command with a patient collector; the thresholds are as they were afterwards."""
        held = gc.get_threshold()
        gc.set_threshold(*_THRESHOLDS)
        try:
            return super().handle(*args, **options)
        finally:
            gc.set_threshold(*held)
