"""Services and secrets of one data folder, and the environment its processes get."""

import base64
import json
import os
import secrets
from pathlib import Path

from lgsp.launch.places import DataFolder, write_private
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
        "database_password": secrets.token_hex(24),
        "redis_password": secrets.token_hex(24),
    }
    if made.keys() - found.keys():
        # A folder of an earlier version keeps its secrets and gets those that are new.
        found = {**made, **found}
        write_private(path, found)
    return found


class Instance:
    """PostgreSQL and Valkey of a data folder; a context manager that always stops what it started."""

    def __init__(self, data: DataFolder, *, public_port: int = 8000) -> None:
        self.data, self.public_port = data, public_port
        self.secrets = kept_secrets(data.path)
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(data, self.secrets["database_password"])
        self.valkey = None if os.environ.get("REDIS_URL") else Valkey(data, self.secrets["redis_password"])

    def __enter__(self) -> "Instance":
        try:
            with step("Khởi động PostgreSQL và Valkey"):
                for service in (self.postgres, self.valkey):
                    if service is not None:
                        service.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_ignored: object) -> None:
        for service in (self.valkey, self.postgres):
            if service is not None:
                service.stop()

    def pids(self) -> dict[str, int]:
        """Return the process ids of the embedded services."""
        return {name: item.process.pid for name, item in self.servers().items() if item.process is not None}

    def servers(self) -> dict[str, Postgres | Valkey]:
        """Return the embedded servers of this instance by name."""
        named = {"postgres": self.postgres, "valkey": self.valkey}
        return {name: item for name, item in named.items() if item is not None}

    def environment(self, *, mode: str = "development") -> dict[str, str]:
        """Return the variables of every process of this instance; what the caller has set wins."""
        own = {
            "DJANGO_SETTINGS_MODULE": "lgsp.settings",
            "LGSP_MODE": mode,
            "LGSP_SECRET_KEY": self.secrets["secret_key"],
            "LGSP_FIELD_KEYS": self.secrets["field_keys"],
            "LGSP_LOG_KEYS": self.secrets["log_keys"],
            "LGSP_LOOPBACK_UPSTREAMS": "true",
            "LGSP_DATA_DIR": str(self.data.path),
            "LGSP_ALLOWED_HOSTS": "127.0.0.1,localhost",
            "LGSP_PUBLIC_URL": f"http://127.0.0.1:{self.public_port}",
            "PYTHONUNBUFFERED": "1",
        }
        if self.postgres is not None:
            own["DATABASE_URL"] = self.postgres.url
        if self.valkey is not None:
            own["REDIS_URL"] = self.valkey.url
        return {**own, **{name: value for name, value in os.environ.items() if value}}
