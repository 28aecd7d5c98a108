"""`./run test` and `./run lint`: everything the CI checks, each with its name and time."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from lgsp.launch import environment, processes
from lgsp.launch.instance import Instance
from lgsp.launch.places import ROOT, VENV, DataFolder
from lgsp.launch.terminal import Stop, say, step

# The shell draws the same pages without the windows nobody sees: half the work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_BIN = VENV / "bin"
# The last word is the package manager's own process: it is asked to end, never cut off (``processes.end``).
_APT = """
apt-get update -qq || exit
apt-cache show chromium-headless-shell >/dev/null 2>&1 && browser=chromium-headless-shell || browser=chromium
exec apt-get install -y -qq --no-install-recommends $browser fonts-dejavu-core
"""
PRODUCTION = {
    "LGSP_MODE": "production",
    "LGSP_PUBLIC_URL": "https://lgsp.example",
    "LGSP_ALLOWED_HOSTS": "lgsp.example",
    "LGSP_TRUSTED_PROXIES": "1",
    "LGSP_LOOPBACK_UPSTREAMS": "false",
}
# The longest tests begin first (tests/plugins/spreading.py); the number of processes follows.
_SPREAD = ("--dist", "loadgroup", "--no-loadscope-reorder")
_SETTINGS = ("--ds=lgsp.settings.test",)
_COMPILED = ROOT / ".cache" / "compiled"
# Thousands of small files are made and thrown away: a file system on a disk takes its time over each.
_MEMORY, _ROOM = Path("/dev/shm"), 4_000_000_000  # noqa: S108 - a folder of its own is made there
Step = tuple[str, list[str], dict[str, str]]


def _reading() -> list[Step]:
    """Return the checks that read what lies here, and need no server."""
    return [
        ("ruff format", [str(_BIN / "ruff"), "format", "--check", "."], {}),
        ("ruff", [str(_BIN / "ruff"), "check", "."], {}),
        ("djlint", [str(_BIN / "djlint"), "templates", "--check", "--lint", "--quiet"], {}),
        ("import contract", [str(_BIN / "lint-imports")], {}),
    ]


def _loading() -> list[Step]:
    """Return the checks that load the product: beside each other and uncompiled, each would compile all of it."""
    python = str(_BIN / "python")
    return [
        ("mypy", [str(_BIN / "mypy"), "."], {}),
        ("makemigrations --check", [python, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
        ("check --deploy", [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ]


def _in_memory() -> str | None:
    """Return a folder that lies in memory, where there is plenty of it and programs may be run from there."""
    try:
        known = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        free = int(known["MemAvailable"].split()[0]) * 1024
        place = os.statvfs(_MEMORY)
    except (OSError, KeyError, ValueError):
        return None
    fits = min(place.f_bavail * place.f_frsize, free) >= _ROOM and not place.f_flag & os.ST_NOEXEC
    return str(_MEMORY) if fits and os.access(_MEMORY, os.W_OK | os.X_OK) else None


@contextmanager
def _services(*, place: str | None = None) -> Iterator[tuple[dict[str, str], Path]]:
    """Give a throw-away PostgreSQL and Valkey: the environment that names them, and a folder that goes with them.

    What the caller's environment says of a real installation is left out: tests empty databases and caches.
    *place* is where the folder is made, and what else is made for a while.
    """
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    given = {name: text for name, text in os.environ.items() if not name.startswith("LGSP_") and name not in ours}
    with tempfile.TemporaryDirectory(prefix="lgsp-test-", dir=place) as folder:
        os.chmod(folder, 0o711)
        with closing(DataFolder(Path(folder) / "data")) as data, Instance(data, given=given, mode="test") as instance:
            yield {**instance.environment(), **({"TMPDIR": folder} if place else {})}, Path(folder)


class _Check:
    """One check at work, and how long it took."""

    def __init__(self, name: str, process: processes.Process, output: Path) -> None:
        self.name, self.process, self.output, self._begun = name, process, output, monotonic()
        self.seconds = 0.0
        self._watch = Thread(target=self._wait, daemon=True)
        self._watch.start()

    def _wait(self) -> None:
        self.process.wait()
        self.seconds = monotonic() - self._begun

    def ended(self) -> bool:
        """Return whether it has come to its end."""
        return not self._watch.is_alive()


class Checks:
    """Checks that run at once beside whatever comes next; each is reported when all are asked for."""

    def __init__(self) -> None:
        self._held, self._all = tempfile.TemporaryDirectory(prefix="lgsp-test-"), list[_Check]()

    def __enter__(self) -> "Checks":
        return self

    def __exit__(self, *_ignored: object) -> None:
        processes.end([check.process for check in self._all], seconds=2)
        self._held.cleanup()

    def begin(self, steps: list[Step], variables: Mapping[str, str]) -> None:
        """Start *steps*, all at once, in the environment *variables*."""
        for name, command, extra in steps:
            output = Path(self._held.name) / f"check-{len(self._all)}"
            with output.open("wb") as out:
                process = subprocess.Popen(
                    processes.tied(command),
                    cwd=ROOT,
                    env={**variables, **extra},
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self._all.append(_Check(name, process, output))

    def failed(self) -> int:
        """Say how each went, with the output of those that failed; return how many did."""
        waiting, failed = list(self._all), 0
        while waiting:
            for check in filter(_Check.ended, waiting[:]):
                waiting.remove(check)
                wrong = check.process.returncode != 0
                say(f"{check.name}: {'KHÔNG ĐẠT' if wrong else 'đạt'} (trong {check.seconds:.1f} giây)")
                if wrong:
                    failed += 1
                    say(check.output.read_text(errors="replace")[-6000:])
            sleep(0.05)
        return failed


def lint() -> int:
    """Run the checks; return how many failed."""
    environment.ensure("dev")
    with Checks() as checks:
        checks.begin(_reading(), os.environ)
        with _services() as (variables, _folder):
            checks.begin(_loading(), variables)
            return checks.failed()


def test(arguments: list[str]) -> int:
    """Run the checks and, beside them, pytest; arguments go to pytest and leave the checks out."""
    with _browser() as browser:
        environment.ensure("dev")
        if arguments:
            with _services(place=_in_memory()) as (variables, _folder):
                return _pytest(arguments, {**variables, "CHROMIUM_PATH": browser()})
        with Checks() as checks:
            checks.begin(_reading(), os.environ)
            with _services(place=_in_memory()) as (variables, _folder):
                status = _tested(variables, checks, browser)
                failed = checks.failed()
    if failed:
        say(f"{failed} bước kiểm tra không đạt (xem phía trên).")
    return status or (1 if failed else 0)


def heavy(arguments: list[str]) -> int:
    """Run the long tests: whole products killed and restarted, a thousand walks; arguments go to pytest."""
    environment.ensure("dev")
    with _services() as (variables, _folder):
        found = os.environ.get("CHROMIUM_PATH") or _browser_there()
        which = "heavy" if found else "heavy and not browser"
        chosen = ["-m", which, "-n", str(min(os.cpu_count() or 1, 4)), *arguments]
        return _pytest(chosen, {**variables, "CHROMIUM_PATH": found or "none of these opens one"})


def faults(arguments: list[str]) -> int:
    """Break a whole product under load again and again (docs/faults.md); arguments go to the suite."""
    environment.ensure("dev")
    command = [str(_BIN / "python"), "-m", "tests.faults", *arguments]
    return processes.run(command, kind=signal.SIGINT, patience=120, cwd=ROOT).returncode


def _tested(variables: dict[str, str], checks: Checks, browser: Callable[[], str]) -> int:
    """Run what `./run test` runs, and beside it the checks that load the product; return the status of pytest.

    Where nothing was compiled yet the processes of the run would each compile all of it: those checks begin when the
    product is imported, the processes when the tests are (``tests/begun.py``). A browser may be installed till then.
    """
    reads, told = os.pipe()
    begun = [str(_BIN / "python"), "-m", "tests.begun", str(told), str(_workers())]

    def meanwhile(process: "subprocess.Popen[str]") -> None:
        os.close(told)
        with step("Biên dịch lần đầu") if not _COMPILED.exists() else nullcontext():
            imported = os.read(reads, 1)
            checks.begin(_loading(), variables)
            while imported:
                imported = os.read(reads, 1)
        with suppress(OSError):
            _COMPILED.parent.mkdir(exist_ok=True)
            _COMPILED.touch()
        path = browser()
        more = [] if path else ["-m", "not browser and not heavy"]
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin as asked:  # what was wrong, it said itself
                asked.write(json.dumps([{"CHROMIUM_PATH": path}, more]) + "\n")

    with closing(os.fdopen(reads, closefd=True)):
        return processes.run(
            [*begun, *_SETTINGS, *_SPREAD, "-m", "not heavy"],
            kind=signal.SIGINT,
            patience=20,
            meanwhile=meanwhile,
            cwd=ROOT,
            env=variables,
            stdin=subprocess.PIPE,
            pass_fds=[told],
        ).returncode


def _workers() -> int:
    """Return one process more than cores, six at most: what waits for a browser or a server leaves its core to others.

    With two more, all of them did a tenth more work for the same tests.
    """
    return min((os.cpu_count() or 1) + 1, 6)


def _pytest(arguments: list[str], variables: Mapping[str, str]) -> int:
    chosen = arguments if variables["CHROMIUM_PATH"] else [*arguments, "-m", "not browser and not heavy"]
    command = [str(_BIN / "python"), "-m", "pytest", *_SETTINGS, *chosen]
    return processes.run(command, kind=signal.SIGINT, patience=20, cwd=ROOT, env=variables).returncode


@contextmanager
def _browser() -> Iterator[Callable[[], str]]:
    """Give what returns a Chromium for the browser tests; where root has none, one is installed meanwhile."""
    found = os.environ.get("CHROMIUM_PATH") or _browser_there()
    if found or os.geteuid() != 0 or not shutil.which("apt-get"):
        yield lambda: found or _without_browser()
        return
    installing = subprocess.Popen(
        processes.tied(["sh", "-c", _APT]),
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def installed() -> str:
        with step("Cài Chromium để thử giao diện"):
            installing.wait()
        return _browser_there() or _without_browser()

    try:
        yield installed
    finally:
        # The package manager must not be cut off in the middle: it is given time to end by itself.
        processes.end([installing], seconds=60)


def _browser_there() -> str:
    return next(filter(None, map(shutil.which, BROWSERS)), "")


def _without_browser() -> str:
    if os.environ.get("CI") == "true":
        raise Stop("Không có Chromium: đặt CHROMIUM_PATH. CI không được bỏ qua kiểm thử giao diện.")
    say("!!! KHÔNG CÓ CHROMIUM: bỏ qua kiểm thử giao diện. Đặt CHROMIUM_PATH để chạy đủ. !!!")
    return ""
