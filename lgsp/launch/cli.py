"""The command line of `./run`. A new subcommand is one row of ``COMMANDS``."""

import argparse
import difflib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from lgsp.launch import checks, environment, lock, serve
from lgsp.launch.instance import Instance, kept_secrets
from lgsp.launch.places import PYTHON, ROOT, DataFolder
from lgsp.launch.terminal import Stop, prepare, say

DEFAULT_DATA = ROOT / ".data"


def _serve(arguments: list[str]) -> int:
    reader = argparse.ArgumentParser(prog="./run", add_help=False, exit_on_error=False)
    reader.add_argument("--port", type=int, default=8000)
    reader.add_argument("--data", type=Path, default=DEFAULT_DATA)
    reader.add_argument("--no-demo", action="store_true")
    try:
        chosen, rest = reader.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        raise Stop(f"Tham số chưa đúng ({error}). Xem: ./run help") from error
    if rest:
        raise Stop(f"Không hiểu «{rest[0]}». Xem: ./run help")
    if not 1 <= chosen.port <= 65535:
        raise Stop("Số cổng phải từ 1 đến 65535, ví dụ ./run --port 8080")
    return serve.serve(port=chosen.port, folder=chosen.data, demo=not chosen.no_demo)


def _lint(arguments: list[str]) -> int:
    return 1 if checks.lint() else 0


def _manage(arguments: list[str]) -> int:
    folder = DEFAULT_DATA
    if arguments[:1] == ["--data"] and len(arguments) > 1:
        folder, arguments = Path(arguments[1]), arguments[2:]
    environment.ensure("run")
    command = [str(PYTHON), "manage.py", *arguments]
    running = folder / "run.json"
    if running.exists():
        found = json.loads(running.read_text(encoding="utf-8"))
        keys = kept_secrets(folder)
        variables = {
            "LGSP_MODE": "development",
            "LGSP_SECRET_KEY": keys["secret_key"],
            "LGSP_FIELD_KEYS": keys["field_keys"],
            "LGSP_LOG_KEYS": keys["log_keys"],
            "LGSP_LOOPBACK_UPSTREAMS": "true",
            "LGSP_DATA_DIR": str(folder.resolve()),
            "LGSP_PUBLIC_URL": found["addresses"]["portal"].rstrip("/"),
            "DATABASE_URL": found["database"],
            "REDIS_URL": found["redis"],
        }
        return subprocess.run(command, cwd=ROOT, env={**variables, **os.environ}, check=False).returncode
    data = DataFolder(folder)
    with Instance(data) as instance:
        return subprocess.run(command, cwd=ROOT, env=instance.environment(), check=False).returncode


def _help(arguments: list[str]) -> int:
    say("Cách dùng: ./run [--port 8000] [--data THƯ_MỤC] [--no-demo]")
    say("           ./run LỆNH …")
    say()
    for name, (_command, text) in COMMANDS.items():
        say(f"  {name or '(không lệnh)':<14} {text}")
    return 0


COMMANDS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "": (_serve, "khởi động cổng; --no-demo không tạo người dùng mẫu; Ctrl-C để dừng"),
    "test": (checks.test, "kiểm tra tất cả; tham số thêm vào được chuyển cho pytest"),
    "lint": (_lint, "chỉ kiểm tra định dạng, kiểu, kiến trúc, cấu hình"),
    "lock": (lock.lock, "tạo lại tệp khóa phiên bản từ pyproject.toml"),
    "manage": (_manage, "chạy lệnh quản trị Django với dữ liệu của cổng; --data THƯ_MỤC đứng đầu nếu cần"),
    "help": (_help, "in trang này"),
}


def _interrupt(*_ignored: object) -> None:
    """A stopped job or a closed terminal ends like Ctrl-C: what was started is stopped."""
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Run one command; a :class:`Stop` becomes one line on the error stream and status 2."""
    prepare()
    for kind in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, _interrupt)
    name = arguments[0] if arguments and not arguments[0].startswith("-") else ""
    if arguments[:1] in (["-h"], ["--help"]):
        name = "help"
    try:
        if name not in COMMANDS:
            near = difflib.get_close_matches(name, list(COMMANDS), n=1)
            raise Stop(
                f"Không có lệnh «{name}»." + (f" Có phải ./run {near[0]}?" if near else "") + " Xem: ./run help"
            )
        return COMMANDS[name][0](arguments[1:] if name and arguments[0] == name else arguments if not name else [])
    except Stop as reason:
        say(str(reason), stream=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
