"""Who may open the addresses of incidents."""

from tests.house.policies import Page

PAGES: dict[str, Page] = {}
ELSEWHERE: frozenset[str] = frozenset()
