"""The stand-in national platform on a real socket, in a thread of its own; a test turns its switches."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import uvicorn

from catalog.projection import AccountRow, OperationRow, ServiceRow, UpstreamRow
from lgsp.provider.national import CLIENT_ID, CLIENT_SECRET, NationalApp
from tests.broker.world import service

LISTED = OperationRow(1, "communes", "GET", "/AllCategory", "data", ("code", "title"))
ONE = OperationRow(2, "commune", "GET", "/Category/{code}", "data", ("category", "code", "title"))
LOOKUP = OperationRow(3, "report", "POST", "/Lookup", "data", ("category", "code", "title"))


@dataclass
class National:
    """The running stand-in."""

    app: NationalApp = field(default_factory=NationalApp)
    port: int = 0

    def start(self) -> "National":
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        self.port = sock.getsockname()[1]
        self.server = uvicorn.Server(uvicorn.Config(self.app, log_level="critical", access_log=False, loop="asyncio"))
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [sock]}, daemon=True)
        self._thread.start()
        for _try in range(500):
            if self.server.started:
                return self
            threading.Event().wait(0.01)
        raise AssertionError("the stand-in did not start")

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    def reset(self) -> None:
        """Turn all switches back, and forget what was asked."""
        fresh = NationalApp()
        for name, value in vars(fresh).items():
            setattr(self.app, name, value)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def account(self, **changes: Any) -> AccountRow:
        return replace(AccountRow(f"{self.url}/token", CLIENT_ID, CLIENT_SECRET), **changes)

    def upstream(self, upstream_id: int = 1, place: int = 1, **changes: Any) -> UpstreamRow:
        row = UpstreamRow(upstream_id, f"{self.url}/dmdc/1.0", place, asserted=False, account=self.account())
        return replace(row, **changes)

    def service(self, *upstreams: UpstreamRow, **changes: Any) -> ServiceRow:
        """The service of the small world, answered here."""
        rows = upstreams or (self.upstream(),)
        return service("", operations=(LISTED, ONE, LOOKUP), upstreams=rows, **changes)


def at_once(number: int, call: Callable[[int], Any]) -> list[Any]:
    """Make so many calls at the same moment, each in a thread of its own; return what they returned, in order."""
    found: list[Any] = [None] * number
    gate = threading.Barrier(number)

    def run(place: int) -> None:
        gate.wait(20)
        found[place] = call(place)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
