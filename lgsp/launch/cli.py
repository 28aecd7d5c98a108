"""The command line of `./run`. A new subcommand is one row of ``COMMANDS``."""

import argparse
import difflib
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from lgsp.launch import backup, checks, demo, drill, environment, lock, processes, restore, serve
from lgsp.launch.attach import attached
from lgsp.launch.places import PYTHON, ROOT
from lgsp.launch.terminal import Stop, keep_output_clean, prepare, say

DEFAULT_DATA = ROOT / ".data"


def _reader() -> argparse.ArgumentParser:
    reader = argparse.ArgumentParser(prog="./run", add_help=False, exit_on_error=False, allow_abbrev=False)
    reader.add_argument("--data", type=Path, default=DEFAULT_DATA)
    return reader


def _read(reader: argparse.ArgumentParser, arguments: list[str]) -> argparse.Namespace:
    try:
        chosen, rest = reader.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        raise Stop(f"Tham số {error.argument_name} thiếu giá trị hoặc giá trị chưa đúng. Xem: ./run help") from error
    if rest:
        raise Stop(f"Không hiểu «{rest[0]}». Xem: ./run help")
    return chosen


def _serve(arguments: list[str]) -> int:
    reader = _reader()
    reader.add_argument("--port", type=int, default=8000)
    reader.add_argument("--no-demo", action="store_true")
    reader.add_argument("--broker-workers", type=int, default=0)
    chosen = _read(reader, arguments)
    if not 1 <= chosen.port <= 65535:
        raise Stop("Số cổng phải từ 1 đến 65535, ví dụ ./run --port 8080")
    if not 0 <= chosen.broker_workers <= 64:
        raise Stop("Số tiến trình của bộ trung gian phải từ 0 đến 64, ví dụ ./run --broker-workers 2")
    return serve.serve(
        port=chosen.port, folder=chosen.data, demo=not chosen.no_demo, broker_workers=chosen.broker_workers
    )


def _demo(arguments: list[str]) -> int:
    reader = argparse.ArgumentParser(prog="./run", add_help=False, exit_on_error=False, allow_abbrev=False)
    reader.add_argument("--data", type=Path)
    reader.add_argument("--keep", action="store_true")
    reader.add_argument("--provider", default="")
    return demo.demo(_read(reader, arguments))


def _backup(arguments: list[str]) -> int:
    reader = _reader()
    reader.add_argument("--to", type=Path)
    reader.add_argument("--keep", type=int, default=0)
    reader.add_argument("--with-keys", type=Path)
    chosen = _read(reader, arguments)
    if chosen.keep < 0:
        raise Stop("--keep nhận số bản giữ lại, từ 0 (giữ tất cả), ví dụ --keep 14")
    return backup.backup(folder=chosen.data, target=chosen.to, keep=chosen.keep, keys=chosen.with_keys)


def _restore(arguments: list[str]) -> int:
    reader = _reader()
    reader.add_argument("backup", type=Path)
    for name in ("--keys", "--checkpoints"):
        reader.add_argument(name, type=Path)
    reader.add_argument("--by", default="")
    if not arguments or arguments[0].startswith("-") or "--data" not in " ".join(arguments):
        raise Stop("Cách dùng: ./run restore BẢN_SAO_LƯU --data THƯ_MỤC_TRỐNG --keys TỆP --checkpoints THƯ_MỤC")
    chosen = _read(reader, arguments)
    return restore.restore(
        backup=chosen.backup, folder=chosen.data, keys=chosen.keys, outside=chosen.checkpoints, by=chosen.by
    )


def _drill(arguments: list[str]) -> int:
    reader = _reader()
    reader.add_argument("--by", default="")
    chosen = _read(reader, arguments)
    return drill.drill(folder=chosen.data, by=chosen.by)


def _lint(arguments: list[str]) -> int:
    _read(argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False), arguments)
    return 1 if checks.lint() else 0


def _manage(arguments: list[str]) -> int:
    """The command shares the terminal: Ctrl-C is its own affair, and standard output is its alone."""
    count = 1 if arguments and arguments[0].startswith("--data=") else 2 if arguments[:1] == ["--data"] else 0
    folder = _read(_reader(), arguments[:count]).data
    keep_output_clean()
    environment.ensure("run")
    with attached(folder) as variables:
        signal.signal(signal.SIGINT, lambda *_ignored: None)
        command = processes.tied([str(PYTHON), "manage.py", *arguments[count:]])
        return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def _help(arguments: list[str]) -> int:
    say("Cách dùng: ./run [--port 8000] [--data THƯ_MỤC] [--no-demo] [--broker-workers 0]")
    say("           ./run LỆNH …")
    say()
    for name, (_command, text) in COMMANDS.items():
        say(f"  {name or '(không lệnh)':<14} {text}")
    return 0


COMMANDS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "": (
        _serve,
        "khởi động cổng; --no-demo không tạo người mẫu; --broker-workers N tiến trình dữ liệu riêng; Ctrl-C dừng",
    ),
    "demo": (_demo, "chạy cả quy trình trên dữ liệu mới; --keep để lại; --provider ĐỊA_CHỈ thêm một dịch vụ; --data"),
    "test": (checks.test, "kiểm tra tất cả; tham số thêm vào được chuyển cho pytest"),
    "heavy": (checks.heavy, "kiểm thử dài, không nằm trong test: giết cả cổng, trình diễn, nghìn lượt đi ngẫu nhiên"),
    "faults": (
        checks.faults,
        "phá cả cổng khi đang có cuộc gọi rồi kiểm tra; --rounds N, --only kill,stop,database,valkey,disk, --seed S",
    ),
    "lint": (_lint, "chỉ kiểm tra định dạng, kiểu, kiến trúc, cấu hình"),
    "lock": (lock.lock, "tạo lại tệp khóa phiên bản từ pyproject.toml"),
    "manage": (_manage, "chạy lệnh quản trị Django với dữ liệu của cổng; --data THƯ_MỤC đứng đầu nếu cần"),
    "backup": (_backup, "sao lưu; --to THƯ_MỤC, --keep SỐ bản giữ lại, --with-keys TỆP ghi khóa ra nơi khác; --data"),
    "restore": (
        _restore,
        "khôi phục BẢN_SAO_LƯU vào --data THƯ_MỤC trống; --keys TỆP, --checkpoints THƯ_MỤC, --by NGƯỜI",
    ),
    "drill": (
        _drill,
        "diễn tập: sao lưu, khôi phục ra nơi khác, kiểm tra, đối chiếu, ghi kết quả; --by NGƯỜI; --data",
    ),
    "help": (_help, "in trang này"),
}


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(*_ignored: object) -> None:
    """Ctrl-C, a stopped job and a closed terminal end alike, once: a second signal must not cut the clearing up."""
    for kind in ENDINGS:
        signal.signal(kind, lambda *_ignored: None)
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Run one command; a :class:`Stop` becomes one line on the error stream and status 2."""
    prepare()
    environment.keep_byte_code()
    for kind in ENDINGS:
        if kind != signal.SIGHUP or signal.getsignal(kind) != signal.SIG_IGN:  # nohup stays nohup
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
        return COMMANDS[name][0](arguments[1:] if name else arguments)
    except Stop as reason:
        say(str(reason), stream=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
