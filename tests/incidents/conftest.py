"""A real source system that can be made to answer in every way, and a version that points at it."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from accounts.models import Agency
from catalog.models import Upstream
from catalog.services.data_services import create_service
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version
from tests.catalog.conftest import JOB, LEGAL, sector


@dataclass
class Source:
    """A source system; what it does is set by the test, what it was asked is kept. It can be stopped and started."""

    url: str = ""
    status: int = 200
    delay: float = 0
    wait: threading.Event | None = None
    headers: dict[str, str] = field(default_factory=dict)
    method: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen, at the address it had."""
        handler = type("Handler", (SourceHandler,), {"source": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", int(self.url.rpartition(":")[2] or 0)), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,)).start()

    def stop(self) -> None:
        """Be gone."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
        self.server = None


class SourceHandler(BaseHTTPRequestHandler):
    """Answers as its source says."""

    source: Source

    def do_GET(self) -> None:
        found = self.source
        found.method = self.command
        found.asked.append((self.path, self.headers["Host"]))
        time.sleep(found.delay)
        if found.wait is not None:
            found.wait.wait(5)
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"{}")

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def source() -> Iterator[Source]:
    """Serve one on loopback."""
    found = Source()
    found.start()
    yield found
    if found.wait is not None:
        found.wait.set()
    found.stop()


@pytest.fixture
def upstream(agency: Callable[..., Agency], settings: Any) -> Callable[..., Upstream]:
    """Make a version of a service with one live address."""
    settings.LOOPBACK_UPSTREAMS = True

    def make(url: str, code: str = "administrative-units", **fields: Any) -> Upstream:
        legal = {"title": "Đơn vị hành chính", "sector": sector(), **LEGAL}
        service = create_service(actor=JOB, code=code, provider=agency("H60.03"), **legal)
        version = create_version(actor=JOB, service=service, name="v1")
        return set_upstream(actor=JOB, version=version, environment="live", base_url=url, **fields)

    return make
