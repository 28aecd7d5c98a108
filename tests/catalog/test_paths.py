"""Path templates and networks: what is let through is exactly what can be read in one way."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.networks import NetworkRefused, tidy_networks
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


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("10.20.30.40", "10.20.30.40"),
        ("10.20.30.40/32", "10.20.30.40"),
        (" 10.20.30.0/24 ", "10.20.30.0/24"),
        ("2001:DB8::1", "2001:db8::1"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_networks_are_kept_in_standard_form(typed: str, kept: str) -> None:
    assert tidy_networks([typed, typed, ""]) == [kept]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("10.0.0", "Nhập dạng"),
        ("10.20.30.40/24", "Nhập 10.20.30.0/24"),
        ("10.0.0.0/8", "quá rộng"),
        ("::/0", "quá rộng"),
        ("224.0.0.1", "không phải địa chỉ của một máy"),
        ("may-chu.vn", "Nhập dạng"),
        ("010.1.1.1", "Nhập dạng"),
    ],
)
def test_what_is_no_network_says_how_to_mend_it(typed: str, said: str) -> None:
    with pytest.raises(NetworkRefused, match=said):
        tidy_networks([typed])
