"""Every clause id written anywhere in the project exists, and the clause marker keeps its word."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import regulation

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT.parent / "shared" / "regulation" / "requirements.md"
SUFFIXES = {".py", ".yaml", ".yml", ".html", ".md"}
# Tests quote wrong ids on purpose, and the plugin checks their markers; vendor is not ours.
LEFT_OUT = {"tests", "vendor", "node_modules", "staticfiles"}
# Greedy, so that "QC10.4.1" or "QC10.4x" is reported instead of being read as QC10.4.
LITERAL = re.compile(
    r"(?<![\w-])(?P<prefix>QC|Q50-)(?P<place>\d[\w.]*)"
    r"(?:[–-](?P<end>\d+\.\d+[a-zđ]?)(?!\w)|–(?P<point>[a-zđ])(?!\w))?"
)


def ids_in(text: str) -> Iterator[str]:
    """Every id literal of *text*; of a range such as "QC9.1–9.4" or "Q50-12.1a–b", its two ends."""
    for found in LITERAL.finditer(text):
        place = found["place"].rstrip(".")
        yield found["prefix"] + place
        if found["end"]:
            yield found["prefix"] + found["end"]
        if found["point"]:
            yield found["prefix"] + place[:-1] + found["point"]


def unknown_ids(text: str) -> set[str]:
    return set(ids_in(text)) - {clause.id for clause in regulation.clauses()}


def sources(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in LEFT_OUT and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if Path(name).suffix in SUFFIXES)


def unknown_in(root: Path) -> dict[str, set[str]]:
    found = {str(path.relative_to(root)): unknown_ids(path.read_text(encoding="utf-8")) for path in sources(root)}
    return {path: ids for path, ids in found.items() if ids}


def test_every_id_in_the_project_exists() -> None:
    assert ROOT / "core" / "regulation" / "qc.yaml" in set(sources(ROOT))
    assert unknown_in(ROOT) == {}


def test_a_planted_unknown_id_is_found(tmp_path: Path) -> None:
    for name in ("deed.py", "criteria.yaml", "page.html", "guide.md"):
        (tmp_path / name).write_text("QC10.4 QC10.9", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_deed.py").write_text("QC99", encoding="utf-8")
    assert unknown_in(tmp_path) == {name: {"QC10.9"} for name in ("deed.py", "criteria.yaml", "page.html", "guide.md")}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('clause="QC10.4",', ["QC10.4"]),
        ("QC9.1–9.4, QC16.", ["QC9.1", "QC9.4", "QC16"]),
        ("Q50-12.1a–b và Q50-16.1–16.2", ["Q50-12.1a", "Q50-12.1b", "Q50-16.1", "Q50-16.2"]),
        ("QC4.1-4.2", ["QC4.1", "QC4.2"]),
        ("QC10.4.1", ["QC10.4.1"]),
        ("QC10.4x <b>QC5</b>", ["QC10.4x", "QC5"]),
        ("QCVN 09:2025/BCA, NQC10, QCn.m", []),
    ],
)
def test_ids_are_read_out_of_text(text: str, ids: list[str]) -> None:
    assert list(ids_in(text)) == ids


def test_every_id_of_the_requirements_exists() -> None:
    """The requirements are read where they lie beside the project; elsewhere the register's own ids are read back."""
    if REQUIREMENTS.exists():
        text = REQUIREMENTS.read_text(encoding="utf-8")
        assert len(set(ids_in(text))) > 100
        assert unknown_ids(text) == set()
    else:
        ids = [clause.id for clause in regulation.clauses()]
        assert list(ids_in(" ".join(ids))) == ids


def run_pytest(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A session of its own over one file, with the plugin and pytest-xdist, and no other that is installed."""
    (folder / "test_sample.py").write_text("import pytest\n" + source, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "--strict-markers"]
    plugins = ["-p", "tests.plugins.clauses", "-p", "xdist", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *plugins, *options, "test_sample.py"],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


WRONG = """
@pytest.mark.clause("QC10.4", "QC10.9")
def test_unknown(): pass

@pytest.mark.clause
def test_bare(): pass

@pytest.mark.clause(id="QC10.4")
def test_named(): pass

@pytest.mark.clause("QC10.4")
def test_right(): pass
"""


def test_wrong_markers_fail_collection(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, WRONG)
    assert run.returncode == pytest.ExitCode.INTERRUPTED
    assert "test_sample.py::test_unknown: No clause 'QC10.9'" in run.stdout
    assert "test_sample.py::test_bare: the clause marker takes ids only" in run.stdout
    assert "test_sample.py::test_named: the clause marker takes ids only" in run.stdout
    assert "test_right:" not in run.stdout
    assert "passed" not in run.stdout.splitlines()[-1]


SAMPLE = """
@pytest.mark.clause("QC10.4", "Q50-12.2c")
class TestDeed:
    def test_done(self): pass
    @pytest.mark.clause("QC10.5")
    def test_broken(self): assert False

@pytest.mark.clause("QC10.3")
def test_left_out(): pytest.skip("no reason")

@pytest.mark.clause("QC10")
def test_heading(): pass

@pytest.fixture
def spilling():
    yield
    raise RuntimeError

@pytest.mark.clause("QC10.2")
def test_spills(spilling): pass
"""


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_only_passing_tests_count(tmp_path: Path, options: tuple[str, ...]) -> None:
    run = run_pytest(tmp_path, SAMPLE, "--clauses", *options)
    leaves = {code: sum(not row.is_heading for row in regulation.clauses(code)) for code in ("qc", "q50")}
    total = sum(leaves.values())
    line = f"clauses with a passing test: 2 of {total} (qc 1 of {leaves['qc']}, q50 1 of {leaves['q50']})"
    assert line in run.stdout.splitlines()
    rows = [row.split(maxsplit=1) for row in run.stdout.splitlines()]
    table = [" ".join(row) for row in rows]
    assert "test_sample.py::TestDeed::test_done" in table
    assert "test_sample.py::TestDeed::test_broken (failed)" in table
    assert "test_sample.py::test_left_out (skipped)" in table
    assert "test_sample.py::test_spills (failed)" in table
    assert f"QC10.1 {regulation.clause('QC10.1').title} (no test)" in " ".join(run.stdout.split())


def test_a_listing_counts_what_it_lists(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, SAMPLE, "--collect-only", "-q")
    assert "clauses with a test: 5 of " in run.stdout
