"""Files a province installs from: every variable is known, every command exists, systemd and nginx take them."""

import configparser
import importlib.util
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from django.core.management import get_commands

from lgsp.env import VARIABLES
from lgsp.launch.places import ROOT
from lgsp.launch.services import free_port
from tests.installed import documented

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
USERS = {"lgsp", "lgsp-broker", "lgsp-sealer", "lgsp-archive"}
ENVIRONMENTS = [
    ("common", "portal"), ("common", "broker"), ("common", "owner"), ("common", "archive"), ("sealer",),
]  # fmt: skip
KNOWN = {variable.name for variable in VARIABLES}


def variables(*names: str) -> dict[str, str]:
    lines = "\n".join((DEPLOY / "environment" / f"{name}.env").read_text(encoding="utf-8") for name in names)
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", lines, re.MULTILINE))


def unit(path: Path) -> configparser.ConfigParser:
    reader = configparser.ConfigParser(strict=False, interpolation=None)
    reader.optionxform = str  # type: ignore[assignment,method-assign]
    reader.read_string(path.read_text(encoding="utf-8"))
    return reader


@pytest.mark.parametrize("names", ENVIRONMENTS)
def test_environments_name_known_variables_and_all_that_are_needed(names: tuple[str, ...]) -> None:
    given = variables(*names)
    assert given.keys() <= KNOWN
    if "common" in names:
        assert {variable.name for variable in VARIABLES if variable.needed} <= given.keys()
        assert "LGSP_SEALING_KEY_FILE" not in given
        assert given["LGSP_MODE"] == "production"


def test_each_process_has_its_own_role_and_only_the_sealer_the_sealing_key() -> None:
    roles = {name: re.search(r"//(\w+):", variables(name)["DATABASE_URL"]) for name in
             ("portal", "broker", "sealer", "owner", "archive")}  # fmt: skip
    assert {name: found and found.group(1) for name, found in roles.items()} == {
        "portal": "lgsp_web", "broker": "lgsp_broker", "sealer": "lgsp_sealer", "owner": "lgsp_owner",
        "archive": "lgsp_archive",
    }  # fmt: skip
    created = set(re.findall(r"create role (\w+)", (DEPLOY / "postgresql" / "roles.sql").read_text(encoding="utf-8")))
    assert {"lgsp_web", "lgsp_broker", "lgsp_sealer", "lgsp_owner", "lgsp_archive", "lgsp_backup"} == created
    readers = {path.name for path in UNITS if "/etc/lgsp/sealer.env" in path.read_text(encoding="utf-8")}
    assert readers == {"lgsp-sealer.service"}
    assert not (variables("common").keys() & {"DATABASE_URL", "LGSP_BACKUP_DATABASE_URL"})


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_units_run_what_there_is_as_nobody_special(path: Path) -> None:
    service = unit(path)["Service"]
    commands = re.findall(r"^Exec\w+=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands
    for command in commands:
        module = re.search(r" -m ([\w.]+)", command)
        managed = re.search(r"manage\.py (\w+)", command)
        assert module or managed, command
        assert module is None or importlib.util.find_spec(module.group(1)), command
        assert managed is None or managed.group(1) in get_commands(), command
    assert service["User"] in USERS or path.name == "lgsp-backup.service"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/opt/lgsp/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_commands_of_the_page_are_shell_and_name_what_there_is() -> None:
    """What runs them all on a clean system is ``python -m tests.installed``."""
    page = documented.PAGE.read_text(encoding="utf-8")
    titles = re.findall(r"^## (.*)", page, re.MULTILINE)
    text = "\n".join(block for title in titles for block in documented.blocks(title, defaultdict(lambda: "x")))
    assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0
    assert text.count("\n") > 50
    for place in re.findall(r"\bdeploy/[\w./-]+", text):
        assert (ROOT / place).exists(), place
    assert set(re.findall(r"manage\.py (\w+)", text)) <= get_commands().keys()


@pytest.fixture
def proxy(tmp_path: Path) -> tuple[Path, int, int]:
    """Return nginx's configuration for this machine, with ports for plain and TLS, and certificates of a minute."""
    plain, secure = free_port(), free_port()
    for name in ("portal", "api"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}.example",
             "-keyout", str(tmp_path / f"{name}.key"), "-out", str(tmp_path / f"{name}.pem")],
            check=True, capture_output=True,
        )  # fmt: skip
    text = (DEPLOY / "nginx" / "lgsp.conf").read_text(encoding="utf-8")
    for name in ("lgsp-proxy.conf", "lgsp-calls.conf", "lgsp-tls.conf"):
        shutil.copy(DEPLOY / "nginx" / name, tmp_path)
    text = re.sub(r"^    listen \[::\].*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 80", f"listen 127.0.0.1:{plain}").replace("listen 443", f"listen 127.0.0.1:{secure}")
    text = text.replace("/etc/nginx/", f"{tmp_path}/").replace("/etc/lgsp/tls/", f"{tmp_path}/")
    text = text.replace("/var/log/nginx/", f"{tmp_path}/")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{free_port()}").replace(
        "127.0.0.1:8001", f"127.0.0.1:{free_port()}"
    )
    whole = tmp_path / "nginx.conf"
    folders = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\n{folders}{text}\n}}\n"
    )
    return whole, plain, secure


@pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="no nginx on this machine")
def test_nginx_takes_its_file_and_never_redirects_an_interface(proxy: tuple[Path, int, int]) -> None:
    import http.client

    whole, plain, _secure = proxy
    command = ["nginx", "-p", str(whole.parent), "-c", str(whole), "-e", str(whole.parent / "error.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr, tried.stderr
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        answers = {}
        for host, path in (
            ("lgsp.example", "/"), ("lgsp.example", "/api/data/x/v1/y"), ("api.lgsp.example", "/api/data/x/v1/y"),
            ("api.lgsp.example", "/"), ("stranger.example", "/"),
        ):  # fmt: skip
            for _attempt in range(50):
                link = http.client.HTTPConnection("127.0.0.1", plain, timeout=5)
                try:
                    link.request("GET", path, headers={"Host": host})
                    answer = link.getresponse()
                    answers[host, path] = (answer.status, answer.getheader("Location"))
                    break
                except ConnectionRefusedError:
                    import time

                    time.sleep(0.1)
                finally:
                    link.close()
    finally:
        process.terminate()
        process.wait(10)
    assert answers.pop(("lgsp.example", "/")) == (308, "https://lgsp.example/")
    assert len(answers) == 4
    assert set(answers.values()) == {(403, None)}
