#!/usr/bin/env python3
"""Verify an evidence bundle of the call log: python3 -I verify.py [FOLDER] [--against FILE] [--key KEY].

Needs Python 3.8 or later and its standard library, no network, nothing of the platform; reads and never writes. It
stands in every bundle, what it imports from here written into it. Status: 0 proved, 1 something is wrong (each place
is named), 2 not verifiable.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from audit.evidence.ed25519 import signed

FORMAT = "lgsp-evidence-1"
MANIFEST, SUM = "manifest.json", "manifest.sha256"
ROWS, NOTES, KEYS, PROOFS = "rows.jsonl", "checkpoints.txt", "keys.txt", "consistency.json"
HOLDS = {"GIAI-THICH.txt", KEYS, NOTES, PROOFS, ROWS, "verify.py"}
TELL_MOST = 50
# Columns of a leaf in order, by kind and format of the log: never taken from the bundle, which could swap two names.
_REQUEST = """
call_id received_at environment method service version operation key_id access_key system_id system_code agency_id
agency_code provider_id provider_code grant_code purpose gate_id gate_version address auth procedure total_gate_id
request_bytes body_digest query_digest officer_digest created nonce owned refused calls epoch n prev_mac verdict
admitted_at row_mac
"""
_ANSWER = """
call_id received_at finished_at status reason side upstream_id upstream_status response_bytes total_ms upstream_ms
fields_dropped stage verdict admitted_at intent_epoch intent_n earlier epoch n prev_mac row_mac
"""
_EVENT = "seq event kind at worker key_name format last_epoch last_n last_mac prev_mac row_mac"
_LATER: dict[int, set[str]] = {
    1: {"auth", "procedure", "total_gate_id", "officer_digest"},
    2: {"officer_digest"},
    3: set(),
}
COLUMNS = {
    (kind, form): tuple(name for name in names.split() if name not in later)
    for kind, names in (("intent", _REQUEST), ("outcome", _ANSWER), ("epoch", _EVENT))
    for form, later in _LATER.items()
}
_ESCAPES = str.maketrans({"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"})


class Unusable(Exception):
    """The bundle cannot be verified at all; says why."""


# Merkle tree (RFC 9162, 2.1.3 and 2.1.4).
def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _walk(at: int, last: int, first: bytes, second: bytes, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots *path* leads to; None when it is too long or too short."""
    for other in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            first, second = _node(other, first), _node(other, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = _node(second, other)
        at, last = at >> 1, last >> 1
    return (first, second) if last == 0 else None


def included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Return whether *path* leads from the hash *leaf* at *index* to *root* of *size* leaves."""
    ends = _walk(index, size - 1, leaf, leaf, path) if 0 <= index < size else None
    return ends is not None and ends[1] == root


def grown(size: int, later: int, path: list[bytes], root: bytes, later_root: bytes) -> bool:
    """Return whether *path* shows that the tree of *later* leaves begins with that of *size*."""
    if not 0 < size < later:
        return 0 < size == later and not path and root == later_root
    proof = [root, *path] if size & (size - 1) == 0 else path
    at, last = size - 1, later - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    return bool(proof) and _walk(at, last, proof[0], proof[0], proof[1:]) == (root, later_root)


# Keys and notes (C2SP signed-note, tlog-checkpoint).
def read_keys(text: str) -> dict[bytes, tuple[str, bytes]]:
    """Return name and public key by key id, of lines ``<name>+<id>+<base64>``. Raises ValueError."""
    found = {}
    for line in text.split():
        name, shown, encoded = line.split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        if len(raw) != 33 or raw[0] != 1 or key_id.hex() != shown:
            raise ValueError(line)
        found[key_id] = (name, raw[1:])
    return found


class Note:
    """One signed checkpoint."""

    def __init__(self, text: str, keys: dict[bytes, tuple[str, bytes]]) -> None:
        """Read a note. Raises ValueError saying what is wrong with it."""
        body, blank, lines = text.rpartition("\n\n")
        self.text, self.key = text, b""
        for line in lines.splitlines():
            dash, name, encoded = line.split(" ")
            marked = base64.b64decode(encoded, validate=True)
            known = keys.get(marked[:4])
            if dash == "\u2014" and known and known[0] == name and signed(known[1], body.encode() + b"\n", marked[4:]):
                self.key = marked[:4]
        if not blank or not self.key:
            raise ValueError("chữ ký không đúng, hoặc không do khóa nào trong gói ký")
        fields = body.split("\n")
        self.origin, self.size, self.root = fields[0], int(fields[1]), base64.b64decode(fields[2], validate=True)
        more = dict(line.split(" ", 1) for line in fields[3:])
        self.number, self.at = int(more["number"]), more["time"]


def split_notes(text: str) -> list[str]:
    """Return the notes that stand one after the other in *text*."""
    return re.findall(r"(?:[^\n]+\n)+\n(?:\u2014 [^\n]*\n)+", text)


# The bundle.
class Bundle:
    """A folder, and what is wrong with it."""

    def __init__(self, place: Path) -> None:
        """Begin with nothing wrong."""
        self.place = place
        self.faults: list[str] = []

    def wrong(self, name: str, text: str) -> None:
        """Keep one fault of file *name*."""
        self.faults.append(f"{name}: {text}")

    def unusable(self, text: str) -> Unusable:
        """Return the refusal to go on, with the faults found so far."""
        return Unusable("\n".join([*(f"SAI  {fault}" for fault in self.faults), text]))

    def bytes(self, name: str) -> bytes:
        """Return the content of a file; empty, with a fault, when it is not there."""
        try:
            return (self.place / name).read_bytes()
        except OSError:
            self.wrong(name, "thiếu tệp")
            return b""

    def text(self, name: str) -> str:
        """Return the text of a file, with a fault when it is none."""
        try:
            return self.bytes(name).decode()
        except UnicodeDecodeError:
            self.wrong(name, "không phải văn bản UTF-8")
            return ""

    def manifest(self) -> dict[str, Any]:
        """Return the list of files and what was asked, once every file fits it. Raises Unusable without one."""
        raw = self.bytes(MANIFEST)
        if self.bytes(SUM) != f"{hashlib.sha256(raw).hexdigest()}  {MANIFEST}\n".encode():
            self.wrong(MANIFEST, f"mã băm không khớp {SUM} (một trong hai tệp đã bị sửa)")
        try:
            found = dict(json.loads(raw))
            listed = {item["name"]: (item["bytes"], item["sha256"]) for item in found["files"]}
            known = found["format"] == FORMAT and bool(found["question"])
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise self.unusable(f"Không đọc được bản kê {MANIFEST}, hoặc gói ở dạng khác")
        for name in sorted(HOLDS - {PROOFS} - set(listed)):
            self.wrong(MANIFEST, f"bản kê thiếu tệp {name}")
        for name, (size, digest) in sorted(listed.items()):
            content = self.bytes(name) if name in HOLDS else b""
            if (len(content), hashlib.sha256(content).hexdigest()) != (size, digest):
                self.wrong(name, "nội dung đã bị sửa (không khớp bản kê)")
        there = {path.name for path in self.place.iterdir()}
        for name in sorted(there - set(listed) - {MANIFEST, SUM}):
            self.wrong(name, "tệp lạ, không có trong bản kê")
        return found


class Rows:
    """The rows of the log, each checked by itself and against the others."""

    def __init__(self, bundle: Bundle, point: Note, question: dict[str, Any]) -> None:
        """Begin with none."""
        self.bundle, self.point, self.question = bundle, point, question
        self.counts = {"intent": 0, "outcome": 0, "epoch": 0}
        self.last, self.number = -1, 0
        self.intents: dict[tuple[str, str], tuple[object, ...]] = {}
        self.outcomes: list[tuple[int, tuple[str, str], tuple[object, ...]]] = []
        self.macs: dict[tuple[str, str, int], tuple[int, str, str]] = {}
        self.opened: dict[str, str] = {}
        self.answered: set[tuple[str, str]] = set()

    def wrong(self, number: int, text: str) -> None:
        """Keep a fault of line *number*."""
        self.bundle.wrong(ROWS, f"dòng {number}: {text}")

    def take(self, line: str) -> None:
        """Check one line by itself and keep what the others are compared with."""
        self.number += 1
        try:
            found = json.loads(line)
            kind, form, index, row = found["kind"], found["form"], found["leaf"], found["row"]
            names = COLUMNS[kind, form]
            path = [bytes.fromhex(item) for item in found["path"]]
            values = ["\\N" if row[name] is None else row[name].translate(_ESCAPES) for name in names]
            plain = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")) == line
        except (ValueError, KeyError, TypeError, AttributeError):
            self.wrong(self.number, "không đọc được dòng nhật ký")
            return
        if not plain or set(row) != set(names) or set(found) != {"form", "kind", "leaf", "path", "row"}:
            self.wrong(self.number, "không ở dạng chuẩn")
        if not isinstance(index, int) or index <= self.last:
            self.wrong(self.number, "chỉ số lá không tăng dần")
            return
        self.last = index
        content = f"\x00lgsp-leaf {form} {kind}\n" + "\t".join(values) + "\n"
        leaf = hashlib.sha256(content.encode("utf-8", "replace")).digest()
        if not included(leaf, index, self.point.size, path, self.point.root):
            self.wrong(self.number, f"nội dung, vị trí hoặc đường dẫn đã bị sửa: không có ở lá {index}")
        self.counts[kind] += 1
        try:
            self._keep(kind, row)
        except (KeyError, ValueError, TypeError):
            self.wrong(self.number, "thiếu giá trị")

    def _keep(self, kind: str, row: dict[str, str]) -> None:
        chain = (kind, row.get("epoch", ""), int(row["seq"] if kind == "epoch" else row["n"]))
        if chain in self.macs:
            self.wrong(self.number, "dòng lặp lại")
        self.macs[chain] = (self.number, row["prev_mac"], row["row_mac"])
        same = (row.get("call_id"), row.get("received_at"), row.get("verdict"), row.get("admitted_at"))
        if kind == "epoch" and row["event"] == "open":
            self.opened[row["seq"]] = row["kind"]
        elif kind == "outcome":
            self.outcomes.append((self.number, (row["intent_epoch"], row["intent_n"]), same))
        elif kind == "intent":
            self.intents[row["epoch"], row["n"]] = same
            if not answers(self.question, row):
                self.wrong(self.number, "không thuộc phạm vi nêu trong bản kê")

    def compare(self) -> None:
        """Check the rows against each other: chains, outcomes with their calls, openings."""
        for (kind, epoch, n), (number, before, _mac) in self.macs.items():
            earlier = self.macs.get((kind, epoch, n - 1))
            if earlier is not None and earlier[2] != before:
                self.wrong(number, "không nối với dòng trước của chuỗi")
            if kind != "epoch" and self.opened.get(epoch) != kind:
                self.wrong(number, f"thiếu dòng mở chuỗi {epoch}")
        for number, place, same in self.outcomes:
            self.answered.add(place)
            if self.intents.get(place) != same:
                self.wrong(number, "kết quả không khớp yêu cầu nào trong gói")


def answers(question: dict[str, Any], row: dict[str, str]) -> bool:
    """Return whether the row of a call is one of those asked for."""
    given = {name: row[name] for name in ("call_id", "service", "environment", "system_id")}
    if any(question[name] is not None and str(question[name]) != value for name, value in given.items()):
        return False
    grants, bodies = question["grants"], question["bodies"]
    since, until = str(question["since"] or ""), str(question["until"] or "~")
    return (
        since <= row["received_at"][:19] < until
        and (not isinstance(grants, list) or row["grant_code"] in grants)
        and (not isinstance(bodies, list) or bool({int(row["agency_id"]), int(row["provider_id"])} & set(bodies)))
    )


def check(place: Path, against: str | None, key: str | None) -> tuple[list[str], list[str]]:
    """Check everything; return what is wrong and what is proved. Raises Unusable."""
    bundle = Bundle(place)
    manifest = bundle.manifest()
    keys, notes = _signed_notes(bundle, manifest)
    rows = Rows(bundle, notes[0], manifest["question"])
    for line in bundle.text(ROWS).split("\n")[:-1]:
        rows.take(line)
    rows.compare()
    if rows.counts != manifest.get("rows"):
        bundle.wrong(ROWS, "số dòng khác bản kê")
    for other in notes[1:]:
        _growth(bundle, other, notes[0])
    told = _told(rows, notes, keys)
    if key is not None and notes[0].key not in read_keys(key):
        bundle.wrong(NOTES, "điểm niêm phong không do khóa nêu trên dòng lệnh ký")
    if against is not None:
        told.append(_compare(bundle, notes, Path(against).read_text(encoding="utf-8")))
    if key is None and against is None:
        told.append(
            "Chưa đối chiếu với nguồn ngoài gói: so mã khóa với bản công bố, hoặc làm theo mục 2 của tệp giải thích"
        )
    return bundle.faults, told


def _signed_notes(bundle: Bundle, manifest: dict[str, Any]) -> tuple[dict[bytes, tuple[str, bytes]], list[Note]]:
    try:
        keys = read_keys(bundle.text(KEYS))
    except ValueError:
        raise bundle.unusable(f"Không đọc được {KEYS}") from None
    notes = []
    for number, text in enumerate(split_notes(bundle.text(NOTES)), 1):
        try:
            notes.append(Note(text, keys))
        except (ValueError, KeyError, IndexError):
            bundle.wrong(NOTES, f"điểm niêm phong thứ {number}: chữ ký không đúng hoặc nội dung đã bị sửa")
    if not notes or notes[0].number != manifest.get("checkpoint"):
        raise bundle.unusable("Gói không có điểm niêm phong đúng như bản kê")
    return keys, notes


def _told(rows: Rows, notes: list[Note], keys: dict[bytes, tuple[str, bytes]]) -> list[str]:
    point = notes[0]
    told = [f"Nhật ký {point.origin}, điểm niêm phong số {point.number} lúc {point.at}, {point.size} lá"]
    told.append("Yêu cầu: {intent}, kết quả: {outcome}, dòng sổ chuỗi: {epoch}".format(**rows.counts))
    told.append(f"Yêu cầu chưa có kết quả trong gói: {len(set(rows.intents) - rows.answered)}")
    told += [f"Cây lớn lên từ điểm niêm phong số {one.number} lúc {one.at}" for one in notes[1:]]
    return told + [f"Khóa ký {keys[one][0]}, mã {one.hex()}" for one in sorted({note.key for note in notes})]


def _growth(bundle: Bundle, other: Note, point: Note) -> None:
    try:
        path = [bytes.fromhex(item) for item in json.loads(bundle.text(PROOFS))[str(other.number)]]
    except (ValueError, KeyError, TypeError, AttributeError):
        path = []
    if not grown(other.size, point.size, path, other.root, point.root):
        bundle.wrong(PROOFS, f"không chứng minh được cây niêm phong lớn lên từ điểm số {other.number}")


def _compare(bundle: Bundle, notes: list[Note], outside: str) -> str:
    there = {}
    for text in split_notes(outside):
        there[text.split("\n", 1)[0], "".join(re.findall(r"\nnumber (\d+)\n", text))] = text
    met = [note for note in notes if (note.origin, str(note.number)) in there]
    for note in met:
        if there[note.origin, str(note.number)].rpartition("\n\n")[0] != note.text.rpartition("\n\n")[0]:
            bundle.wrong(NOTES, f"điểm niêm phong số {note.number} khác bản giữ ngoài: nhật ký đã rẽ nhánh")
    if not met:
        raise bundle.unusable("Tệp giữ ngoài không có điểm niêm phong nào của gói, nên không đối chiếu được")
    return "Đã đối chiếu với bản giữ ngoài: điểm niêm phong số " + ", ".join(str(note.number) for note in met)


def main() -> int:
    """Read what is asked, say what was found, return the status."""
    asked = argparse.ArgumentParser(prog="verify.py")
    asked.add_argument("place", nargs="?", default=str(Path(__file__).resolve().parent), help="thư mục của gói")
    asked.add_argument("--against", help="tệp điểm niêm phong do bên khác giữ")
    asked.add_argument("--key", help="khóa công khai lấy từ nguồn khác: tên+mã+base64")
    given = asked.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        faults, told = check(Path(given.place), given.against, given.key)
    except (Unusable, OSError, ValueError, RecursionError) as error:
        sys.stdout.write(f"{error}\nKHÔNG KIỂM TRA ĐƯỢC\n")
        return 2
    for text in faults[:TELL_MOST]:
        sys.stdout.write(f"SAI  {text}\n")
    if faults:
        sys.stdout.write(f"GÓI KHÔNG ĐÚNG: {len(faults)} chỗ sai\n")
        return 1
    sys.stdout.write("\n".join([*told, "ĐẠT: mọi dòng trong gói có trong nhật ký đã niêm phong\n"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
