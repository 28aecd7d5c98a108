"""Identifiers we issue."""

from core.ids import CROCKFORD, spoken_code, tidy_spoken_code, uuid7


def test_request_ids_are_version_7_and_ordered_by_time() -> None:
    ids = [uuid7() for _ in range(2000)]
    assert all(item.version == 7 and item.variant == "specified in RFC 4122" for item in ids)
    assert len(set(ids)) == len(ids)
    stamps = [item.int >> 80 for item in ids]
    assert stamps == sorted(stamps)


def test_spoken_codes_use_letters_nobody_confuses() -> None:
    code = spoken_code(8)
    assert len(code) == 8
    assert set(code) <= set(CROCKFORD)


def test_typed_codes_forgive_case_spaces_and_lookalikes() -> None:
    assert tidy_spoken_code("ab-o1 il") == "AB0111"
