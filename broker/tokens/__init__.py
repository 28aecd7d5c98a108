"""Short-lived tokens instead of a signature on every call (RFC 6749 §4.4, RFC 6750, decisions 13)."""

ENDPOINT = "/api/oauth/token"
# The second address is where clients of the national platform look.
TOKEN_PATHS = frozenset({ENDPOINT.encode(), b"/token"})
MOST_FORM_BYTES = 16 * 1024
