"""A bad start is refused in one line and changes no byte."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from connections.services.keys import make_key
from core import clock
from lgsp.launch.places import ROOT
from lgsp.starting import MayNotStart, judge
from tests.audit.log_rows import KEYS, written
from tests.connections.conftest import Chain, chain

__all__ = ["chain"]
pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "second:MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="


@pytest.fixture(autouse=True)
def _fit(settings: Any, tmp_path: Path) -> None:
    settings.LOG_KEYS, settings.DATA_DIR = KEYS, tmp_path


def refused(said: str, *, may_migrate: bool = False) -> None:
    """Judge in a transaction that cannot write."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction read only")
        with pytest.raises(MayNotStart, match=said) as told:
            judge(may_migrate=may_migrate)
    assert "\n" not in str(told.value)


def test_what_is_fit_starts(chain: Chain) -> None:
    chain.set_up()
    make_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox")
    written(2)
    judge(may_migrate=False)


def test_wrong_and_broken_keys(chain: Chain, settings: Any) -> None:
    chain.set_up()
    make_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox")
    written(2)
    for name, text, said in (
        ("LOG_KEYS", OTHER, "Khóa «second» đã ghi nhật ký"),
        ("LOG_KEYS", OTHER.replace("second", "third"), "Khóa «second» đã ghi nhật ký"),
        ("LOG_KEYS", "second:abc", "LGSP_LOG_KEYS viết chưa đúng"),
        ("FIELD_KEYS", "v9:MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=", "LGSP_FIELD_KEYS không mở được"),
        ("FIELD_KEYS", "", "LGSP_FIELD_KEYS viết chưa đúng"),
        ("SIGNING_KEYS", "v1:%%%", "LGSP_SIGNING_KEYS viết chưa đúng"),
    ):
        kept = getattr(django_settings, name)
        setattr(settings, name, text)
        refused(said)
        setattr(settings, name, kept)
    judge(may_migrate=False)


AHEAD = "insert into django_migrations (app, name, applied) values ('audit', '9999_later', now())"
BEHIND = """
delete from django_migrations
where app = 'reports' and name = (select max(name) from django_migrations where app = 'reports')
"""


@contextmanager
def done(statement: str) -> Iterator[None]:
    """Run a statement, and take it back afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        yield
        transaction.set_rollback(True)


def test_a_database_ahead_of_the_code() -> None:
    with done(AHEAD):
        for may_migrate in (True, False):
            with pytest.raises(MayNotStart, match=r"phiên bản mới hơn cập nhật \(audit.9999_later\)"):
                judge(may_migrate=may_migrate)


def test_a_database_behind_the_code_is_brought_up_by_whoever_may() -> None:
    with done(BEHIND):
        with pytest.raises(MayNotStart, match="chưa được cập nhật"):
            judge(may_migrate=False)
        judge(may_migrate=True)


def test_a_clock_behind_the_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    written(1)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(minutes=10))
    refused("Đồng hồ máy .* chậm hơn dòng cuối")
    monkeypatch.setattr(clock, "now", lambda: now)
    judge(may_migrate=False)


@pytest.mark.clause("QC11.5")
def test_a_server_that_may_lose_what_was_committed_is_refused_in_production(settings: Any) -> None:
    # The server of the tests is one that nobody keeps.
    settings.MODE = "production"
    refused("PostgreSQL đang tắt fsync, full_page_writes, synchronous_commit")


def test_a_folder_that_is_missing_read_only_or_full(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path / "none"
    refused("Không có thư mục dữ liệu")
    settings.DATA_DIR = tmp_path
    true = os.statvfs(tmp_path)

    def state(**fields: int) -> Callable[[Any], Any]:
        class State:
            f_flag, f_bavail, f_frsize = true.f_flag, true.f_bavail, true.f_frsize

        for name, value in fields.items():
            setattr(State, name, value)
        return lambda _path: State

    with monkeypatch.context() as patched:
        patched.setattr(os, "statvfs", state(f_flag=os.ST_RDONLY))
        refused("Không ghi được vào thư mục dữ liệu")
    with monkeypatch.context() as patched:
        patched.setattr(os, "statvfs", state(f_bavail=1))
        refused("chỉ còn 0 MB")
    assert list(tmp_path.iterdir()) == []


def test_the_command_ends_with_status_2_and_preparing_changes_nothing(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "none"
    for command in ("check_start", "prepare"):
        with pytest.raises(CommandError, match="Không có thư mục dữ liệu") as told:
            call_command(command)
        assert told.value.returncode == 2
    assert not (tmp_path / "none").exists()


def test_a_missing_variable_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check_start"],
        cwd=ROOT,
        env={"LGSP_MODE": "production", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Thiếu biến môi trường LGSP_" in done.stderr
    assert done.stderr.count("\n") == 1
