"""What stands for systemd where none runs: reads the units in /etc/systemd/system and runs them as they say.

User and group, environment files, folders of state, limits, umask, a file system that is read-only but for the paths
named, a /tmp of its own, no home, no new privileges, no capabilities. Not done: restarts, order, the network's wait.
Standard library only: it is put into a clean system as ``systemctl``.
"""

import os
import pwd
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS, PIDS, LOGS = Path("/etc/systemd/system"), Path("/run/units"), Path("/var/log/units")
# Not ours: how Debian's own are started without systemd.
DEBIAN = {
    "postgresql": {
        "start": "pg_ctlcluster $(pg_lsclusters -h | cut -d' ' -f1,2) start",
        "stop": "pg_ctlcluster $(pg_lsclusters -h | cut -d' ' -f1,2) stop",
    },
    "valkey-server": {
        "start": "install -d -o valkey -g valkey /run/valkey &&"
        " sudo -u valkey valkey-server /etc/valkey/valkey.conf --daemonize yes",
        "stop": "kill $(cat /run/valkey/valkey-server.pid) && sleep 1",
    },
    "redis-server": {
        "start": "install -d -o redis -g redis /run/redis &&"
        " sudo -u redis redis-server /etc/redis/redis.conf --daemonize yes",
        "stop": "kill $(cat /run/redis/redis-server.pid) && sleep 1",
    },
    "nginx": {
        "start": "nginx",
        "stop": "nginx -s quit && sleep 1",
        "reload": "test -s /run/nginx.pid && nginx -s reload || nginx",
    },
    "systemd-journald": {},
}  # fmt: skip


def settings(name: str) -> dict[str, list[str]]:
    """Return what a unit says, every value of every key, in order."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / name).read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith(("#", "[")):
            found.setdefault(key.strip(), []).append(value.strip())
    return found


def environment(unit: dict[str, list[str]]) -> dict[str, str]:
    """Return the environment of a unit: nothing of the caller's but a path."""
    found = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    for item in unit.get("Environment", []):
        for part in shlex.split(item):
            name, _equals, value = part.partition("=")
            found[name] = value
    for path in unit.get("EnvironmentFile", []):
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                name, _equals, value = line.partition("=")
                found[name.strip()] = value.strip().strip('"')
    return found


def one(unit: dict[str, list[str]], key: str, otherwise: str = "") -> str:
    """Return the last value of a key."""
    return unit.get(key, [otherwise])[-1]


def walls(unit: dict[str, list[str]], command: str) -> list[str]:
    """Return *command* as one that runs within what the unit allows."""
    user = pwd.getpwnam(one(unit, "User", "root"))
    files = one(unit, "LimitNOFILE", "1024")
    lines = [
        "set -e",
        f"ulimit -n {files} 2>/dev/null || ulimit -n $(ulimit -Hn)",
        f"umask {one(unit, 'UMask', '0022')}",
    ]
    if one(unit, "ProtectSystem") == "strict":
        writable = [path for line in unit.get("ReadWritePaths", []) for path in line.split()]
        writable += [f"/var/lib/{name}" for name in unit.get("StateDirectory", [])]
        for path in writable:
            real = path.lstrip("-")
            if path.startswith("-") and not Path(real).exists():
                continue
            lines.append(f"mount --bind {real} {real}")
        lines.append("mount -o remount,bind,ro /")
    if one(unit, "PrivateTmp") == "yes":
        lines += [f"mount -t tmpfs -o mode=1777 tmpfs {place}" for place in ("/tmp", "/var/tmp")]
    if one(unit, "ProtectHome") == "yes":
        lines += [f"mount -t tmpfs -o mode=000 tmpfs {place}" for place in ("/home", "/root")]
    lines.append(f"cd {one(unit, 'WorkingDirectory', '/')}")
    drop = ["--no-new-privs"] if one(unit, "NoNewPrivileges") == "yes" else []
    if "CapabilityBoundingSet" in unit:
        drop += ["--bounding-set=-all", "--inh-caps=-all"]
    who = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--init-groups"]
    lines.append(f"exec setpriv {shlex.join([*who, *drop])} {command}")
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(lines)]


def start(name: str) -> int:
    """Start a unit, or run it to its end where it is one that ends; return the status of what failed."""
    unit = settings(name)
    for state in unit.get("StateDirectory", []):
        user = pwd.getpwnam(one(unit, "User", "root"))
        path = Path("/var/lib", state)
        path.mkdir(exist_ok=True)
        path.chmod(int(one(unit, "StateDirectoryMode", "0755"), 8))
        os.chown(path, user.pw_uid, user.pw_gid)
    LOGS.mkdir(exist_ok=True)
    given = environment(unit)
    with (LOGS / f"{name}.log").open("ab") as log:
        for before in unit.get("ExecStartPre", []):
            wall = walls(unit, before)
            done = subprocess.run(wall, env=given, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
            if done.returncode:
                return done.returncode
        command = walls(unit, one(unit, "ExecStart"))
        process = subprocess.Popen(
            command, env=given, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    if one(unit, "Type") == "oneshot":
        return process.wait()
    PIDS.mkdir(exist_ok=True)
    (PIDS / name).write_text(str(process.pid))
    time.sleep(0.5)
    return process.poll() or 0


def stop(name: str) -> int:
    """Ask a unit to end (KillMode=mixed) and wait; 1 when it had to be killed or ended badly."""
    note = PIDS / name
    if not note.exists():
        return 0
    pid, unit = int(note.read_text()), settings(name)
    note.unlink()
    until = time.monotonic() + float(one(unit, "TimeoutStopSec", "90"))
    os.kill(pid, signal.SIGTERM) if alive(pid) else None
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.1)
    if not alive(pid):
        return 0
    os.killpg(pid, signal.SIGKILL)
    sys.stderr.write(f"{name} did not end in time\n")
    return 1


def alive(pid: int) -> bool:
    """Say whether a process lives and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def act(verb: str, name: str) -> int:
    """Do one thing to one unit."""
    bare = name.removesuffix(".service")
    if bare in DEBIAN:
        steps = ["stop", "start"] if verb == "restart" else [verb]
        for step in steps:
            line = DEBIAN[bare].get(step, "true")
            done = subprocess.run(["sh", "-c", line], stdin=subprocess.DEVNULL, check=False)
            if done.returncode and step == verb:
                return done.returncode
        return 0
    if name.endswith(".timer"):
        return 0 if (UNITS / name).exists() else 4
    full = name if name.endswith(".service") else f"{name}.service"
    if verb == "is-active":
        note = PIDS / full
        return 0 if note.exists() and alive(int(note.read_text())) else 3
    if verb in ("stop", "restart"):
        status = stop(full)
        if verb == "stop" or status:
            return status
    return start(full) if verb in ("start", "restart", "enable") else 0


def main() -> int:
    """Read the command line as systemctl does, as far as the page uses it."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    verb, names = words[0], words[1:]
    for name in names:
        status = act(verb, name)
        if status:
            sys.stderr.write(f"{verb} {name}: {status}\n")
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
