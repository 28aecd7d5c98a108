"""The real product for one test: uvicorn with the broker, sample provider, worker, on the test's own database."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from lgsp.launch.services import free_port
from lgsp.provider.soap import WSDL
from tests.broker import forking
from tests.journeys.loaded import procedure, sample_people

READY_SECONDS = 60


@dataclass
class Product:
    """Where it answers, where its data lies, who may sign in (by the first part of the address), its environment."""

    url: str
    provider: str
    folder: Path
    people: dict[str, dict[str, Any]]
    variables: dict[str, str]


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    """Load what an installation has, start the processes, give the product, end the processes."""
    port, provider_port, example_port = free_port(), free_port(), free_port()
    url, provider = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{provider_port}"
    rows = sample_people(folder)
    procedure()
    call_command("load_sample_service", provider=provider, verbosity=0)
    call_command("load_sectors", verbosity=0)
    call_command("load_national_sample", provider=provider, verbosity=0)
    call_command("load_soap_sample", provider=provider, wsdl=WSDL, verbosity=0)
    variables = {**_variables(folder, url), "LGSP_EXAMPLE_SERVER": f"http://127.0.0.1:{example_port}"}
    server = ["uvicorn", "lgsp.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    server += ["--http", "broker.server:StrictProtocol", "--loop", "uvloop", "--no-access-log", "--no-proxy-headers"]
    commands = {
        "provider": ["lgsp.provider", "--port", str(provider_port)],
        "examples": ["lgsp.examples", "--port", str(example_port)],
        "web": server,
        "worker": ["celery", "-A", "lgsp.celery:app", "worker", "-c", "1"],
    }
    started = [_start(folder / f"{name}.log", command, variables) for name, command in commands.items()]
    try:
        _wait(f"{url}/readyz", folder)
        _wait(f"{provider}/health", folder)
        _wait(f"{variables['LGSP_EXAMPLE_SERVER']}/-/health", folder)
        people = {row["email"].split("@", maxsplit=1)[0]: row for row in rows}
        yield Product(url, provider, folder, people, variables)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _variables(folder: Path, url: str) -> dict[str, str]:
    """Return the environment of the processes: the test's database, a Valkey database of their own."""
    held = connection.settings_dict
    database = f"postgresql://{held['USER']}:{held['PASSWORD']}@{held['HOST']}:{held['PORT']}/{held['NAME']}"
    place = int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", ""))) or 0) + 4
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lgsp.settings.test",
        "DATABASE_URL": database,
        "REDIS_URL": f"{settings.CELERY_BROKER_URL.rsplit('/', 1)[0]}/{place}",
        "LGSP_DATA_DIR": str(folder),
        "LGSP_PUBLIC_URL": url,
        "LGSP_LOOPBACK_UPSTREAMS": "true",
    }


def _start(log: Path, command: list[str], variables: dict[str, str]) -> forking.Process:
    with log.open("wb") as said:
        return forking.start(command, variables, said=said.fileno())


def _wait(address: str, folder: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError) as error:
            if time.monotonic() > deadline:
                said = "\n".join(log.read_text(errors="replace")[-2000:] for log in folder.glob("*.log"))
                raise AssertionError(f"{address} does not answer: {error}\n{said}") from error
        time.sleep(0.1)
