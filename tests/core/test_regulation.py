"""The regulation as data: complete, consistent, and in our own words."""

import dataclasses
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from core import regulation
from core.regulation import Clause, RegulationError, RegulationStatus, UnknownClause
from core.regulation.register import FOLDER, read_register

ROOT = Path(__file__).resolve().parents[2]
LAW = ROOT.parent / "shared" / "regulation" / "bang-so-sanh-quy-che-lgsp.txt"
# Number of khoản in Điều 1 to Điều 16; 0 where the article is one block.
KHOAN = {
    "qc": (0, 3, 3, 9, 3, 7, 7, 7, 8, 5, 8, 5, 3, 7, 5, 0),
    "q50": (0, 0, 3, 3, 2, 6, 7, 3, 2, 7, 6, 2, 5, 5, 7, 5),
}
LONGEST_WORDING = 25
RUN = 8
OFFICIALESE = ("theo quy định", "có trách nhiệm", "trên địa bàn", "phải bảo đảm", "và các quy định", "nhằm")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())


def our_texts() -> Iterator[tuple[str, str]]:
    """Everything we word ourselves. ``cited_as`` is left out: a citation has to name the document as it is named."""
    for row in regulation.regulations():
        yield f"{row.code} name", row.name
        yield f"{row.code} note", row.note
    for clause in regulation.clauses():
        yield clause.id, clause.title
        yield f"{clause.id} note", clause.note


@pytest.mark.parametrize("code", ["qc", "q50"])
def test_every_article_and_khoan_has_an_id(code: str) -> None:
    prefix = {"qc": "QC", "q50": "Q50-"}[code]
    expected = []
    for article, count in enumerate(KHOAN[code], start=1):
        expected.append(f"{prefix}{article}")
        for khoan in range(1, count + 1):
            expected.append(f"{prefix}{article}.{khoan}")
            if f"{prefix}{article}" == "Q50-12":
                expected += [f"Q50-12.{khoan}{point}" for point in "abc"]
    assert [clause.id for clause in regulation.clauses(code)] == expected


def test_an_id_tells_its_place() -> None:
    point = regulation.clause("Q50-12.2c")
    assert (point.regulation, point.article, point.clause, point.point) == ("q50", 12, 2, "c")
    assert point.parent == "Q50-12.2"
    assert regulation.clause("Q50-12.2").parent == "Q50-12"
    assert regulation.clause("Q50-12").parent is None


def test_headings_are_the_clauses_with_clauses_below() -> None:
    parents = {clause.parent for clause in regulation.clauses()}
    assert {clause.id for clause in regulation.clauses() if clause.is_heading} == parents - {None}
    assert not regulation.clause("QC16").is_heading


@pytest.mark.parametrize(
    ("clause_id", "citation"),
    [
        ("QC10.4", "khoản 4 Điều 10 dự thảo Quy chế 2026"),
        ("QC16", "Điều 16 dự thảo Quy chế 2026"),
        ("Q50-7.4", "khoản 4 Điều 7 Quy chế ban hành kèm theo Quyết định 50/2024/QĐ-UBND"),
        ("Q50-12.2c", "điểm c khoản 2 Điều 12 Quy chế ban hành kèm theo Quyết định 50/2024/QĐ-UBND"),
    ],
)
def test_cite(clause_id: str, citation: str) -> None:
    assert regulation.cite(clause_id) == citation


@pytest.mark.parametrize("wrong", ["QC9.1–9.4", "QC10.6", "QC17", "Q50-12.1d", "q50-7.4", "QC10.04", "", "Q50.7"])
def test_unknown_ids_are_refused(wrong: str) -> None:
    with pytest.raises(UnknownClause, match="a range is not an id"):
        regulation.clause(wrong)
    with pytest.raises(LookupError):
        regulation.cite(wrong)


def test_refusal_offers_the_nearest_id() -> None:
    with pytest.raises(UnknownClause, match=r"No clause 'QC10\.44'.*Nearest: .*QC10\.4"):
        regulation.clause("QC10.44")


def test_unknown_regulation_is_refused() -> None:
    with pytest.raises(ValueError, match="q51"):
        regulation.clauses("q51")


def test_what_is_not_known_is_not_invented() -> None:
    draft, decision = regulation.regulations()
    assert (draft.code, draft.status, draft.drafted_on) == ("qc", RegulationStatus.DRAFT, date(2026, 3, 19))
    assert (draft.number, draft.signed_on, draft.in_force_from) == (None, None, None)
    assert (decision.code, decision.status) == ("q50", RegulationStatus.IN_FORCE)
    assert (decision.number, decision.signed_on) == ("50/2024/QĐ-UBND", date(2024, 12, 27))
    assert decision.in_force_from is None


