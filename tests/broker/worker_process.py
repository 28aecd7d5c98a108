"""One broker process: ``python -m tests.broker.worker_process PORT FILE ADDRESS``; *FILE* holds the pickled world."""

import pickle
import sys
from pathlib import Path

import django
import uvicorn


def serve(port: int, file: Path, address: str) -> None:
    """Be one worker until told to end."""
    django.setup()
    from broker.engine import settle_memory
    from broker.server import StrictProtocol
    from tests.broker.conftest import make_app

    world = pickle.loads(file.read_bytes())
    app = make_app(address, world)
    app.engine.policy._swapped = settle_memory
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, http=StrictProtocol, loop="uvloop", log_level="error", access_log=False
    )
    config.proxy_headers = config.server_header = False
    uvicorn.Server(config).run()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
