"""``python -m lgsp.sealer``: seal the call log until told to end (SIGTERM, Ctrl-C).

Status 2 and one line when it may not begin: no key, a wrong one, a folder it cannot write, a database that was
restored or forked. ``--new-key NAME`` makes a key and prints its public half; ``--accept-restored`` goes on after a
restore.
"""

import argparse
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import structlog

from audit.sealing.beginning import Refused
from audit.sealing.checkpoints import Sealed
from audit.sealing.notes import Signer, verifiers
from audit.sealing.outside import Outside, OutsideFault
from audit.sealing.revocations import NAME as BOOK
from audit.sealing.sealer import Keys, Sealer, run
from audit.sealing.witness import MOST, Witness, book_to_folder, to_folder
from core.http import Unreachable, call_own
from lgsp.env import env
from lgsp.sealed import SEALED
from lgsp.survival.revoking import REVOKING

WITNESS_SECONDS = 10.0
_OTHERS = 0o007
_HOW = "Tạo khóa: python -m lgsp.sealer --new-key TÊN"


def keys() -> Keys:
    """Read the keys. Raises :class:`Refused`."""
    path = env("LGSP_SEALING_KEY_FILE")
    if not path:
        raise Refused(f"Thiếu LGSP_SEALING_KEY_FILE: tệp khóa niêm phong. {_HOW}")
    try:
        if Path(path).stat().st_mode & _OTHERS:
            raise Refused(f"Khóa niêm phong {path} mở cho người dùng khác. Chạy: chmod 600 {path}")
        signer = Signer.parse(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"Không đọc được khóa niêm phong {path} ({error.strerror}). {_HOW}") from error
    except ValueError as error:
        raise Refused(f"{path} không phải khóa niêm phong ({error}). {_HOW}") from error
    try:
        known = verifiers(env("LGSP_SEALING_PUBLIC_KEYS"))
    except ValueError as error:
        raise Refused(f"LGSP_SEALING_PUBLIC_KEYS viết chưa đúng ({error}).") from error
    if signer.verifier.key_id not in known:
        raise Refused(
            f"Khóa niêm phong {signer.verifier.name} không có trong LGSP_SEALING_PUBLIC_KEYS;"
            f" khóa công khai của nó là {signer.verifier}"
        )
    log_keys = env("LGSP_LOG_KEYS")
    if not log_keys:
        raise Refused("Thiếu LGSP_LOG_KEYS: khóa xác thực của nhật ký.")
    return Keys(signer, known, log_keys)


def witness(place: str) -> Witness:
    """Return the way to the second place: a folder or an address; none for an empty *place*."""
    if not place:
        return Witness()
    if "://" not in place:
        return Witness(to_folder(Path(place)), book_to_folder(Path(place), BOOK))

    def send(notes: Sequence[Sealed]) -> None:
        _post(place, [one.note for one in notes])

    def send_book(notes: Sequence[str], taken: int) -> None:
        for begin in range(taken, len(notes), MOST):
            _post(place, notes[begin : begin + MOST])

    return Witness(send, send_book)


def _post(address: str, notes: Sequence[str]) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        answer = call_own("POST", address, headers=headers, body="".join(notes).encode(), timeout=WITNESS_SECONDS)
    except Unreachable as error:
        raise OSError(error.reason) from error
    if answer.status // 100 != 2:
        raise OSError(f"status {answer.status}")


def _new_key(name: str) -> int:
    """Make a key where the environment says its file is, never over another; print its public half."""
    path = env("LGSP_SEALING_KEY_FILE")
    try:
        signer = Signer.made_of(name, secrets.token_bytes(32))
        if not path:
            raise Refused("Đặt LGSP_SEALING_KEY_FILE: nơi ghi khóa.")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except ValueError as error:
        raise Refused(f"Tên khóa chưa đúng ({error}).") from error
    except OSError as error:
        raise Refused(f"Không tạo được {path} ({error.strerror}); khóa đã có thì không ghi đè.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{signer.exported()}\n")
    sys.stdout.write(f"{signer.verifier}\n")
    return 0


def _seal(*, accept: bool) -> int:
    found = keys()
    folder = env("LGSP_CHECKPOINT_DIR") or str(Path(env("LGSP_DATA_DIR")) / "checkpoints")
    outside = Outside(Path(folder))
    outside.take()
    address = env("LGSP_SEALER_DATABASE_URL") or env("DATABASE_URL")
    stopping = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_ignored: stopping.set())
    second = witness(env("LGSP_CHECKPOINT_WITNESS"))
    sealer = Sealer(address, found, outside, second, accept=accept, revoking=REVOKING, records=SEALED)
    run(sealer, stopping.is_set, partial(_wait, stopping))
    return 0


def _wait(stopping: threading.Event, seconds: float) -> None:
    stopping.wait(seconds)


def _log() -> None:
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def main() -> int:
    """Read the command line and do what it asks; one line on the error stream and status 2 where that may not be."""
    reader = argparse.ArgumentParser(prog="python -m lgsp.sealer")
    reader.add_argument("--new-key", metavar="NAME", default="")
    reader.add_argument("--accept-restored", action="store_true")
    chosen = reader.parse_args()
    _log()
    try:
        return _new_key(chosen.new_key) if chosen.new_key else _seal(accept=chosen.accept_restored)
    except (Refused, OutsideFault) as reason:
        sys.stderr.write(f"{reason}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
