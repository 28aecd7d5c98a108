"""A bundle of a sealed log: verified by its own script, determined, bounded, and every changed byte is found."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from audit.evidence import verify
from audit.evidence.bundle import value_of, write
from audit.evidence.plan import NothingThere, NotSealed, Plan, TooMany, plan
from audit.evidence.question import Question
from audit.evidence.verify import _ESCAPES, Unusable, answers, check
from audit.models import Intent
from audit.selectors.call_pages import Wanted
from core import clock
from tests.audit.evidence.test_script import run
from tests.audit.log_rows import sql, written
from tests.audit.sealing.world import OTHER, SIGNER, seal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC4.7", "QC8.5", "QC11.5")]
ALL = Question("Mọi cuộc gọi", Wanted(), proven=False)


@pytest.fixture
def _signed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reckon each signature once, in plain Python: hundreds of changed bundles carry the same ones."""
    monkeypatch.setattr(verify, "signed", cache(verify.signed))


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    settings.SEALING_PUBLIC_KEYS = [str(SIGNER.verifier)]


def content(planned: Plan) -> bytes:
    with write(planned).file as file:
        return file.read()


def unpacked(planned: Plan, folder: Path) -> Path:
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(content(planned))) as archive:
        archive.extractall(folder)
    return folder


def rows_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]


def test_everything_sealed_is_proved_by_the_script_alone(tmp_path: Path) -> None:
    written()
    seal(tmp_path / "outside")
    folder = unpacked(plan(ALL), tmp_path / "goi")
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("ĐẠT: mọi dòng trong gói có trong nhật ký đã niêm phong\n")
    assert done.stderr == ""
    rows = rows_in(folder)
    assert {(row["kind"], row["row"]["call_id"]) for row in rows if row["kind"] == "intent"} == {
        ("intent", str(call)) for call in Intent.objects.values_list("call_id", flat=True)
    }
    outcomes = sql("select count(*) from audit_outcome")[0][0]
    assert sum(row["kind"] == "outcome" for row in rows) == outcomes > 10
    assert "Chưa đối chiếu với nguồn ngoài gói" in done.stdout


def test_one_call_brings_its_outcome_and_its_chains(tmp_path: Path) -> None:
    written()
    seal(tmp_path / "outside")
    [(call, outcomes)] = sql(
        "select call_id, count(*) from audit_outcome where stage in ('S', 'C') group by 1 limit 1"
    )
    folder = unpacked(plan(Question("Một cuộc gọi", Wanted(call_id=UUID(str(call))))), tmp_path / "goi")
    assert run(folder).returncode == 0
    kinds = [row["kind"] for row in rows_in(folder)]
    assert (kinds.count("intent"), kinds.count("outcome")) == (1, outcomes)
    assert kinds.count("epoch") >= 2
    text = (folder / "GIAI-THICH.txt").read_text(encoding="utf-8")
    assert "Một cuộc gọi" in text
    assert "{" not in text


def test_the_same_question_gives_the_same_bytes_later_too(tmp_path: Path) -> None:
    written()
    seal(tmp_path / "outside")
    planned = plan(ALL)
    first = content(planned)
    assert content(planned) == first
    written(2)
    seal(tmp_path / "outside")
    assert content(plan(ALL, number=planned.point.checkpoint.number, held=0)) == first
    assert content(plan(ALL)) != first


def test_what_another_party_holds_is_shown_to_have_grown(tmp_path: Path) -> None:
    written(2)
    seal(tmp_path / "outside")
    early = sql("select max(number) from audit_checkpoint")[0][0]
    written(3)
    seal(tmp_path / "outside")
    folder = unpacked(plan(ALL, held=early), tmp_path / "goi")
    notes = (folder / "checkpoints.txt").read_text(encoding="utf-8")
    assert notes.count("\u2014") == 2
    kept = tmp_path / "kept.txt"
    kept.write_text("".join(path.read_text() for path in (tmp_path / "outside").glob("*.txt")))
    done = run(folder, "--against", str(kept), "--key", str(SIGNER.verifier))
    assert done.returncode == 0, done.stdout
    assert f"Cây lớn lên từ điểm niêm phong số {early}" in done.stdout
    assert "Đã đối chiếu với bản giữ ngoài" in done.stdout
    other = run(folder, "--key", str(OTHER.verifier))
    assert other.returncode == 1
    assert "không do khóa nêu trên dòng lệnh ký" in other.stdout
    kept.write_text(kept.read_text().replace("time 2", "time 3"))
    forked = run(folder, "--against", str(kept))
    assert forked.returncode == 1
    assert "rẽ nhánh" in forked.stdout
    kept.write_text("")
    assert run(folder, "--against", str(kept)).returncode == 2


