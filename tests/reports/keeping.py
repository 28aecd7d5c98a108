"""A report brought so far, kept on the shelf with the files it had made."""

from collections.abc import Callable, Hashable
from pathlib import Path

from django.conf import UserSettingsHolder
from django.conf import settings as django_settings

from reports.content import assembling
from reports.models import ReportRun
from tests.shelf import SHELF

# What every test here sets, and what a chain sets: they decide nothing a report says.
_OWN = {"MEDIA_ROOT", "LOOPBACK_UPSTREAMS"}


def kept(key: Hashable, make: Callable[[], ReportRun]) -> ReportRun:
    """Return the report that *make* brings to a state named *key*, its rows and files copied in where they are known.

    It is made for real in a test that has written something before, or rules otherwise by its settings.
    """

    def made() -> tuple[ReportRun, dict[str, bytes]]:
        return make(), _contents()

    run, contents = SHELF.take(None if _ruled() - _OWN else (key, len(assembling.PARTS)), made)
    for name, content in contents.items():
        place = Path(django_settings.MEDIA_ROOT) / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    return run


def _contents() -> dict[str, bytes]:
    root = Path(django_settings.MEDIA_ROOT)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _ruled() -> set[str]:
    """Return the names of the settings that the running test has set."""
    found, holder = set[str](), django_settings._wrapped
    while isinstance(holder, UserSettingsHolder):
        found |= {name for name in vars(holder) if name.isupper()}
        holder = holder.default_settings
    return found
