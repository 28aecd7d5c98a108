"""Services and secrets of one data folder, and the environment its processes get."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from lgsp.launch import processes
from lgsp.launch.places import DataFolder, write_private
from lgsp.launch.sealing import public_key
from lgsp.launch.services import Postgres, Valkey
from lgsp.launch.terminal import step


def kept_secrets(folder: Path) -> dict[str, str]:
    """Return the folder's own secrets, made once."""
    path = folder / "secrets.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    made = {
        "secret_key": secrets.token_urlsafe(60),
        "field_keys": f"v1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "log_keys": f"v1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "signing_keys": f"v1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "database_password": secrets.token_hex(24),
        "redis_password": secrets.token_hex(24),
    }
    if made.keys() - found.keys():
        # A folder of an earlier version keeps its secrets and gets those that are new.
        found = {**made, **found}
        write_private(path, found)
    return found


def variables(
    folder: Path, keys: Mapping[str, str], *, address: str, database: str, redis: str, mode: str = "development"
) -> dict[str, str]:
    """Return the environment of a process of the instance in *folder*, served at *address*."""
    return {
        "DJANGO_SETTINGS_MODULE": "lgsp.settings",
        "LGSP_MODE": mode,
        "LGSP_SECRET_KEY": keys["secret_key"],
        "LGSP_FIELD_KEYS": keys["field_keys"],
        "LGSP_LOG_KEYS": keys["log_keys"],
        "LGSP_SIGNING_KEYS": keys["signing_keys"],
        "LGSP_SEALING_PUBLIC_KEYS": public_key(folder),
        "LGSP_LOOPBACK_UPSTREAMS": "true",
        "LGSP_DATA_DIR": str(folder),
        "LGSP_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "LGSP_PUBLIC_URL": address,
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
    }


class Instance:
    """PostgreSQL and Valkey of a data folder; a context manager that always stops what it started.

    ``given`` is the environment of the caller: real servers it names are used in place of embedded ones.
    """

    def __init__(
        self, data: DataFolder, *, public_port: int = 8000, given: Mapping[str, str] = os.environ, mode: str = ""
    ) -> None:
        self.data, self.public_port, self.mode = data, public_port, mode or "development"
        self.given = {name: value for name, value in given.items() if value}
        self.secrets = kept_secrets(data.path)
        embedded = "DATABASE_URL" not in self.given
        password = self.secrets["database_password"]
        self.postgres = Postgres(data, password, throwaway=mode == "test") if embedded else None
        self.valkey = None if "REDIS_URL" in self.given else Valkey(data, self.secrets["redis_password"])

    def __enter__(self) -> "Instance":
        try:
            processes.end_left_over(self.data.path)
            if self.servers():
                with step("Khởi động " + " và ".join(item.title for item in self.servers().values())):
                    for item in self.servers().values():
                        item.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_ignored: object) -> None:
        for service in (self.valkey, self.postgres):
            if service is not None:
                service.stop()
        # What was interrupted between its start and its name being kept is in the notes.
        processes.end_left_over(self.data.path)

    def pids(self) -> dict[str, int]:
        """Return the process ids of the embedded services."""
        return {name: item.process.pid for name, item in self.servers().items() if item.process is not None}

    def servers(self) -> dict[str, Postgres | Valkey]:
        """Return the embedded servers of this instance by name."""
        named = {"postgres": self.postgres, "valkey": self.valkey}
        return {name: item for name, item in named.items() if item is not None}

    def environment(self) -> dict[str, str]:
        """Return the variables of every process of this instance; what the caller has set wins."""
        own = variables(
            self.data.path,
            self.secrets,
            address=f"http://127.0.0.1:{self.public_port}",
            database=self.postgres.url if self.postgres else "",
            redis=self.valkey.url if self.valkey else "",
            mode=self.mode,
        )
        return {**own, **self.given}
