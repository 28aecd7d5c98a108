"""A refusal of the token endpoint in the words OAuth clients know (RFC 6749 §5.2, RFC 8707 §2), beside our own."""

from typing import Any

_NAMED = {
    "grant-type-not-supported": "unsupported_grant_type",
    "scope-not-supported": "invalid_scope",
    "resource-not-served": "invalid_target",
    "network-not-allowed": "unauthorized_client",
    "internal-error": "server_error",
}
_BY_STATUS = {401: "invalid_client", 403: "invalid_grant", 404: "invalid_grant", 429: "temporarily_unavailable"}


def oauth_error(code: str, status: int) -> str:
    """Return the error OAuth has for our problem *code*."""
    if status >= 500:
        return _NAMED.get(code, "temporarily_unavailable")
    return _NAMED.get(code) or _BY_STATUS.get(status, "invalid_request")


def oauth_status(status: int) -> int:
    """Return the HTTP status: what a grant does not allow is 400 here, 401 is for client authentication alone."""
    return 400 if status in (403, 404) else status


def oauth_document(document: dict[str, Any], described: str) -> dict[str, Any]:
    """Return the problem *document* with the members of RFC 6749 §5.2 before it; ``described`` is English.

    ``error_description`` holds printable ASCII without quotation marks and backslashes.
    """
    status = oauth_status(document["status"])
    plain = "".join(letter if " " <= letter <= "~" and letter not in '"\\' else "'" for letter in described)
    error = oauth_error(document["code"], document["status"])
    return {"error": error, "error_description": plain, "error_uri": document["type"], **document, "status": status}
