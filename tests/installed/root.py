"""A clean Debian in a folder, and commands run in it; nothing of it outlives this process.

The caller is alone already (own mounts and processes, ``alone``); packages come as this machine's own come.
"""

import ctypes
import os
import re
import shutil
import ssl
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

_NEW_NET = 0x40000000
SHIM = Path(__file__).with_name("systemctl.py")
# Whom this machine trusts when it fetches packages; Debian's own list in the folder is left as it comes.
AUTHORITY = "/etc/machine-authorities.pem"
# Where there is no systemd to say it to.
_NOTHING = "#!/bin/sh\nexit 0\n"
_NO_STARTS = "#!/bin/sh\nexit 101\n"


class Failed(Exception):
    """A command did not do what the page says; carries what it said."""


def alone(arguments: list[str]) -> int:
    """Run this program again with mounts and processes of its own: they end when it ends."""
    command = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return subprocess.run(
        [*command, sys.executable, "-m", "tests.installed", "--alone", *arguments], check=False
    ).returncode


def cut_off() -> None:
    """From now on the network of this process and its children is a loopback of their own."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NET):
        raise Failed("no network of its own")
    for command in (["ip", "link", "set", "lo", "up"], ["ip", "addr", "add", "10.77.0.1/32", "dev", "lo"]):
        subprocess.run(command, check=True)


@dataclass(slots=True)
class Root:
    """One folder with Debian in it."""

    path: Path
    mounted: list[Path] = field(default_factory=list)

    def make(self, suite: str) -> None:
        """Lay Debian out from where this machine's own packages come."""
        if (self.path / "etc" / "debian_version").exists():
            return
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path.parent / f"{self.path.name}.log").open("w") as log:
            subprocess.run(["debootstrap", suite, str(self.path), _mirror()], stdout=log, stderr=log, check=True)

    def copy_of(self, other: "Root") -> None:
        """Become what *other* is, which nothing uses now."""
        shutil.rmtree(self.path, ignore_errors=True)
        subprocess.run(["cp", "-a", str(other.path), str(self.path)], check=True)

    def open(self) -> None:
        """Mount what a running system has, and put in what stands for systemd."""
        self._mount("--bind", str(self.path), self.path)
        self._mount("-t", "proc", "proc", self.path / "proc")
        for name in ("sys", "dev"):
            self._mount("--rbind", f"/{name}", self.path / name)
        trusted = os.environ.get("PIP_CERT") or ssl.get_default_verify_paths().cafile or ""
        for path, name in (("/etc/resolv.conf", "etc/resolv.conf"), (trusted, AUTHORITY)):
            if Path(path).is_file():
                shutil.copy(path, self.path / name.lstrip("/"))
        self._packages()
        for name, text in (("systemctl", f"#!/usr/bin/env python3\n{SHIM.read_text(encoding='utf-8')}"),
                           ("timedatectl", _NOTHING)):  # fmt: skip
            self._script(f"usr/local/bin/{name}", text)
        self._script("usr/sbin/policy-rc.d", _NO_STARTS)
        hosts = "127.0.0.1 localhost lgsp.example api.lgsp.example\n::1 localhost\n"
        (self.path / "etc" / "hosts").write_text(hosts, encoding="utf-8")
        self._mount("--bind", self.path / "etc" / "hosts", "/etc/hosts")

    def _packages(self) -> None:
        """Let pip in the folder ask where this machine's pip asks."""
        shutil.copytree("/etc/xdg/pip", self.path / "etc/xdg/pip", dirs_exist_ok=True) if Path(
            "/etc/xdg/pip"
        ).exists() else None
        said = "".join(path.read_text() for path in (self.path / "etc/xdg/pip").glob("*.conf"))
        for place in {Path(found) for found in re.findall(r"(?:file://|= *)(/opt/[\w-]+)", said)}:
            (self.path / place.relative_to("/")).mkdir(parents=True, exist_ok=True)
            self._mount("--bind", str(place), self.path / place.relative_to("/"))

    def _script(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")
        (self.path / name).chmod(0o755)

    def _mount(self, *arguments: str | Path) -> None:
        subprocess.run(["mount", *map(str, arguments)], check=True)
        self.mounted.append(Path(arguments[-1]))

    def close(self) -> None:
        """Take the mounts away again."""
        while self.mounted:
            subprocess.run(["umount", "-R", "-l", str(self.mounted.pop())], check=False)

    def run(self, command: str, *, user: str = "", given: str = "", fails: bool = False, seconds: float = 900) -> str:
        """Run a line of shell in the folder, where the code is; return what it said. Raises :class:`Failed`."""
        there = "cd /opt/lgsp 2>/dev/null || cd /; "
        line = [
            "chroot",
            str(self.path),
            *(["sudo", "-u", user] if user else []),
            "bash",
            "-c",
            f"set -e; {there}{command}",
        ]
        kept = {name: text for name, text in os.environ.items() if name in ("TERM",)}
        places = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        variables = {
            **kept,
            "PATH": places,
            "PIP_CERT": AUTHORITY,
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
        }
        done = subprocess.run(
            line, input=given, capture_output=True, text=True, errors="replace", env=variables,
            start_new_session=True, check=False, timeout=seconds,
        )  # fmt: skip
        said = f"{done.stdout}{done.stderr}"
        if bool(done.returncode) != fails:
            raise Failed(f"{command}\n  status {done.returncode}: {said.strip()[-3000:]}")
        return said

    def write(self, name: str, text: str) -> None:
        """Replace the text of a file, keeping owner and mode."""
        (self.path / name.lstrip("/")).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return (self.path / name.lstrip("/")).read_text(encoding="utf-8")


def _mirror() -> str:
    """Return where this machine's own Debian packages come from."""
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(REPO_URI)", "Created-By: Packages"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        if line.startswith("Debian ") and "security" not in line and "updates" not in line:
            return line.split()[-1]
    raise Failed("this machine has no Debian packages")
