"""The sample people by what they do, signed in when first needed."""

import json
from pathlib import Path

from lgsp.demo.browser import Person, Surprise

STAFF = {
    "intake": "tiep-nhan.skhcn",
    "evaluator": "tham-dinh.skhcn",
    "head": "truong-phong.skhcn",
    "leader": "lanh-dao.skhcn",
    "operator": "van-hanh.skhcn",
    "reporter": "bao-cao.skhcn",
    "province": "lanh-dao.ubnd",
}
AGENCY = {"officer": "can-bo", "representative": "dai-dien", "technician": "ky-thuat"}


class People:
    """Everybody of the demonstration; an agency's people are named ``<role>.<agency>``."""

    def __init__(self, portal: str, folder: Path) -> None:
        rows = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["people"]
        self.portal = portal
        self.rows = {row["email"].split("@", maxsplit=1)[0]: row for row in rows}
        self.inside: dict[str, Person] = {}

    def staff(self, role: str) -> Person:
        """Return somebody of SKHCN or of the province's leadership."""
        return self.by_name(STAFF[role])

    def of(self, agency: str, role: str) -> Person:
        """Return somebody of the agency with the short name *agency*."""
        return self.by_name(f"{AGENCY[role]}.{agency}")

    def by_name(self, name: str) -> Person:
        """Return the person whose address begins with *name*, signed in."""
        if name not in self.rows:
            raise Surprise(f"Không có người dùng mẫu {name}")
        if name not in self.inside:
            self.inside[name] = Person(self.portal, self.rows[name]).sign_in()
            self.inside[name].act_for(self.rows[name]["agency"])
        return self.inside[name]

    def close(self) -> None:
        """Let everybody leave."""
        for person in self.inside.values():
            person.close()
