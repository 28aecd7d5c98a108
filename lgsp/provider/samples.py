"""Made-up records for the illustrative services: built from names and types of their fields, always the same.

Nothing here is of a real person or body: identity numbers are zeros and a counter, names say that they are samples.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "catalog" / "seeds" / "sample_services.json"
ROWS = 5
_DIGITS = re.compile(r"chuỗi (\d{1,2}) chữ số")


@dataclass(frozen=True, slots=True)
class SampleOperation:
    """One operation: its method, the pattern of its path, whether it answers with many records, and their fields."""

    method: str
    pattern: re.Pattern[str]
    many: bool
    fields: tuple[tuple[str, str, str], ...]


class Samples:
    """All illustrative services in memory, by code."""

    def __init__(self, services: list[dict[str, Any]]) -> None:
        self._operations = {row["code"]: [_operation(item) for item in row["operations"]] for row in services}

    @classmethod
    def read(cls, path: Path = DATA) -> "Samples":
        """Read the seed of the illustrative catalogue. Raises OSError, KeyError for a missing part."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def knows(self, code: str) -> bool:
        """Return whether a service has the code."""
        return code in self._operations

    def methods(self, code: str, path: str) -> set[str]:
        """Return the methods that are answered at *path* of a service; none: there is nothing."""
        return {item.method for item in self._operations.get(code, ()) if item.pattern.fullmatch(path)}

    def answer(self, code: str, method: str, path: str) -> Any:
        """Return one record, or several; None where nothing is answered so."""
        for item in self._operations.get(code, ()):
            if item.method == method and item.pattern.fullmatch(path):
                records = [
                    _record(item, f"{code}{path}", number) for number in range(1, (ROWS if item.many else 1) + 1)
                ]
                return records if item.many else records[0]
        return None


def _operation(row: dict[str, Any]) -> SampleOperation:
    parts = re.split(r"\{[a-z0-9_]+\}", row["template"])
    pattern = re.compile("[^/]+".join(map(re.escape, parts)))
    fields = tuple((name, label, kind) for name, label, kind, _class in row["fields"])
    return SampleOperation(row["method"], pattern, row["many"], fields)


def _record(operation: SampleOperation, path: str, number: int) -> dict[str, Any]:
    return {name: _value(label, kind, f"{path}/{number}/{name}", number) for name, label, kind in operation.fields}


def _value(label: str, kind: str, seed: str, number: int) -> Any:
    chance = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])
    if digits := _DIGITS.fullmatch(kind):
        return str(number).zfill(int(digits.group(1)))
    if kind == "ngày":
        return f"2026-{chance % 12 + 1:02d}-{chance % 28 + 1:02d}"
    if kind == "thời điểm":
        return f"2026-{chance % 12 + 1:02d}-{chance % 28 + 1:02d}T{chance % 24:02d}:00:00+07:00"
    if kind == "số nguyên":
        return chance % 1000 + 1
    if kind == "số thập phân":
        return chance % 10_000 / 10
    if kind == "đúng sai":
        return chance % 2 == 0
    return f"{label} (mẫu {number})"
