"""What a broker tells its keepers: ``/livez``, ``/readyz`` and, to networks named in the settings, ``/metrics``."""

from typing import TYPE_CHECKING, Any

from broker.answers import Answer, json_answer
from broker.metrics.exposing import CONTENT_TYPE, exposition
from broker.problems import Refusal, refusal
from broker.snapshot import within

if TYPE_CHECKING:
    from broker.engine import Engine

# A reader behind a proxy is not who the socket says it is; whoever reads metrics asks directly.
_FORWARDED = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"})


def livez(_scope: dict[str, Any], _engine: "Engine") -> Answer:
    """Say that the process answers."""
    return json_answer({"status": "ok"})


def readyz(_scope: dict[str, Any], engine: "Engine") -> Answer:
    """Say whether calls are taken now; 503 names what speaks against it. A log that is sealed late is told before."""
    checks = {
        "policy": _policy(engine),
        "log": engine.ledger.ready,
        "clock": engine.policy.clocks.trusted,
        "sealing": not engine.policy.sealed.refusing,
        "draining": not engine.load.draining,
    }
    ready = all(checks.values())
    document: dict[str, Any] = {
        "status": "ok" if ready else "unavailable",
        "checks": {name: "ok" if good else "failed" for name, good in checks.items()},
    }
    document["checks"]["sealing"] = engine.policy.sealed.state
    return json_answer(document, status=200 if ready else 503)


def _policy(engine: "Engine") -> bool:
    try:
        engine.policy.current()
    except Refusal:
        return False
    return True


def metrics(scope: dict[str, Any], engine: "Engine") -> Answer:
    """Return the numbers of all workers. Raises ``not-found`` for everybody but the readers named."""
    address = (scope.get("client") or ("", 0))[0]
    forwarded = any(name in _FORWARDED for name, _value in scope["headers"])
    if forwarded or not engine.metrics_networks or not within(address, engine.metrics_networks):
        raise refusal("not-found")
    headers = [(b"content-type", CONTENT_TYPE.encode()), (b"cache-control", b"no-store")]
    return Answer(200, headers, exposition(engine.metrics.all()))


PAGES = {b"/livez": livez, b"/readyz": readyz, b"/metrics": metrics}


def own_page(scope: dict[str, Any], engine: "Engine") -> Answer:
    """Answer what is no data service. Raises ``not-found``, ``method-not-allowed``."""
    page = PAGES.get(scope["raw_path"])
    if page is None:
        raise refusal("not-found")
    if scope["method"] not in ("GET", "HEAD"):
        raise refusal("method-not-allowed").with_header("Allow", "GET, HEAD")
    return page(scope, engine)
