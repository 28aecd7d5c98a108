"""How a refusal of the token endpoint is checked."""

from collections.abc import Callable

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider


@pytest.fixture
def refused(broker: Live, provider: Provider, log: Log) -> Callable[..., Reply]:
    """Check a refusal in OAuth's words and ours, what the log keeps of it, and that nobody else was asked."""
    # What other tests of this minute were refused does not count against this one.
    broker.app.engine.ledger._pacer._minutes.clear()

    def check(answer: Reply, status: int, error: str, code: str, *, logged: str = "") -> Reply:
        found = answer.json
        assert (answer.status, found["error"], found["code"]) == (status, error, code), answer.body
        assert found["error_description"].isascii()
        assert '"' not in found["error_description"]
        assert found["error_uri"] == f"/loi/{code}/"
        assert found["request_id"] == answer.header("x-request-id")
        assert answer.header("content-type") == "application/json"
        assert answer.header("cache-control") == "no-store"
        assert ("www-authenticate", 'Basic realm="lgsp"') in answer.headers or status != 401
        assert "access_token" not in found
        row = log.call(answer.header("x-request-id"))
        assert (row["verdict"] in "XR", row["status"], row["reason"]) == (True, status, logged or code)
        assert (row["operation"], row["gate_id"]) == ("oauth-token", 0)
        assert provider.received == []
        return answer

    return check
