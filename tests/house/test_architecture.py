"""The project keeps its own rules: floors, doors, sizes, places, field history."""

import pytest
from django.apps import apps

from tests.house.checkers import imports, places, sizes, tracked
from tests.house.checkers.project import ROOT, files_of, production

# One process parses the sources for all rules.
pytestmark = pytest.mark.xdist_group("sources")
RULES = {
    **imports.CHECKS,
    "sizes": sizes.check,
    "places": places.check,
    "links": places.links,
    "environment_page": places.environment_page,
}


@pytest.mark.parametrize("rule", RULES)
def test_project_keeps_the_rule(rule: str) -> None:
    assert RULES[rule](ROOT) == []


def test_the_rules_see_the_project() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in files_of(ROOT)}
    assert {"manage.py", "core/text.py", "templates/base.html", "tests/house/test_architecture.py"} <= names
    assert not any(name.startswith((".venv/", ".git/", ".data/")) for name in names)
    assert len(list(production(ROOT))) > 100


def test_every_model_keeps_its_history_or_says_why_not() -> None:
    assert tracked.check(apps.get_models()) == []