def _changes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Give a changed copy for a sample of bytes: the first and last ones and every so often one between."""
    for place in sorted({0, 1, len(raw) - 2, len(raw) - 1, *range(0, len(raw), max(1, len(raw) // 24))}):
        for bit in (0x01, 0x20, 0x80):
            yield place, raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]


@pytest.mark.usefixtures("_signed_once")
def test_any_changed_byte_of_any_file_is_found_and_named(tmp_path: Path) -> None:
    """Each file, a sample of its bytes, three bits each; and files taken away, added, cut."""
    written(2)
    seal(tmp_path / "outside")
    early = sql("select min(number) from audit_checkpoint")[0][0]
    written(2)
    seal(tmp_path / "outside")
    folder = unpacked(plan(ALL, held=early), tmp_path / "goi")
    assert check(folder, None, None)[0] == []
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 8
    seen = 0
    for name in names:
        path = folder / name
        raw = path.read_bytes()
        partner = {"manifest.sha256": "manifest.json"}.get(name, name)
        for place, changed in [*_changes(raw), (-1, raw[:-1]), (-2, raw + b"\n"), (-3, b"")]:
            path.write_bytes(changed)
            try:
                said = "\n".join(check(folder, None, None)[0])
            except Unusable as refusal:
                said = str(refusal)
            assert f"{partner}:" in said, (name, place)
            seen += 1
        path.unlink()
        with pytest.raises(Unusable) if name in ("manifest.json", "keys.txt", "checkpoints.txt") else nullcontext():
            assert any(name in fault for fault in check(folder, None, None)[0]), name
        path.write_bytes(raw)
    (folder / "la.txt").write_text("x")
    assert check(folder, None, None)[0] == ["la.txt: tệp lạ, không có trong bản kê"]
    assert seen > 400


def _repacked(folder: Path, lines: list[dict[str, Any]]) -> None:
    """Write rows and make the manifest fit them, as somebody would who knows the format."""
    dump = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}
    raw = "".join(json.dumps(line, **dump) + "\n" for line in lines).encode()  # type: ignore[arg-type]
    (folder / "rows.jsonl").write_bytes(raw)
    manifest = json.loads((folder / "manifest.json").read_text())
    for item in manifest["files"]:
        if item["name"] == "rows.jsonl":
            item |= {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    manifest["rows"] = {kind: sum(line["kind"] == kind for line in lines) for kind in ("epoch", "intent", "outcome")}
    text = (json.dumps(manifest, **dump) + "\n").encode()  # type: ignore[arg-type]
    (folder / "manifest.json").write_bytes(text)
    (folder / "manifest.sha256").write_text(f"{hashlib.sha256(text).hexdigest()}  manifest.json\n")


@pytest.mark.usefixtures("_signed_once")
def test_a_forger_who_knows_the_format_is_found_by_the_tree(tmp_path: Path) -> None:
    """Manifest and hashes are made to fit each time: what is left is what the signature covers."""
    written(3)
    seal(tmp_path / "outside")
    folder = unpacked(plan(ALL), tmp_path / "goi")
    lines = rows_in(folder)
    _repacked(folder, lines)
    assert check(folder, None, None)[0] == []
    intent = next(n for n, line in enumerate(lines) if line["kind"] == "intent")
    outcome = next(n for n, line in enumerate(lines) if line["kind"] == "outcome")
    for number in (intent, outcome):
        for column, value in lines[number]["row"].items():
            changed = json.loads(json.dumps(lines))
            changed[number]["row"][column] = None if value else "1"
            _repacked(folder, changed)
            faults = check(folder, None, None)[0]
            assert any(fault.startswith(f"rows.jsonl: dòng {number + 1}:") for fault in faults), column
    swapped = json.loads(json.dumps(lines))
    swapped[intent]["row"]["agency_code"], swapped[intent]["row"]["provider_code"] = (
        swapped[intent]["row"]["provider_code"],
        swapped[intent]["row"]["agency_code"],
    )
    for forged, told in (
        (swapped, "đã bị sửa"),
        (lines[:intent] + lines[intent + 1 :], "kết quả không khớp yêu cầu nào"),
        ([line for line in lines if line["kind"] != "epoch"], "thiếu dòng mở chuỗi"),
        ([*lines[:intent], lines[intent], *lines[intent:]], "chỉ số lá không tăng dần"),
        (lines[::-1], "chỉ số lá không tăng dần"),
    ):
        _repacked(folder, forged)
        assert any(told in fault for fault in check(folder, None, None)[0]), told


def test_rows_outside_the_question_are_told(tmp_path: Path) -> None:
    written(3)
    seal(tmp_path / "outside")
    folder = unpacked(plan(ALL), tmp_path / "goi")
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, value in (
        ("service", "khac"),
        ("system_id", 4),
        ("bodies", [1]),
        ("grants", ["khac"]),
        ("since", "2999-01-01 00:00:00"),
        ("until", "2000-01-01 00:00:00"),
        ("call_id", "khac"),
    ):
        _repacked(folder, rows_in(folder))
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["question"][name] = value
        (folder / "manifest.json").write_text(json.dumps(manifest))
        faults = check(folder, None, None)[0]
        assert any("không thuộc phạm vi" in fault for fault in faults), name
        manifest["question"][name] = None
        (folder / "manifest.json").write_text(json.dumps(manifest))


def test_what_is_not_sealed_says_so_and_a_period_leaves_it_out(tmp_path: Path) -> None:
    written(2)
    with pytest.raises(NotSealed, match="thử lại sau vài giây"):
        plan(ALL)
    seal(tmp_path / "outside")
    before = plan(ALL)
    written(1)
    [(call,)] = sql("select call_id from audit_intent order by received_at desc limit 1")
    with pytest.raises(NotSealed, match="thử lại sau vài giây"):
        plan(Question("Một", Wanted(call_id=UUID(str(call))), proven=False))
    later = plan(ALL)
    assert later.places == before.places
    assert later.newer > 0


def test_nothing_and_too_much_are_answered(tmp_path: Path, settings: Any) -> None:
    written(3)
    seal(tmp_path / "outside")
    with pytest.raises(NothingThere):
        plan(replace(ALL, bodies=(424242,)))
    with pytest.raises(NothingThere):
        plan(replace(ALL, wanted=Wanted(since=clock.now() + timedelta(days=1))))
    settings.EVIDENCE_MAX_ROWS = 10
    with pytest.raises(TooMany, match="hơn 10 dòng"):
        plan(ALL)


def test_callers_who_proved_nothing_are_for_watchers_only(tmp_path: Path) -> None:
    written(1)
    seal(tmp_path / "outside")
    unproven = sql("select count(*) from audit_intent where key_id = 0")[0][0]
    assert unproven
    everything, proven = plan(ALL), plan(replace(ALL, proven=True))
    assert everything.calls - proven.calls == unproven


def test_it_asks_the_database_in_batches_not_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(4)
    seal(tmp_path / "outside")
    asked: list[str] = []

    def counted(name: str) -> None:
        plain = getattr(psycopg.Cursor, name)

        def keep(self: Any, query: Any, *rest: Any, **more: Any) -> Any:
            asked.append(str(query))
            return plain(self, query, *rest, **more)

        monkeypatch.setattr(psycopg.Cursor, name, keep)

    connection.ensure_connection()
    counted("execute")
    counted("copy")

    def cost(question: Question) -> tuple[int, int]:
        asked.clear()
        planned = plan(question)
        content(planned)
        return len(planned.places), len(asked)

    few_rows, few = cost(Question("Một", Wanted(service="administrative-units"), bodies=(7,)))
    many_rows, many = cost(ALL)
    assert many_rows > few_rows
    assert many <= few <= 16
    monkeypatch.setattr("audit.evidence.bundle.BATCH", 5)
    rows, batched = cost(ALL)
    assert batched <= few + 9 * (rows // 5 + 1)


def test_values_with_tabs_and_backslashes_are_hashed_as_they_lie(tmp_path: Path) -> None:
    """What COPY escapes comes back, and is escaped again the same way by the script."""
    for value in ("", "\\", "a\tb", "x\\Ny", "\\N", "dòng\nhai\r\v\f\b", "\\x0102"):
        assert value_of(value.translate(_ESCAPES)) == value
    assert value_of("\\N") is None


def test_every_filter_is_what_the_script_says_the_bundle_covers(tmp_path: Path) -> None:
    written(2, 1)
    seal(tmp_path / "outside")
    now = clock.now().replace(microsecond=0)
    everything = {json.dumps(row["row"]): row["row"] for row in rows_in(unpacked(plan(ALL), tmp_path / "all"))
                  if row["kind"] == "intent"}  # fmt: skip
    some = next(iter(everything.values()))
    wanted = {
        "call": Question("x", Wanted(call_id=UUID(some["call_id"])), proven=False),
        "service": Question("x", Wanted(service=some["service"]), proven=False),
        "system": Question("x", Wanted(system_id=int(some["system_id"])), proven=False),
        "environment": Question("x", Wanted(environment="live"), proven=False),
        "days": Question("x", Wanted(since=now - timedelta(hours=1), until=now + timedelta(hours=1)), proven=False),
        "bodies": Question("x", Wanted(), bodies=(7, 8)),
        "grants": Question("x", Wanted(), grants=(some["grant_code"],)),
    }
    others = {
        "call": {"call_id": str(UUID(int=5))}, "service": {"service": "khac"}, "system": {"system_id": 4},
        "environment": {"environment": "sandbox"}, "days": {"until": "2020-01-01 00:00:00"},
        "bodies": {"bodies": [4]}, "grants": {"grants": ["QK-0"]},
    }  # fmt: skip
    for name, question in wanted.items():
        folder = unpacked(plan(question), tmp_path / name)
        assert check(folder, None, None)[0] == [], name
        covered = {json.dumps(row["row"]) for row in rows_in(folder) if row["kind"] == "intent"}
        # Nothing the script calls covered was left out, but for calls nobody proved to have made.
        due = {text for text, row in everything.items() if answers(question.as_json(), row)}
        assert covered == {text for text in due if not question.proven or everything[text]["key_id"] != "0"}, name
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["question"] |= others[name]
        told = json.dumps(manifest, ensure_ascii=False)
        (folder / "manifest.json").write_text(told, encoding="utf-8")
        (folder / "manifest.sha256").write_text(f"{hashlib.sha256(told.encode()).hexdigest()}  manifest.json\n")
        faults = check(folder, None, None)[0]
        assert len([fault for fault in faults if "không thuộc phạm vi" in fault]) == len(covered), (name, faults)
