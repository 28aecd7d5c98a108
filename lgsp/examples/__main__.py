"""``python -m lgsp.examples --port 9100``: serve examples on loopback."""

import argparse
import os

import django
import uvicorn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings")
django.setup()

from lgsp.examples.app import ExampleApp  # noqa: E402  # models can be imported only when Django is ready
from lgsp.examples.shelf import Shelf  # noqa: E402


def main() -> None:
    """Read the arguments, serve until told to stop."""
    parser = argparse.ArgumentParser(description="Máy chủ mẫu: trả lời cuộc gọi thử bằng dữ liệu tổng hợp.")
    parser.add_argument("--host", default="127.0.0.1", help="địa chỉ lắng nghe")
    parser.add_argument("--port", type=int, required=True, help="cổng lắng nghe")
    given = parser.parse_args()
    app = ExampleApp(Shelf())
    uvicorn.run(app, host=given.host, port=given.port, log_level="warning", access_log=False, server_header=False)


if __name__ == "__main__":
    main()
