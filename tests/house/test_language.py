"""What people read is Vietnamese: our words, the libraries' words, and the pages they make together."""

import re
import unicodedata
from io import BytesIO
from typing import Any

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from tests.house.checkers import pages
from tests.house.checkers.language import is_vietnamese, strangers
from tests.house.checkers.project import ROOT

CATALOGUE = ROOT / "locale" / "vi" / "LC_MESSAGES"


@pytest.mark.xdist_group("sources")
@pytest.mark.parametrize("kind", pages.CHECKS)
def test_our_own_words_are_vietnamese(kind: str) -> None:
    assert pages.CHECKS[kind](ROOT) == []


@pytest.mark.parametrize(
    "text",
    [
        "Nghiêng khuỷu tay, quyển sách, giếng nước, gìn giữ, giặt quần áo, xoèn xoẹt",
        "Ủy ban nhân dân xã Đồng Yên; phường Hà Giang 1, tỉnh Tuyên Quang",
        "Không tìm thấy trang này. Mã yêu cầu: 0190-abcd",
        "Điểm a khoản 2 Điều 9 Quy chế, Phụ lục IV, QC10.4, H60.02",
        "Gửi thư tới van-hanh@lgsp.example hoặc mở https://lgsp.example/danh-ba/",
        "Kết nối qua API của LGSP bằng mã TOTP",
    ],
)
def test_vietnamese_is_let_through(text: str) -> None:
    assert strangers(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nhấn Save để lưu", ["Save"]),
        ("Menu chính", ["Menu"]),
        ("Gửi email cho admin", ["email", "admin"]),
        ("Not found", ["Not", "found"]),
        ("Go to the page", ["Go", "to", "the", "page"]),
        ("Tìm kiếm (Search)", ["Search"]),
        ("ERROR", ["ERROR"]),
        ("co_quan search_box", ["search", "box"]),
        ("mot hai ba", ["mot"]),
    ],
)
def test_foreign_words_are_found(text: str, words: list[str]) -> None:
    assert strangers(text) == words


def test_a_word_is_judged_alike_in_both_normal_forms() -> None:
    for word in ("nghiệp", "Đường", "khuỷu", "một"):
        assert is_vietnamese(unicodedata.normalize("NFC", word))
        assert is_vietnamese(unicodedata.normalize("NFD", word))


def test_a_page_is_read_as_people_hear_it() -> None:
    page = """<title>Trang chủ</title><script>let search = 1</script><button title="Search">Tìm</button>
    <input type="submit" value="Send"><span class="material-symbols-outlined">home</span><code>key_id</code>
    <p lang="en">In English</p><img alt="Logo"><meta name="viewport" content="width"><p>Xong <b>Done</b></p>"""
    found = pages.of_page(page, "/")
    assert [line.split("not Vietnamese: ")[1].split(" (")[0] for line in found] == ["Search", "Send", "Logo", "Done"]


def catalogue() -> Any:
    return read_po(BytesIO((CATALOGUE / "django.po").read_bytes()), locale="vi")


def rows(document: Any) -> dict[tuple[str | None, str], list[str]]:
    """What each entry says; plurals by their first form."""
    return {
        (row.context, row.id if isinstance(row.id, str) else row.id[0]): (
            [row.string] if isinstance(row.string, str) else list(row.string)
        )
        for row in document
        if row.id
    }


def test_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue())
    assert rows(read_mo(BytesIO((CATALOGUE / "django.mo").read_bytes()))) == rows(
        read_mo(BytesIO(compiled.getvalue()))
    )


def test_every_entry_is_translated_in_nfc_and_certain() -> None:
    entries = [row for row in catalogue() if row.id]
    assert len(entries) > 500
    for row in entries:
        said = [row.string] if isinstance(row.string, str) else list(row.string)
        assert all(said), row.id
        assert not row.fuzzy, row.id
        assert all(text == unicodedata.normalize("NFC", text) for text in said), row.id
        assert [strangers(re.sub(r"<[^>]*>", " ", text)) for text in said] == [[]] * len(said), row.id


def test_places_for_values_survive_translation() -> None:
    faults = [(row.id, fault) for row in catalogue() if row.id for fault in row.check()]
    assert [(where, str(fault)) for where, fault in faults] == []
