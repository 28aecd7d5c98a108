"""`./run test` and `./run lint`: everything the CI checks, each with its name and time."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from lgsp.launch import environment
from lgsp.launch.instance import Instance
from lgsp.launch.places import ROOT, VENV, DataFolder
from lgsp.launch.terminal import Stop, say, step

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_BIN = VENV / "bin"
PRODUCTION = {
    "LGSP_MODE": "production",
    "LGSP_PUBLIC_URL": "https://lgsp.example",
    "LGSP_ALLOWED_HOSTS": "lgsp.example",
    "LGSP_TRUSTED_PROXIES": "1",
    "LGSP_LOOPBACK_UPSTREAMS": "false",
}


def _steps() -> list[tuple[str, list[str], dict[str, str]]]:
    python = str(_BIN / "python")
    return [
        ("ruff format", [str(_BIN / "ruff"), "format", "--check", "."], {}),
        ("ruff", [str(_BIN / "ruff"), "check", "."], {}),
        ("djlint", [str(_BIN / "djlint"), "templates", "--check", "--lint", "--quiet"], {}),
        ("import contract", [str(_BIN / "lint-imports")], {}),
        ("mypy", [str(_BIN / "mypy"), "."], {}),
        ("makemigrations --check", [python, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
        ("check --deploy", [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ]


@contextmanager
def _services() -> Iterator[dict[str, str]]:
    """Give a throw-away PostgreSQL and Valkey, and the environment that names them."""
    with tempfile.TemporaryDirectory(prefix="lgsp-test-") as folder:
        os.chmod(folder, 0o711)
        data = DataFolder(Path(folder) / "data")
        with Instance(data) as instance:
            yield instance.environment(mode="test")
        data.close()


def lint(variables: dict[str, str] | None = None) -> int:
    """Run the checks; return how many failed. Shows the output of those that fail."""
    environment.ensure("dev")
    if variables is None:
        with _services() as found:
            return lint(found)
    failed = 0
    for name, command, extra in _steps():
        started = monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env={**variables, **extra}, capture_output=True, text=True, check=False
        )
        mark = "đạt" if done.returncode == 0 else "KHÔNG ĐẠT"
        say(f"{name}: {mark} ({monotonic() - started:.1f} giây)")
        if done.returncode:
            failed += 1
            say((done.stdout + done.stderr)[-6000:])
    return failed


def test(arguments: list[str]) -> int:
    """Run the checks, then pytest; arguments go to pytest and leave the checks out."""
    environment.ensure("dev")
    browser = find_browser()
    with _services() as variables:
        if browser:
            variables["CHROMIUM_PATH"] = browser
        failed = 0 if arguments else lint(variables)
        chosen = arguments or ["-n", "2", "--dist", "loadgroup"]
        if not browser:
            chosen += ["-m", "not browser"]
        if failed:
            say(f"{failed} bước kiểm tra không đạt (xem phía trên).")
        status = subprocess.run(
            [str(_BIN / "python"), "-m", "pytest", "--ds=lgsp.settings.test", *chosen],
            cwd=ROOT,
            env=variables,
            check=False,
        )
        return status.returncode or (1 if failed else 0)


def find_browser() -> str:
    """Return a Chromium for the browser tests, installing one when root; "" leaves those tests out, loudly."""
    given = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if given:
        return given
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Cài Chromium để thử giao diện"):
            for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
                subprocess.run(
                    command, capture_output=True, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
                )
        found = shutil.which("chromium")
        if found:
            return found
    if os.environ.get("CI") == "true":
        raise Stop("Không có Chromium: đặt CHROMIUM_PATH. CI không được bỏ qua kiểm thử giao diện.")
    say("!!! KHÔNG CÓ CHROMIUM: bỏ qua kiểm thử giao diện. Đặt CHROMIUM_PATH để chạy đủ. !!!")
    return ""
