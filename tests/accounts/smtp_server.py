"""A small real SMTP server (RFC 5321) for tests: it takes letters, or answers as a test tells it to."""

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Behaviour:
    """What the server says at each point; the letters it took, and who knocked."""

    greeting: str = "220 thu.example sẵn sàng"
    recipient: str = "250 OK"
    data: str = "250 OK"
    drop_after_data: bool = False
    hold: threading.Event | None = None
    taken: list[EmailMessage] = field(default_factory=list)
    connections: int = 0


class _Talk(socketserver.StreamRequestHandler):
    server: "SmtpServer"

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        behaviour = self.server.behaviour
        behaviour.connections += 1
        self.say(behaviour.greeting)
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.say("354 Bắt đầu")
                if not self.take(behaviour):
                    return
            elif verb == "QUIT":
                self.say("221 Tạm biệt")
                return
            else:
                self.say(behaviour.recipient if verb == "RCPT" else "250 OK")

    def take(self, behaviour: Behaviour) -> bool:
        """Read a letter; keep it when it is accepted. Return whether the conversation goes on."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if behaviour.hold is not None:
            behaviour.hold.wait(10)
        if behaviour.data.startswith("250"):
            behaviour.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if behaviour.drop_after_data:
            return False
        self.say(behaviour.data)
        return True


class SmtpServer(socketserver.ThreadingTCPServer):
    """Listens on loopback while the ``with`` block lasts."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0, **behaviour: Any) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.behaviour = Behaviour(**behaviour)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def __enter__(self) -> "SmtpServer":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.shutdown()
        self.server_close()
