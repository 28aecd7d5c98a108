"""One worker of the data plane, started by ``lgsp.data_plane`` with the port it listens on."""

import argparse
import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import django
import uvicorn
from django.conf import settings

from lgsp.data_plane.light import lighten

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings")
lighten(settings)
django.setup()

from broker.app import BrokerApp  # noqa: E402  # models can be imported only when Django is ready
from broker.assembly import assemble  # noqa: E402
from broker.front import concerns_broker  # noqa: E402
from broker.server import BACKLOG, IDLE_SECONDS, StrictProtocol  # noqa: E402

GRACE_SECONDS = 32
Scope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DataPlane:
    """Data services and what keepers ask; any other address is not here."""

    broker: BrokerApp

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Hand one connection event on."""
        if concerns_broker(scope):
            await self.broker(scope, receive, send)
        elif scope["type"] == "http":
            await self.broker.show(scope, receive, send)


class Server(uvicorn.Server):
    """uvicorn, which says when it begins to end, and ends when its keeper is gone."""

    def __init__(self, config: uvicorn.Config, broker: BrokerApp) -> None:
        super().__init__(config)
        self._broker, self._keeper = broker, os.getppid()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self._broker.engine.load.draining = True
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Look around, ten times a second."""
        if os.getppid() != self._keeper:
            self.handle_exit(signal.SIGTERM, None)
        return bool(await super().on_tick(counter))


def main() -> int:
    """Serve until told to end."""
    reader = argparse.ArgumentParser(prog="python -m lgsp.data_plane.worker")
    reader.add_argument("--descriptor", type=int, required=True)
    reader.add_argument("--worker", default="1")
    reader.add_argument("--metrics", type=Path)
    chosen = reader.parse_args()
    broker = assemble(worker=chosen.worker, metrics_folder=chosen.metrics)
    config = uvicorn.Config(
        DataPlane(broker),
        http=StrictProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        # Whose X-Forwarded-For is believed is our own setting, not the server's (LGSP_TRUSTED_PROXIES).
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
    )
    for kind in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again when all is done; it has been obeyed by then.
        signal.signal(kind, lambda *_ignored: None)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(Server(config, broker).serve(sockets=[socket.socket(fileno=chosen.descriptor)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
