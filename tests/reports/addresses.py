"""Who may open the addresses of reports."""

from tests.house.policies import EVERYBODY, Page

PAGES: dict[str, Page] = {
    "clauses": ({}, EVERYBODY),
    "clause": ({"clause_id": "QC10.4"}, EVERYBODY),
}
ELSEWHERE: frozenset[str] = frozenset()
