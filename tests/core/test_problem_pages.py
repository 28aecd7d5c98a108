"""Pages of the codes (U13): whole in both languages, each with an example that is a document; lists by who acts."""

import json
import re
from html import unescape

import pytest
from django.test import Client

from core.problems import PROBLEMS
from core.web.problem_pages import SIDES, document_of, example_of

CODES = sorted(PROBLEMS)


def page(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def example_on(html: str) -> tuple[str, dict[str, object]]:
    found = re.search(r'<pre id="vi-du"[^>]*><code>(.*?)</code></pre>', html, re.DOTALL)
    assert found
    head, _, body = unescape(found[1]).rpartition("\n\n")
    return head, json.loads(body)


@pytest.mark.parametrize("code", CODES)
def test_no_code_lacks_words_in_either_language(code: str) -> None:
    problem = PROBLEMS[code]
    vietnamese = (problem.title, problem.cause, problem.remedy)
    english = (problem.title_en, problem.cause_en, problem.remedy_en)
    assert all(map(str, vietnamese))
    assert all(english)
    assert all(text.isascii() for text in english)
    assert problem.acts in SIDES
    assert problem.told_as in (None, "") or problem.told_as in PROBLEMS


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_example_is_a_document_without_open_places(code: str, language: str) -> None:
    problem, example = PROBLEMS[code], example_of(PROBLEMS[code], language)
    document = json.loads(example.body)
    assert document["status"] in (problem.status, PROBLEMS[problem.told_as or code].status)
    assert not re.search(r"\{\w*\}", example.body.removeprefix("{").removesuffix("}")), example.body
    if problem.told_as != "":
        assert document["code"] == (problem.told_as or code)
        assert document["type"] == f"/loi/{problem.told_as or code}/"
        assert example.head.splitlines()[0].startswith(f"HTTP/1.1 {document['status']}")


@pytest.mark.parametrize("code", CODES)
def test_the_page_shows_all_of_it(code: str) -> None:
    problem = PROBLEMS[code]
    html, english = page(f"/loi/{code}/"), page(f"/loi/en/{code}/")
    for text in (problem.title, problem.cause, problem.remedy, SIDES[problem.acts][0]):
        assert str(text) in unescape(html)
    for text in (problem.title_en, problem.cause_en, problem.remedy_en, SIDES[problem.acts][1]):
        assert text in unescape(english)
    for shown, language in ((html, "vi"), (english, "en")):
        head, document = example_on(shown)
        expected = example_of(problem, language)
        assert (head, document) == (expected.head, json.loads(expected.body))


def test_each_language_says_which_it_is_and_leads_to_the_other() -> None:
    for address, language, other, theirs in (
        ("/loi/clock-skew/", "vi", "/loi/en/clock-skew/", "en"),
        ("/loi/en/clock-skew/", "en", "/loi/clock-skew/", "vi"),
        ("/loi/", "vi", "/loi/en/", "en"),
        ("/loi/en/", "en", "/loi/", "vi"),
    ):
        answer = Client().get(address)
        html = answer.content.decode()
        assert answer["Content-Language"] == language
        assert f'<html lang="{language}"' in html
        assert f'<link rel="alternate" hreflang="{theirs}" href="{other}">' in html
        assert re.search(rf'<a [^>]*href="{other}"[^>]*lang="{theirs}"', html)


@pytest.mark.parametrize("address", ["/loi/", "/loi/en/"])
def test_the_list_has_every_code_once_under_who_has_to_act(address: str) -> None:
    html = page(address)
    sections = dict(re.findall(r'<section aria-labelledby="(\w+)">(.*?)</section>', html, re.DOTALL))
    found = {side: re.findall(r'<tr id="([a-z-]+)">', text) for side, text in sections.items()}
    assert sorted(code for codes in found.values() for code in codes) == CODES
    for side, codes in found.items():
        assert {PROBLEMS[code].acts for code in codes} <= {side}
        assert [PROBLEMS[code].status for code in codes] == sorted(PROBLEMS[code].status for code in codes)


def test_a_code_nobody_is_told_shows_what_is_told_or_logged_instead() -> None:
    head, document = example_on(page("/loi/key-unknown/"))
    assert document["code"] == "signature-invalid"
    assert "HTTP/1.1 401 Unauthorized" in head
    head, document = example_on(page("/loi/caller-gone/"))
    assert (head, document) == ("", {"status": 499, "reason": "caller-gone", "side": "consumer"})


def test_an_unknown_code_has_no_page() -> None:
    assert Client().get("/loi/khong-co/").status_code == 404
    assert Client().get("/loi/en/khong-co/").status_code == 404


def test_samples_agree_with_each_other() -> None:
    document = document_of(PROBLEMS["clock-skew"], "vi")
    assert str(document["skew_seconds"]) in str(document["detail"])
    assert str(document["server_time"]) in str(document["detail"])
