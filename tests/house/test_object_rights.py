"""Object rights have one door, and only the services of decision 26 go through it."""

import ast

import pytest

from tests.house.checkers.project import ROOT, every, production

pytestmark = pytest.mark.xdist_group("sources")

# Who gives and takes rights on one object (decisions, 26).
GIVERS = {"catalog/services/document_releases.py", "connections/services/assigning.py"}
# Ways to hold a right for every object at once; nothing of ours uses them.
GLOBAL = {"user_permissions", "assign_perm", "remove_perm", "GroupObjectPermission", "UserObjectPermission"}


def _calls(tree: ast.AST) -> set[str]:
    return {
        node.attr
        for node in every(tree, ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == "rights"
    }


def _names(tree: ast.AST) -> set[str]:
    return {node.attr for node in every(tree, ast.Attribute)} | {node.id for node in every(tree, ast.Name)}


def test_only_the_named_services_give_and_take_object_rights() -> None:
    givers = {source.name for source in production(ROOT) if _calls(source.tree) & {"give", "take"}}
    assert givers == GIVERS


def test_nothing_gives_a_right_on_every_object() -> None:
    found = {
        source.name
        for source in production(ROOT)
        if source.name != "core/rights.py" and "/migrations/" not in source.name and GLOBAL & _names(source.tree)
    }
    assert found == set()


def test_the_rules_see_a_planted_giver() -> None:
    planted = ast.parse("from core import rights\nrights.give('a.b', user=u, thing=t)\nu.user_permissions.add(p)")
    assert _calls(planted) == {"give"}
    assert "user_permissions" in _names(planted)
