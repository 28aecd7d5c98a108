"""A whole instance: its processes under the roles of an installation, and a drill of its recovery (QC12.5)."""

import os
import re
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import psycopg
import pytest

from lgsp.launch import processes
from lgsp.launch.backup import manage
from lgsp.launch.drill import drill
from lgsp.launch.instance import Instance
from lgsp.launch.places import ROOT, DataFolder
from lgsp.launch.sealing import KEY_FILE, key_file
from lgsp.launch.services import free_port
from lgsp.roles import ROLES

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("whole-instance")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose ``data`` is an instance with sample people; the environment names nothing of the test run."""
    folder = tmp_path_factory.mktemp("whole")
    for parent in (folder, folder.parent):
        parent.chmod(0o711)
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("LGSP_")]:
            patched.delenv(name)
        for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
            patched.delenv(name, raising=False)
        with closing(DataFolder(folder / "data")) as data, Instance(data) as instance:
            done = manage(instance.environment(), "prepare", "--demo")
            assert done.returncode == 0, done.stderr
        patched.setattr("tempfile.tempdir", str(folder))
        yield folder


def answers(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except OSError:
        return 0


@pytest.mark.clause("QC11.5")
def test_portal_data_plane_and_sealer_work_under_their_roles(place: Path) -> None:
    with closing(DataFolder(place / "data")) as data, Instance(data) as instance:
        variables = instance.environment()
        owner = variables["DATABASE_URL"]
        with psycopg.connect(owner, autocommit=True) as link:
            for role in ROLES:
                link.execute(f"create role lgsp_{role} login password '{role}-2026'")  # type: ignore[call-overload]
        granted = manage(variables, "database_roles")
        assert granted.returncode == 0, granted.stderr

        def under(role: str) -> dict[str, str]:
            address = re.sub(r"//lgsp:[^@]+@", f"//lgsp_{role}:{role}-2026@", owner)
            named = {
                "web": {},
                "broker": {"LGSP_BROKER_DATABASE_URL": address},
                "sealer": {KEY_FILE: str(key_file(data.path))},
            }
            return {**variables, "DATABASE_URL": address, **named[role]}

        portal, broker = free_port(), free_port()
        python = sys.executable
        started = [
            processes.spawn(name, [python, "-m", *command], data.path, cwd=ROOT, env=under(role))
            for name, role, command in (
                ("sealer", "sealer", ["lgsp.sealer"]),
                ("broker", "broker", ["lgsp.data_plane", "--port", str(broker), "--workers", "1"]),
                ("web", "web", ["uvicorn", "lgsp.asgi:portal", "--lifespan", "off", "--port", str(portal)]),
            )
        ]  # fmt: skip
        try:
            for role in ("broker", "web"):
                checked = manage(under(role), "check_start")
                assert checked.returncode == 0, checked.stderr
            for address in (
                f"http://127.0.0.1:{broker}/readyz",
                f"http://127.0.0.1:{portal}/readyz",
                f"http://127.0.0.1:{portal}/",
            ):
                assert processes.until(lambda at=address: answers(at) == 200, 60), (
                    address,
                    [processes.log_of(data.path, name).read_text()[-2000:] for name in ("sealer", "broker", "web")],
                )
            with psycopg.connect(owner) as link:
                written = "select count(*) from audit_checkpoint"
                assert processes.until(lambda: link.execute(written).fetchone() != (0,), 30)
                users = link.execute(
                    "select distinct usename from pg_stat_activity where usename like 'lgsp%'"
                ).fetchall()
                assert {"lgsp_web", "lgsp_broker", "lgsp_sealer"} <= {name for (name,) in users}
        finally:
            processes.end(started)
        log = processes.log_of(data.path, "postgres").read_text(errors="replace")
        assert "permission denied" not in log, [line for line in log.splitlines() if "permission denied" in line][:5]


@pytest.mark.clause("QC12.5")
def test_a_drill_leaves_a_record_and_nothing_else(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = place / "data"
    begun = monotonic()
    status = drill(folder=folder, by="Tổ trực vận hành")
    took, shown = monotonic() - begun, capsys.readouterr().out
    assert status == 0, shown
    for text in ("Diễn tập ĐẠT", "Sao lưu: ", "Khôi phục, kiểm tra, đối chiếu: "):
        assert text in shown
    with (
        closing(DataFolder(folder)) as data,
        Instance(data) as instance,
        psycopg.connect(instance.environment()["DATABASE_URL"]) as link,
    ):
        row = link.execute(
            "select kind, sound, done_by, seconds, detail->'counts', detail->'times' from audit_recovery"
        ).fetchone()
        assert row is not None
        assert row[:3] == ("drill", True, "Tổ trực vận hành")
        assert 0 < row[3] <= took
        assert row[4]["accounts.User"] > 5
        assert len(row[5]) == 2
        facts = link.execute("select actor_name from audit_fact where deed = 'recovery.drilled'").fetchall()
        assert facts == [("Tổ trực vận hành",)]
    assert [path.name for path in place.iterdir()] == ["data"]
    assert not (folder / "backups").exists()
