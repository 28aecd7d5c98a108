"""The page's sections 1 to 5 on one clean folder, and the first people and call behind the proxy."""

import base64
import json
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lgsp.launch.places import ROOT
from tests.installed import documented, people
from tests.installed.root import Failed, Root

UNITS = ("lgsp-sealer", "lgsp-broker", "lgsp-portal", "lgsp-worker", "lgsp-beat")
ROLES = ("owner", "web", "broker", "sealer", "archive", "backup")
PROVIDER = "http://10.77.0.1:9000"
OPERATOR, HEAD, TECHNICIAN = "van-hanh@lgsp.example", "truong-phong@lgsp.example", "ky-thuat@lgsp.example"
OWNER = "set -a; . /etc/lgsp/common.env; . /etc/lgsp/owner.env; set +a; "
WEB = "set -a; . /etc/lgsp/common.env; . /etc/lgsp/portal.env; set +a; "


@dataclass(slots=True)
class Installation:
    """One folder on its way to a running platform."""

    root: Root
    suite: str
    say: Callable[[str], None]
    words: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    call: dict[str, str] = field(default_factory=dict)

    def debian(self) -> None:
        """A clean Debian."""
        self.root.make(self.suite)
        self.say(f"Debian {self.root.read('etc/debian_version').strip()}")

    def code(self) -> None:
        """Section 1, the only one that needs packages from elsewhere."""
        self._push()
        self.root.open()
        self.root.run("apt-get update")
        for block in documented.blocks("1. Ground", self.words):
            self.root.run(block.replace("apt-get install", "apt-get install -y", 1))
        self.say("1. Nền, mã nguồn, gói")
        self.root.close()

    def refresh(self) -> None:
        """Bring the code and folders of what was laid before to this commit."""
        self._push()
        code = str(self.root.path / "opt/lgsp")
        subprocess.run(["git", "-C", code, "fetch", "-q", str(self.root.path / "root/lgsp.git"), "head"], check=True)
        subprocess.run(["git", "-C", code, "checkout", "-q", self.words["tag"]], check=True)
        lines = "".join(documented.blocks("1. Ground", self.words)).splitlines()
        self.root.run("\n".join(line for line in lines if line.startswith("install ")))

    def _push(self) -> None:
        """Have the code as it is committed here in a repository inside the folder."""
        bare = self.root.path / "root/lgsp.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "head", str(bare)], check=True)
        subprocess.run(["git", "-C", str(ROOT), "push", "-q", "-f", str(bare), "HEAD:refs/heads/head"], check=True)
        said = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
        store = "redis" if self.suite == "bookworm" else "valkey"
        self.words |= {"address": "/root/lgsp.git", "tag": said.stdout.strip(), documented.STORE: store}

    def whole(self) -> None:
        """Sections 2 to 5, then people and a call."""
        self.root.open()
        self.database()
        self.keys()
        self.tables()
        self.services()
        self.people()
        self.make_call()

    def database(self) -> None:
        """Section 2."""
        (version,) = (path.name for path in (self.root.path / "etc/postgresql").iterdir())
        self.words["17"] = version
        self.passwords = {role: secrets.token_hex(16) for role in (*ROLES, "valkey")}
        first, last = documented.blocks("2. Database", self.words)
        self.typed(first)
        store = self.words[documented.STORE]
        conf = self.root.read(f"etc/{store}/lgsp.conf")
        self.root.write(f"etc/{store}/lgsp.conf", documented.filled(conf, {"password": self.passwords["valkey"]}))
        self.root.run(last)
        self.say(f"2. PostgreSQL {version}, {store}")

    def typed(self, block: str) -> str:
        """Run a block that asks for the passwords of the roles; return what the rest of it said."""
        before, asking, after = re.split(r"^(for role in .*)\n", block, flags=re.MULTILINE)
        self.root.run(before)
        for role in ROLES:  # one at a time: what is asked twice is typed twice
            line = asking.replace(" ".join(ROLES), role)
            self.root.run(line, given=f"{self.passwords[role]}\n" * 2)
        return self.root.run(after)

    def keys(self, kept: Path | None = None) -> None:
        """Section 3; with *kept* the keys of another machine come back from there."""
        self.words["lgsp.example/log"] = "lgsp.example/log"
        said = self.root.run(documented.blocks("3. Keys", self.words)[0])
        public = next(line for line in said.splitlines() if line.startswith("lgsp.example/log+"))
        for name in ("common", "portal", "broker", "sealer", "owner"):
            self._fill(name, public, kept)
        self.say("3. Khóa và biến môi trường")

    def _fill(self, name: str, public: str, kept: Path | None) -> None:
        place, found = f"etc/lgsp/{name}.env", []
        old = dict(re.findall(r"^(\w+)=(.*)$", (kept / f"{name}.env").read_text(), re.MULTILINE)) if kept else {}
        for line in self.root.read(place).splitlines():
            key, _equals, value = line.partition("=")
            filled = not line.startswith("#") and "«" in value
            found.append(f"{key}={self._value(key, value, public, name, old)}" if filled else line)
        self.root.write(place, "\n".join(found) + "\n")

    def _value(self, key: str, value: str, public: str, file: str, old: dict[str, str]) -> str:
        """Return what an administrator writes for one variable."""
        if key == "LGSP_SEALING_PUBLIC_KEYS":
            return ",".join(filter(None, (public, old.get(key, ""))))
        if key in ("LGSP_SECRET_KEY", "LGSP_FIELD_KEYS", "LGSP_LOG_KEYS", "LGSP_SIGNING_KEYS") and key in old:
            return old[key]
        if key == "LGSP_SECRET_KEY":
            return secrets.token_urlsafe(60)
        if key == "LGSP_LOG_KEYS" and file == "sealer":
            return dict(re.findall(r"^(\w+)=(.*)$", self.root.read("etc/lgsp/common.env"), re.MULTILINE))[key]
        if "openssl rand" in value:
            return f"v1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
        role = re.search(r"//lgsp_(\w+):", value)
        word = self.passwords[role.group(1) if role else "valkey"]
        if key == "LGSP_EMAIL_URL":
            return "smtp+tls://lgsp:x@127.0.0.1:2525"
        if key == "LGSP_CHECKPOINT_WITNESS":
            return "/srv/lgsp-witness"
        return documented.filled(value, {
            "password": word, "lgsp.example": "lgsp.example", "api.lgsp.example": "api.lgsp.example",
            "lgsp@lgsp.example": "lgsp@lgsp.example", "Phòng …, điện thoại …": "Phòng thử, điện thoại 0",
        })  # fmt: skip

    def tables(self) -> None:
        """Section 4."""
        self.words |= {"email": OPERATOR, "name": "'Người vận hành (mẫu)'"}
        self.words |= {"email of another": HEAD, "name of another": "'Trưởng phòng (mẫu)'"}
        said = self.root.run(documented.blocks("4. Tables", self.words)[0])
        self.words["invitation"] = said
        self.say("4. Bảng, quyền, lời mời")

    def services(self) -> None:
        """Section 5."""
        self.words |= {"lgsp.example": "lgsp.example", "api.lgsp.example": "api.lgsp.example"}
        for block in documented.blocks("5. Services", self.words):
            self.root.run(block)
        self.root.run("systemd-analyze verify /etc/systemd/system/lgsp-*")
        self.running()
        self.say("5. Dịch vụ, nginx: sẵn sàng")

    def running(self) -> None:
        """Raise Failed unless every unit runs."""
        asked = "systemctl is-active $unit || { cat /var/log/units/$unit*; false; }"
        self.root.run(f"for unit in {' '.join(UNITS)}; do {asked}; done")

    def people(self) -> None:
        """The first administrator signs in through nginx with a second step and enters an agency."""
        authority = self.root.path / "etc/lgsp/tls/portal.pem"
        first = people.accept("lgsp.example", authority, self.words["invitation"], "Người vận hành (mẫu)")
        if not people.sign_in(first, OPERATOR):
            raise Failed("the operator was not asked for a second step")
        first.get("/quan-tri/accounts/agency/add/")
        first.send("code", code="H60.90", name="Sở Thử cài đặt", kind="department", source="Thử cài đặt", reason="Thử")
        first.get("/quan-tri/accounts/agency/?q=thu+cai+dat")
        first.expect("H60.90")
        said = self._shell(
            "from django.db import transaction\nfrom accounts.models import Agency\n"
            "from accounts.services.invitations import issue\nfrom core.actor import system_actor\n"
            "with transaction.atomic():\n"
            "    made = issue(actor=system_actor('Thử'), agency=Agency.objects.get(code='H60.90'),"
            f" email='{TECHNICIAN}', full_name='Kỹ thuật (mẫu)', role='technician')\n"
            "print(f'Liên kết: {made.link}\\nMã đọc cho người nhận: {made.code}')\n"
        )
        second = people.accept("lgsp.example", authority, said, "Kỹ thuật (mẫu)")
        people.sign_in(second, TECHNICIAN)
        second.get("/tai-khoan/")
        second.expect(TECHNICIAN)
        self.say("   người đầu tiên đăng nhập hai bước qua nginx, nhập cơ quan; người thứ hai nhận lời mời")

    def _shell(self, text: str, **variables: str) -> str:
        given = "".join(f"export {name}='{value}'; " for name, value in variables.items())
        self.root.write("tmp/given.py", text)
        who = "env HOME=/nonexistent setpriv --reuid lgsp --regid lgsp --init-groups"
        line = f"{WEB}{given}exec {who} .venv/bin/python manage.py shell -v 0"
        return self.root.run(f"{line} < /tmp/given.py")

    def make_call(self) -> None:
        """A service, a grant and a key by the portal's deeds; then a call with curl, by the portal's own snippet."""
        text = Path(__file__).with_name("deeds.py").read_text(encoding="utf-8")
        said = self._shell(f"exec({text!r})\n", PROVIDER=PROVIDER, PERSON=TECHNICIAN)
        self.call = json.loads(said.strip().splitlines()[-1])
        self.root.write("root/call.sh", self.call["curl"])
        subprocess.Popen([sys.executable, "-m", "tests.installed.provider"], stdin=subprocess.DEVNULL)
        self.root.run(f"curl -fsS -o /dev/null --retry 20 --retry-delay 1 --retry-connrefused {PROVIDER}/", seconds=60)
        self.calls(5)
        self.say("   5 cuộc gọi bằng curl qua nginx và bộ trung gian")

    def calls(self, number: int, *, status: int = 200) -> None:
        """Make calls; raise Failed when one is answered otherwise. A broker learns of a new grant within seconds."""
        line = f"export LGSP_SECRET={self.call['secret']} CURL_CA_BUNDLE=/etc/lgsp/tls/api.pem; sh /root/call.sh"
        for _call in range(number):
            said = self.root.run(f"{line} || true")
            good = '"Thử cài đặt"' in said if status == 200 else str(status) in said
            if not good:
                raise Failed(f"a call was answered: {said[-1500:]}")
