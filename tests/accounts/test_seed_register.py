"""The register as shipped: complete, well-formed, and honest about what is not official."""

import csv
import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import vietnam_provinces
import yaml

from accounts.choices import AgencyKind, TermUnit, UnitLevel
from core.regulation import clause

SEEDS = Path(__file__).parents[2] / "accounts" / "seeds"
TEXT = (SEEDS / "agencies.csv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(TEXT.splitlines()))
COMMUNES = [row for row in ROWS if row["kind"] == AgencyKind.COMMUNE]
BY_CODE = {row["code"]: row for row in ROWS}


def test_all_communes_are_there() -> None:
    levels = Counter(row["admin_unit_level"] for row in COMMUNES)
    assert levels == {UnitLevel.XA: 117, UnitLevel.PHUONG: 7}


def test_communes_are_those_of_the_published_list() -> None:
    published = {f"{int(w.code):05}": w.name for w in vietnam_provinces.Ward.iter_all() if int(w.province_code) == 8}
    ours = {row["admin_unit_code"]: row["name"].removeprefix("Ủy ban nhân dân ") for row in COMMUNES}
    assert {code: name[0].upper() + name[1:] for code, name in ours.items()} == published


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("00694", "phường Hà Giang 1"),
        ("00691", "phường Hà Giang 2"),
        ("02215", "phường Minh Xuân"),
        ("02212", "phường Nông Tiến"),
        ("02509", "phường Mỹ Lâm"),
        ("02512", "phường An Tường"),
        ("02524", "phường Bình Thuận"),
        ("00715", "xã Lũng Cú"),
        ("01156", "xã Vĩnh Tuy"),
        ("02221", "xã Nà Hang"),
        ("02545", "xã Tân Trào"),
        ("02623", "xã Trường Sinh"),
    ],
)
def test_communes_known_by_code(code: str, name: str) -> None:
    row = BY_CODE[f"H60.{code}"]
    assert (row["name"], row["admin_unit_code"]) == (f"Ủy ban nhân dân {name}", code)


def test_codes_are_unique_and_well_formed() -> None:
    assert len(BY_CODE) == len(ROWS)
    for code in BY_CODE:
        assert re.fullmatch(r"[A-Z][0-9]{2}(\.[A-Z0-9]+)*", code), code
        assert len(code) <= 35
    units = [row["admin_unit_code"] for row in ROWS if row["admin_unit_code"]]
    assert len(units) == len(set(units)) == 125


def test_every_parent_exists_and_nobody_is_their_own_ancestor() -> None:
    for row in ROWS:
        line, code = [row["code"]], row["parent_code"]
        while code:
            assert code not in line, line
            line.append(code)
            code = BY_CODE[code]["parent_code"]


def test_what_is_not_official_says_so() -> None:
    assert not [row["code"] for row in ROWS if row["code_is_official"] != "0"]
    for row in ROWS:
        assert row["source"], row["code"]
        assert row["note"], row["code"]
        if row["kind"] != AgencyKind.COMMUNE:
            assert "dữ liệu mẫu, chờ đơn vị xác nhận" in row["source"]
    assert [row["code"] for row in ROWS if row["is_operator"] == "1"] == ["H60.02"]
    assert not [row["code"] for row in COMMUNES if row["may_file"] == "1"]


def test_text_is_nfc_and_values_are_known() -> None:
    assert unicodedata.is_normalized("NFC", TEXT)
    for row in ROWS:
        assert row["kind"] in AgencyKind.values
        assert row["admin_unit_level"] in UnitLevel.values
        assert all(
            row[name] in {"0", "1"} for name in ("code_is_official", "is_operator", "may_file", "name_is_official")
        )
        assert not row["valid_from"] or date.fromisoformat(row["valid_from"])
        assert len(row["name"]) <= 300
        assert len(row["source"]) <= 300


def test_deadlines_name_their_basis_and_real_clauses() -> None:
    rows = yaml.safe_load((SEEDS / "deadlines.yaml").read_text(encoding="utf-8"))
    assert len({row["code"] for row in rows}) == len(rows) >= 10
    for row in rows:
        assert row["unit"] in TermUnit.values
        assert ("chưa phải quy định" in row["basis"]) is not row["statutory"], row["code"]
        if row["clause"]:
            clause(row["clause"])


def test_no_day_in_force_is_guessed() -> None:
    rows = yaml.safe_load((SEEDS / "regulations.yaml").read_text(encoding="utf-8"))
    assert {row["regulation"]: (row["valid_from"], row["valid_to"]) for row in rows} == {
        "q50": (None, None),
        "qc": (None, None),
    }
    assert all(row["note"] for row in rows)
