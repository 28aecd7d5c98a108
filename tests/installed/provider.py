"""The source system of the try: answers every GET at 10.77.0.1:9000."""

import http.server
import json

ANSWER = json.dumps({"data": [{"code": "00001", "name": "Thử cài đặt"}]}, ensure_ascii=False).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("10.77.0.1", 9000), Handler).serve_forever()
