"""The launcher as a person meets it: one line that says what to do, real servers, nothing left behind."""

import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
import redis

from core.jose import SigningKeys
from lgsp.env import Environment, Missing
from lgsp.launch import environment
from lgsp.launch.cli import COMMANDS
from lgsp.launch.instance import Instance, kept_secrets
from lgsp.launch.places import ROOT, DataFolder
from lgsp.launch.terminal import Stop


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {**os.environ, "LANG": "C", **variables}
    return subprocess.run(
        [sys.executable, str(ROOT / "run"), *arguments],
        capture_output=True,
        text=True,
        env=inherited,
        check=False,
        timeout=60,
    )


def test_help_names_every_command() -> None:
    shown = run("help")
    assert shown.returncode == 0
    for name, (_command, text) in COMMANDS.items():
        assert name in shown.stdout
        assert text in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tets"], "Có phải ./run test?"),
        (["--port", "abc"], "./run help"),
        (["--port", "70000"], "từ 1 đến 65535"),
        (["--broker-workers", "-1"], "từ 0 đến 64"),
        (["--broker-workers", "hai"], "./run help"),
        (["--lạ"], "Không hiểu"),
        (["--data", "/proc/khong-the"], "Chọn thư mục khác"),
    ],
)
def test_a_wrong_call_gets_one_line_that_says_what_to_do(arguments: list[str], said: str) -> None:
    shown = run(*arguments)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_an_occupied_port_is_told_with_a_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        shown = run("--port", str(port), "--data", str(tmp_path))
    assert shown.returncode == 2
    assert f"Cổng {port} đang được" in shown.stderr
    free = re.search(r"--port (\d+)", shown.stderr)
    assert free is not None
    assert port < int(free[1]) < port + 100


def test_the_launcher_file_stays_readable_for_old_python() -> None:
    text = (ROOT / "run").read_text(encoding="utf-8")
    assert text.isascii()
    assert 'f"' not in text.split("from lgsp")[0]


def launcher_file() -> ModuleType:
    loader = SourceFileLoader("launcher_file", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("named", "version", "fits", "taken"),
    [
        ("/home/a/.pyenv/versions/3.11.7/bin/python3", (3, 12, 1), True, True),
        ("python3.13", (3, 13, 0), True, False),
        ("python3", (3, 13, 0), False, False),
        ("python3.9", (3, 9, 2), True, True),
        ("python3.9", (3, 9, 2), False, False),
    ],
)
def test_the_python_of_the_system_goes_on_unless_another_was_named(
    named: str, version: tuple[int, int, int], fits: bool, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "python3"
    system.write_text(f"#!/bin/sh\nexit {0 if fits else 1}\n")
    system.chmod(0o755)
    monkeypatch.setattr(sys, "orig_argv", [named, "./run"])
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert launcher_file().another(str(system)) == (str(system) if taken else None)


def test_a_python_in_an_environment_of_its_own_and_the_system_s_itself_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "orig_argv", ["python3", "./run"])
    assert launcher_file().another("/bin/true") is None
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert launcher_file().another("/bin/true") == "/bin/true"
    assert launcher_file().another(sys.executable) is None
    assert launcher_file().another("/khong/co/python3") is None


def test_called_by_no_name_in_particular_it_answers() -> None:
    base = str(Path(sys.base_prefix) / "bin" / "python3")
    shown = subprocess.run([base, str(ROOT / "run"), "help"], capture_output=True, text=True, check=False, timeout=60)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("Cách dùng: ./run")


def test_a_second_launcher_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    first = DataFolder(tmp_path)
    with pytest.raises(Stop, match="đang dùng"):
        DataFolder(tmp_path)
    first.close()
    DataFolder(tmp_path).close()


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    made = kept_secrets(tmp_path)
    assert kept_secrets(tmp_path) == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(made["secret_key"]) >= 50


def test_a_folder_of_an_earlier_version_gets_the_secrets_that_are_new(tmp_path: Path) -> None:
    made = kept_secrets(tmp_path)
    older = {name: value for name, value in made.items() if name != "signing_keys"}
    (tmp_path / "secrets.json").write_text(json.dumps(older), encoding="utf-8")
    found = kept_secrets(tmp_path)
    assert {name: found[name] for name in older} == older
    assert found["signing_keys"] != made["signing_keys"]
    assert list(SigningKeys.parse(found["signing_keys"]).keys) == ["v1"]
    assert kept_secrets(tmp_path) == found


def test_production_does_not_start_without_its_signing_keys() -> None:
    with pytest.raises(Missing, match="LGSP_SIGNING_KEYS"):
        Environment({"LGSP_MODE": "production"})("LGSP_SIGNING_KEYS")


def test_both_servers_start_with_passwords_keep_data_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    os.chmod(tmp_path, 0o711)
    for attempt in (1, 2):
        data = DataFolder(tmp_path / "data")
        with Instance(data) as instance:
            variables = instance.environment()
            with psycopg.connect(variables["DATABASE_URL"], autocommit=True) as connection:
                assert connection.execute("show fsync").fetchone() == ("on",)
                assert connection.execute("show password_encryption").fetchone() == ("scram-sha-256",)
                connection.execute("create table if not exists kept (n int)")
                connection.execute("insert into kept values (1)")
                assert connection.execute("select count(*) from kept").fetchone() == (attempt,)
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(re.sub(r":[0-9a-f]{48}@", ":sai@", variables["DATABASE_URL"]))
            with redis.Redis.from_url(variables["REDIS_URL"]) as store:
                store.set("kept", "1")
            pids = list(instance.pids().values())
            assert len(pids) == 2
        data.close()
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_an_environment_that_lies_elsewhere_is_never_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (tmp_path / ".venv").symlink_to(elsewhere)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    with pytest.raises(Stop, match="liên kết"):
        environment.ensure("run")
    assert (elsewhere / "kept").exists()


def test_installers_that_cannot_be_fetched_stop_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = tmp_path / "installer.lock"
    locked.write_text("pip==sai")
    monkeypatch.setattr(environment, "_INSTALLER", locked)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    environment._make()
    assert environment.processes.run([str(environment.PYTHON), "-m", "pip", "--version"]).returncode == 0
    assert not (environment.VENV / "bin" / "uv").exists()


def test_lock_files_hold_names_versions_and_hashes_only() -> None:
    for name in ("installer", "run", "dev"):
        text = (ROOT / "requirements" / f"{name}.lock").read_text()
        assert "://" not in text
        for line in text.splitlines():
            assert re.fullmatch(r"[a-z0-9._-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
