"""Who may open the addresses of catalog."""

from tests.house.policies import Page

PAGES: dict[str, Page] = {}
ELSEWHERE: frozenset[str] = frozenset()
