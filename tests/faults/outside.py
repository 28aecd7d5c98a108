"""What lies outside of the platform, as processes that can be killed: a mail server; a source system with a webhook.

`python -m tests.faults.outside mail|http PORT LEDGER`. What is taken is written to the ledger, a line of JSON each,
before it is answered.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from lgsp.launch import processes
from lgsp.launch.places import ROOT
from lgsp.launch.services import free_port
from tests.faults.waiting import wait_until

# A letter takes so long, so that a kill meets one on its way.
_LETTER_SECONDS = 0.4


@dataclass(slots=True)
class Outside:
    """One process of the outside world, at a port it keeps."""

    kind: str
    ledger: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Outside":
        """Start it, or start it again, and wait until it listens."""
        self.port = self.port or free_port()
        self.ledger.touch()
        command = [sys.executable, "-m", "tests.faults.outside", self.kind, str(self.port), str(self.ledger)]
        self.process = subprocess.Popen(processes.tied(command, kind=signal.SIGKILL), cwd=ROOT)
        if not wait_until(self._listens, 20):
            raise RuntimeError(f"{self.kind} did not start")
        return self

    def kill(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def taken(self) -> list[dict[str, Any]]:
        """Return what it took, in order; a line it was killed over is none."""
        found = []
        for line in self.ledger.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):
                found.append(json.loads(line))
        return found

    def _listens(self) -> bool:
        async def knock() -> None:
            _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()

        with suppress(OSError):
            asyncio.run(knock())
            return True
        return False


def _keep(ledger: Path, row: dict[str, Any]) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


async def _mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ledger: Path) -> None:
    """Serve one client of SMTP (RFC 5321): takes everything, knows nothing else."""
    writer.write(b"220 thu.example\r\n")
    to = b""
    while line := await reader.readline():
        verb = line.strip().upper()
        if verb.startswith(b"RCPT TO"):
            to = line.partition(b"<")[2].partition(b">")[0]
        if verb == b"DATA":
            writer.write(b"354 go on\r\n")
            content = await reader.readuntil(b"\r\n.\r\n")
            await asyncio.sleep(_LETTER_SECONDS)
            letter = message_from_bytes(content)
            subject = str(make_header(decode_header(letter["Subject"] or "")))
            _keep(ledger, {"id": letter["Message-ID"], "to": to.decode(), "subject": subject.replace("\n", "")})
        writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 thu.example\r\n")
        await writer.drain()
        if verb == b"QUIT":
            return


async def _http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ledger: Path) -> None:
    """Answer one request: 200 with some data; what comes by POST is kept with its webhook-id."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.strip().lower(): text.strip() for name, _colon, text in (line.partition(":") for line in lines[1:])}
    method, path, _version = lines[0].split(" ", 2)
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    row: dict[str, Any] = {"method": method, "path": path}
    if method == "POST":
        row |= {"id": fields.get("webhook-id", ""), "told": json.loads(body or b"{}")}
    _keep(ledger, row)
    content = b'{"data":[{"code":"02215"}],"total":1}'
    told = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    writer.write(told % len(content) + content)
    await writer.drain()


async def _listen(kind: str, port: int, ledger: Path) -> None:
    serve = {"mail": _mail, "http": _http}[kind]

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            await serve(reader, writer, ledger)
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_listen(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
