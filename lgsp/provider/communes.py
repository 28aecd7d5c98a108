"""The province's administrative units below the province, as this system holds them."""

import csv
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LEVELS = {"xa": "Xã", "phuong": "Phường"}
DATA = Path(__file__).with_name("communes.csv")


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune or ward; ``code`` is its five-digit code of the national statistics list."""

    code: str
    name: str
    level: str
    level_name: str
    full_name: str
    province_code: str
    province_name: str
    valid_from: str


def fold(text: str) -> str:
    """Return *text* for searching: lower case, without diacritics, đ as d, single spaces."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(char for char in bare if not unicodedata.combining(char)).lower().split())


class Communes:
    """All units in memory, in the order of their codes."""

    def __init__(self, rows: list[Commune]) -> None:
        self.rows = sorted(rows, key=lambda row: row.code)
        self._by_code = {row.code: row for row in self.rows}
        self._folded = [(fold(f"{row.full_name} {row.code}"), row) for row in self.rows]

    @classmethod
    def read(cls, path: Path = DATA) -> "Communes":
        """Read the CSV file at *path*. Raises OSError, KeyError for a missing column or an unknown level."""
        with path.open(encoding="utf-8", newline="") as file:
            return cls([_commune(row) for row in csv.DictReader(file)])

    def listed(self, level: str) -> list[Commune]:
        """Return the units of *level* ("" for all)."""
        return [row for row in self.rows if level in ("", row.level)]

    def found(self, words: str) -> list[Commune]:
        """Return the units whose name or code holds every word."""
        wanted = fold(words).split()
        return [row for text, row in self._folded if all(word in text for word in wanted)]

    def get(self, code: str) -> Commune | None:
        """Return one unit."""
        return self._by_code.get(code)


def _commune(row: dict[str, str]) -> Commune:
    level_name = LEVELS[row["level"]]
    return Commune(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        level_name=level_name,
        full_name=f"{level_name} {row['name']}",
        province_code=row["province_code"],
        province_name=row["province_name"],
        valid_from=row["valid_from"],
    )


def as_json(rows: list[Commune]) -> list[dict[str, Any]]:
    """Return rows as they are sent."""
    return [asdict(row) for row in rows]
