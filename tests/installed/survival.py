"""Backup, loss, restore on a second clean folder, the write-ahead log to the last minute, upgrade and end."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.installed import documented
from tests.installed.root import Failed
from tests.installed.steps import OWNER, TECHNICIAN, UNITS, Installation

# Between the last checkpoint outside and the moment a restore may be accepted (docs/backup.md).
ACCEPT_AFTER = timedelta(minutes=6, seconds=5)
_MIGRATION = '''"""Nothing but a comment: the next version of the try."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "%s")]
    operations = [migrations.RunSQL("comment on table audit_fact is 'next'", migrations.RunSQL.noop)]
'''


@dataclass(slots=True)
class Survival:
    """What the page says of upgrades, backups and the day the machine is gone."""

    there: Installation
    spare: Installation
    say: Callable[[str], None]
    backup: str = ""

    def whole(self) -> None:
        """In the order of a year."""
        self.verified()
        self.upgraded()
        self.backed_up()
        self.lived_on()
        self.ended()
        self.came_back()

    def verified(self) -> None:
        """Checkpoints lie outside and at the second place, and the timer's command verifies against them."""
        run = self.there.root.run
        run("until ls /srv/lgsp-witness/2*.txt; do sleep 0.5; done", seconds=30)
        run("systemctl start lgsp-verify || { cat /var/log/units/lgsp-verify*; false; }")
        self.say("   điểm niêm phong ở thư mục ngoài và nơi thứ hai; lgsp-verify đạt")

    def upgraded(self) -> None:
        """The section «Upgrade and rollback», with a version that has a migration more; the old one then refuses."""
        root = self.there.root
        old, new = self._next_version()
        self.there.words["tag"] = new
        refused = root.run(
            f"git fetch -q && git checkout -q {new}; {OWNER}.venv/bin/python manage.py check_start", fails=True
        )
        self._one_line(refused, "code ahead of its database")
        root.run(f"git -C /opt/lgsp checkout -q {old}")
        for block in documented.blocks("Upgrade", self.there.words):
            root.run(block)
        self.there.running()
        self.there.calls(3)
        root.run(f"git -C /opt/lgsp checkout -q {old}")
        self._one_line(
            root.run(f"{OWNER}.venv/bin/python manage.py check_start", fails=True), "code behind its database"
        )
        root.run(f"git -C /opt/lgsp checkout -q {new}")
        self.say("   nâng cấp có thêm một migration; mã cũ từ chối cơ sở dữ liệu mới bằng một dòng")

    def _next_version(self) -> tuple[str, str]:
        """Put a commit with one more migration into the repository the installation came from."""
        root, place = self.there.root, Path(self.there.root.path / "root" / "next")
        old = root.run("git -C /opt/lgsp rev-parse HEAD").strip()
        shutil.rmtree(place, ignore_errors=True)
        root.run("git clone -q /root/lgsp.git /root/next")
        root.run(f"git -C /root/next checkout -q -b next {old}")
        last = sorted(path.stem for path in (place / "reports" / "migrations").glob("0*.py"))[-1]
        (place / "reports" / "migrations" / f"{int(last[:4]) + 1:04}_next.py").write_text(_MIGRATION % last)
        who = "-c user.name=try -c user.email=try@lgsp.example"
        root.run(f"cd /root/next && git add -A && git {who} commit -q -m next && git push -q -f origin next")
        return old, root.run("git -C /root/next rev-parse HEAD").strip()

    def _one_line(self, said: str, what: str) -> None:
        if len(said.strip().splitlines()) != 1:
            raise Failed(f"{what}: not one line: {said}")
        self.say(f"   {said.strip()}")

    def backed_up(self) -> None:
        """The timer's command."""
        root = self.there.root
        root.run("systemctl start lgsp-backup || { cat /var/log/units/lgsp-backup*; false; }")
        self.backup = root.run("ls -d /srv/lgsp-backup/lgsp-*").split()[-1]
        manifest = json.loads(root.read(f"{self.backup}/manifest.json"))
        self.say(f"   sao lưu {Path(self.backup).name}: {len(manifest['files'])} tệp")

    def lived_on(self) -> None:
        """What comes after the backup: calls, and a key that is revoked; then the server ships its log."""
        self.there.calls(4)
        self.there._shell(
            "from accounts.models import User\nfrom accounts.selectors.actors import actor_for, standings_of\n"
            "from connections.models import Credential\nfrom connections.services.keys import revoke_key\n"
            f"person = User.objects.get(email='{TECHNICIAN}')\n"
            f"revoke_key(actor=actor_for(person, standings_of(person), agency_id=None),"
            f" credential=Credential.objects.get(access_key='{self.there.call['key']}'), reason='Lộ khóa (thử)')\n"
        )
        root = self.there.root
        root.run("until grep -q key.revoked /srv/lgsp-witness/revocations.txt; do sleep 0.5; done", seconds=30)
        self.there.calls(1, status=401)
        time.sleep(3)
        shipped = len(list((root.path / "srv/lgsp-wal").iterdir()))
        root.run("sudo -u postgres psql -qAtc 'select pg_switch_wal()'")
        root.run(f"until [ $(ls /srv/lgsp-wal | grep -vc part) -gt {shipped} ]; do sleep 0.5; done", seconds=30)
        self.say(
            "   sau bản sao lưu: 4 cuộc gọi, một khóa thu hồi; sổ thu hồi ở nơi thứ hai; nhật ký ghi trước đã chuyển"
        )

    def ended(self) -> None:
        """Everything stops in time by its own signal."""
        begun = time.monotonic()
        self._stop(self.there)
        self.say(f"   mọi tiến trình dừng êm sau {time.monotonic() - begun:.1f} giây")

    def _stop(self, one: Installation) -> None:
        names = (*reversed(UNITS), "nginx", f"{one.words[documented.STORE]}-server", "postgresql")
        one.root.run(f"systemctl stop {' '.join(names)}", seconds=120)

    def came_back(self) -> None:
        """Section «Backups and recovery» on the second folder: from the backup alone, then with the shipped log."""
        there, spare = self.there.root.path, self.spare.root
        spare.open()
        self.spare.words |= {"tag": self.there.words["tag"]}
        for name, place in (("lgsp-backup", "lgsp-backup"), ("lgsp-wal", "shipped"), ("lgsp-witness", "lgsp-witness")):
            shutil.rmtree(spare.path / "srv" / place, ignore_errors=True)
            subprocess.run(["cp", "-a", str(there / "srv" / name), str(spare.path / "srv" / place)], check=True)
        shutil.copytree(there / "root/lgsp.git", spare.path / "root/lgsp.git", dirs_exist_ok=True)
        spare.run(f"git fetch -q origin next && git checkout -q {self.there.words['tag']}")
        self.spare.database()
        self.spare.keys(kept=there / "etc/lgsp")
        self.spare.words |= {
            "backup": self.backup, "newest outside": "/srv/lgsp-witness", "shipped": "/srv/shipped",
            "who": "'Trực ban (mẫu)'",
            "who decides": "'Lãnh đạo (mẫu)'", "reason": "'Mất máy (thử)'",
        }  # fmt: skip
        for shipped in (False, True):
            self._restore(shipped)
        self._accept()

    def _restore(self, shipped: bool) -> None:
        begun = time.monotonic()
        base, log, follow, _accept = documented.blocks("Backups and recovery", self.spare.words)
        for block in (base, *([log] if shipped else [])):
            self.spare.root.run(block)
        said = self.spare.typed(follow)
        self._judge(said, shipped)
        how = "đến phút cuối, bằng nhật ký ghi trước" if shipped else "từ bản sao lưu"
        self.say(f"   khôi phục {how}: {time.monotonic() - begun:.0f} giây")
        for line in said.splitlines():
            if re.search(r"Khôi phục được|Không mất|mất \d|Thu hồi lại|  key", line):
                self.say(f"     {line}")

    def _judge(self, said: str, shipped: bool) -> None:
        if shipped != ("Không mất dòng nào" in said):
            raise Failed(f"what is lost is told wrongly: {said[-2000:]}")
        if not shipped and "key.revoked" not in said:
            raise Failed(f"the key was not revoked again: {said[-2000:]}")

    def _accept(self) -> None:
        """Nothing goes on before a person accepts, and nobody may before the window of replays is over."""
        root = self.spare.root
        last = max((self.there.root.path / "srv/lgsp-witness").glob("2*.txt")).read_text()
        at = datetime.fromisoformat(re.findall(r"^time (\S+)$", last, re.MULTILINE)[-1])
        *_others, accept = documented.blocks("Backups and recovery", self.spare.words)
        self._one_line(
            root.run(f"{OWNER}.venv/bin/python manage.py check_start", fails=True), "restored and not accepted"
        )
        wait = (at + ACCEPT_AFTER - datetime.now(tz=at.tzinfo)).total_seconds()
        self.say(f"   chờ {max(0, wait):.0f} giây rồi chấp nhận")
        time.sleep(max(0.0, wait))
        root.run(accept)
        shutil.copytree(self.there.root.path / "etc/lgsp/tls", root.path / "etc/lgsp/tls", dirs_exist_ok=True)
        self.spare.call = self.there.call
        root.write("root/call.sh", self.there.call["curl"])
        self.spare.services()
        self.spare.calls(1, status=401)
        root.run("systemctl start lgsp-verify || { cat /var/log/units/lgsp-verify*; false; }")
        self._stop(self.spare)
        self.say("   máy mới phục vụ; khóa đã thu hồi vẫn bị từ chối; nhật ký đạt kiểm tra")
