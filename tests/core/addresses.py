"""Who may open the addresses of core."""

from tests.house.policies import EVERYBODY, SIGNED_IN, STAFF, Page

PAGES: dict[str, Page] = {
    "livez": ({}, EVERYBODY),
    "readyz": ({}, EVERYBODY),
    "healthz": ({}, EVERYBODY),
    "problems": ({}, EVERYBODY),
    "problem": ({"code": "not-found"}, EVERYBODY),
    "problems-en": ({}, EVERYBODY),
    "problem-en": ({"code": "clock-skew"}, EVERYBODY),
    "security-txt": ({}, EVERYBODY),
    "api-catalog": ({}, EVERYBODY),
    "oauth-metadata": ({}, EVERYBODY),
    "jwks": ({}, EVERYBODY),
    "robots": ({}, EVERYBODY),
    "schema": ({}, SIGNED_IN),
    "api-reference": ({}, SIGNED_IN),
    "api-console": ({}, SIGNED_IN),
    "admin:index": ({}, STAFF),
}
ELSEWHERE: frozenset[str] = frozenset(
    {
        "theme",
        "admin:login",
        "admin:logout",
        "admin:password_change",
        "admin:password_change_done",
        "admin:autocomplete",
        "admin:jsi18n",
        "admin:view_on_site",
        "admin:app_list",
        "admin:search",
    }
)
