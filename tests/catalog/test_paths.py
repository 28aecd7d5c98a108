"""Path templates: what is let through is exactly what can be read in one way."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.paths import TemplateRefused, check_template, collides

SOUND = re.compile(r"(/([A-Za-z0-9][A-Za-z0-9._~-]*|\{[a-z][a-z0-9_]{0,31}\})){1,12}\Z")
SIGNS = "abzAZ019/{}._~-%\\?#&=;:@ \n\x00é\u0301../"


@given(st.text(alphabet=SIGNS, max_size=40).map(lambda text: f"/{text}") | st.text(max_size=30))
@example("/communes/{code}")
@example("/communes/{code}\n")
@example("/a/../b")
@example("/a/%2e%2e/b")
@example("/{code}/{code}")
@example("/a//b")
@example("/" + "a/" * 12)
@example("//host/a")
@example("/x{code}")
def test_only_sound_templates_pass(text: str) -> None:
    names = re.findall(r"\{([a-z0-9_]+)\}", text)
    sound = bool(SOUND.match(text)) and len(names) == len(set(names)) and len(text) <= 200
    if not sound:
        with pytest.raises(TemplateRefused):
            check_template(text)
        return
    assert check_template(text) == text
    assert not {"", ".", ".."} & set(text[1:].split("/"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/communes/{code}", "/communes/{id}", True),
        ("/communes/{code}", "/communes/search", False),
        ("/communes/{code}", "/communes", False),
        ("/{a}/x", "/{b}/y", False),
    ],
)
def test_templates_that_answer_the_same_paths_collide(one: str, other: str, same: bool) -> None:
    assert collides(one, other) is same
