"""May this installation start? Judged before anything is written; each reason is one line that says what to do."""

import os
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from audit.selectors.starting import last_moment, waiting_restore, what_is_not_durable, wrong_log_key
from connections.selectors.sealed import unreadable_secret
from core import clock
from core.crypto import Keyring
from core.jose import SigningKeys
from lgsp.survival.describing import OURS

NEEDED_BYTES = 50_000_000
_LAST_LOG_TABLE = "audit_recovery"


class MayNotStart(Exception):
    """Why not, in one line."""


def judge(*, may_migrate: bool) -> None:
    """Raise :class:`MayNotStart` for what would go wrong later or do harm; reads only.

    With *may_migrate* a database that is behind the code is fit: it is about to be brought up.
    """
    _judge_folder(Path(settings.DATA_DIR))
    rings = _keys()
    try:
        _judge_durability()
        behind = _judge_migrations(may_migrate=may_migrate)
        if behind and not _there(_LAST_LOG_TABLE):
            return  # an empty database, or one of a version that cannot be asked yet
        _judge_keys(rings)
        _judge_clock()
        _judge_restore()
    except DatabaseError as error:
        line = " ".join(str(error).split())[:200]
        raise MayNotStart(_("Không đọc được cơ sở dữ liệu (%s).") % line) from error


def _judge_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise MayNotStart(_("Không có thư mục dữ liệu %s.") % folder)
    state = os.statvfs(folder)
    if state.f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK | os.X_OK):
        raise MayNotStart(_("Không ghi được vào thư mục dữ liệu %s. Kiểm tra quyền và ổ đĩa.") % folder)
    free = state.f_bavail * state.f_frsize
    if free < NEEDED_BYTES:
        text = _("Ổ đĩa chứa %(folder)s chỉ còn %(free)s MB. Giải phóng dung lượng rồi khởi động lại.")
        raise MayNotStart(text % {"folder": folder, "free": free // 1_000_000})


def _keys() -> dict[str, Keyring]:
    rings = {}
    for name, text in (("LGSP_FIELD_KEYS", settings.FIELD_KEYS), ("LGSP_LOG_KEYS", settings.LOG_KEYS)):
        try:
            rings[name] = Keyring.parse(text)
        except ValueError as error:
            raise MayNotStart(_("%(name)s viết chưa đúng (%(why)s).") % {"name": name, "why": error}) from error
    try:
        SigningKeys.parse(settings.SIGNING_KEYS)
    except ValueError as error:
        raise MayNotStart(
            _("%(name)s viết chưa đúng (%(why)s).") % {"name": "LGSP_SIGNING_KEYS", "why": error}
        ) from error
    return rings


def _judge_durability() -> None:
    # Tests and demonstrations may run on a server that nobody keeps.
    if settings.MODE == "production" and (off := what_is_not_durable()):
        text = _("PostgreSQL đang tắt %s: dữ liệu đã ghi có thể mất. Bật lại trong cấu hình máy chủ.")
        raise MayNotStart(text % ", ".join(off))


def _judge_migrations(*, may_migrate: bool) -> bool:
    """Return whether the database is behind the code."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    newer = sorted(f"{app}.{name}" for app, name in executor.loader.applied_migrations
                   if app in OURS and (app, name) not in known and not _replaced(executor, app, name))  # fmt: skip
    if newer:
        text = _(
            "Cơ sở dữ liệu đã được phiên bản mới hơn cập nhật (%s). Chạy phiên bản đó hoặc khôi phục bản sao lưu."
        )
        raise MayNotStart(text % newer[-1])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan and not may_migrate:
        text = _("Cơ sở dữ liệu chưa được cập nhật (%s). Cập nhật rồi khởi động lại.")
        raise MayNotStart(text % f"{plan[0][0].app_label}.{plan[0][0].name}")
    return bool(plan)


def _replaced(executor: MigrationExecutor, app: str, name: str) -> bool:
    return any((app, name) in migration.replaces for migration in executor.loader.disk_migrations.values())


def _there(table: str) -> bool:
    return table in connection.introspection.table_names()


def _judge_keys(rings: dict[str, Keyring]) -> None:
    if name := wrong_log_key(rings["LGSP_LOG_KEYS"]):
        text = _("Khóa «%(key)s» đã ghi nhật ký không có trong %(variable)s, hoặc là khóa khác cùng tên.")
        raise MayNotStart(text % {"key": name, "variable": "LGSP_LOG_KEYS"})
    if unreadable_secret(rings["LGSP_FIELD_KEYS"]):
        text = _("%s không mở được khóa bí mật trong cơ sở dữ liệu. Dùng đúng khóa đã niêm.")
        raise MayNotStart(text % "LGSP_FIELD_KEYS")


def _judge_clock() -> None:
    last, now = last_moment(), clock.now()
    if last is not None and last > now + timedelta(seconds=settings.CLOCK_TOLERANCE):
        text = _("Đồng hồ máy (%(now)s) chậm hơn dòng cuối đã ghi (%(last)s). Chỉnh đồng hồ rồi khởi động lại.")
        shown = {"now": now, "last": last}
        raise MayNotStart(
            text % {name: f"{at.astimezone(clock.VIETNAM):%H:%M:%S %d/%m/%Y}" for name, at in shown.items()}
        )


def _judge_restore() -> None:
    if backup := waiting_restore():
        text = _("Cơ sở dữ liệu khôi phục từ %(backup)s chưa được chấp nhận. Chấp nhận: %(command)s")
        raise MayNotStart(text % {"backup": backup, "command": "./run manage accept_restore --help"})