def test_counterparts_run_both_ways_between_the_two() -> None:
    for clause in regulation.clauses():
        for other_id in clause.counterparts:
            other = regulation.clause(other_id)
            assert other.regulation != clause.regulation
            assert clause.id in other.counterparts
    assert regulation.clause("QC10.1").counterparts == ("Q50-8.3",)
    assert regulation.clause("Q50-8.3").counterparts == ("QC9.6", "QC10.1")
    assert regulation.clause("Q50-8").counterparts == ("QC9",)
    assert regulation.clause("QC8").counterparts == ()


def test_clauses_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        regulation.clause("QC10.4").title = "khác"  # type: ignore[misc]
    assert isinstance(regulation.clauses(), tuple)
    assert regulation.clause("QC10.4") is regulation.clause("QC10.4")


def test_wording_is_short_and_plain() -> None:
    def fault(clause: Clause) -> bool:
        title = clause.title
        return len(title.split()) > LONGEST_WORDING or title != title.strip() or title.endswith((".", "!", ";"))

    assert [clause.id for clause in regulation.clauses() if fault(clause)] == []
    assert [
        (where, phrase) for where, text in our_texts() for phrase in OFFICIALESE if phrase in text.lower()
    ] == [], "the law's stock phrases show that a wording was copied"


def test_wording_is_never_the_text_of_the_law() -> None:
    """Where the law lies beside the project, no eight running words are its own; elsewhere notes must be short."""

    def runs(text: str) -> set[tuple[str, ...]]:
        found = words(text)
        return {tuple(found[start : start + RUN]) for start in range(len(found) - RUN + 1)}

    if LAW.exists():
        law = runs(LAW.read_text(encoding="utf-8"))
        assert len(law) > 3000
        assert [(where, " ".join(run)) for where, text in our_texts() for run in runs(text) & law] == []
    else:
        assert [where for where, text in our_texts() if len(text.split()) > 3 * LONGEST_WORDING] == []


HEAD = (FOLDER / "qc.yaml").read_text(encoding="utf-8").split("clauses:")[0]
SECOND_HEAD = (FOLDER / "q50.yaml").read_text(encoding="utf-8").split("clauses:")[0]
FAULTS = {
    "given twice": "[{id: QC1, title: Một}, {id: QC1, title: Hai}]",
    "parent QC2 does not exist": "[{id: QC2.1, title: Một}]",
    "parent QC2 stands below it": "[{id: QC2.1, title: Một}, {id: QC2, title: Hai}]",
    "counterpart Q50-99 does not exist": "[{id: QC1, title: Một, counterparts: [Q50-99]}]",
    "in the same regulation": "[{id: QC1, title: Một}, {id: QC2, title: Hai, counterparts: [QC1]}]",
    "written twice": "[{id: QC1, title: Một, counterparts: [Q50-1, Q50-1]}]",
    "unknown fields": "[{id: QC1, title: Một, counterpart: Q50-1}]",
    "has no wording": '[{id: QC1, title: " "}]',
    "QC01: not an id": "[{id: QC01, title: Một}]",
    "Q50-2: not an id": "[{id: Q50-2, title: Một}]",
    "not in Unicode form NFC": f"[{{id: QC1, title: {unicodedata.normalize('NFD', 'Một')}}}]",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_contradictions_stop_the_load(tmp_path: Path, fault: str) -> None:
    (tmp_path / "qc.yaml").write_text(f"{HEAD}clauses: {FAULTS[fault]}\n", encoding="utf-8")
    (tmp_path / "q50.yaml").write_text(f"{SECOND_HEAD}clauses: [{{id: Q50-1, title: Một}}]\n", encoding="utf-8")
    with pytest.raises(RegulationError, match=fault):
        read_register([tmp_path / "qc.yaml", tmp_path / "q50.yaml"])


@pytest.mark.parametrize("change", [("status: draft", "status: maybe"), ("number: null", "nummer: null")])
def test_a_malformed_head_stops_the_load(tmp_path: Path, change: tuple[str, str]) -> None:
    (tmp_path / "qc.yaml").write_text(HEAD.replace(*change) + "clauses: []\n", encoding="utf-8")
    with pytest.raises(RegulationError, match=r"qc\.yaml: the head"):
        read_register([tmp_path / "qc.yaml"])


def test_one_regulation_cannot_come_from_two_files(tmp_path: Path) -> None:
    (tmp_path / "qc.yaml").write_text(HEAD + "clauses: []\n", encoding="utf-8")
    with pytest.raises(RegulationError, match="regulation qc is given twice"):
        read_register([tmp_path / "qc.yaml", tmp_path / "qc.yaml"])


def test_the_module_needs_no_django() -> None:
    program = "import sys, core.regulation as r; r.clause('QC1'); print('django' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
