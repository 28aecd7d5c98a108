"""How a snippet of each language is run on this machine."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

from connections.snippets import Snippet

SECRET = "LGSP_SECRET"


@cache
def node() -> str:
    """Return a Node.js: the machine's, else the one that the browser tests' driver is."""
    return shutil.which("node") or str(compute_driver_executable()[0])


def run(snippet: Snippet, folder: Path, secret: str) -> tuple[int, str]:
    """Run a snippet in *folder*; return its exit code, and what it printed to both streams."""
    environment = {"PATH": os.environ["PATH"], SECRET: secret, "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    for command in _commands(snippet, folder):
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            break
    return done.returncode, (done.stdout + done.stderr).decode()


def _commands(snippet: Snippet, folder: Path) -> list[list[str]]:
    name, commands = {
        "curl": ("goi.sh", [["sh", "goi.sh"]]),
        "python": ("goi.py", [[sys.executable, "-S", "-E", "goi.py"]]),
        "javascript": ("goi.mjs", [[node(), "goi.mjs"]]),
        "java": ("Goi.java", [["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "Goi.java"]]),
        "csharp": ("Goi.cs", [["mcs", "-r:System.Net.Http.dll", "Goi.cs"], ["mono", "Goi.exe"]]),
        "php": ("goi.php", [["php", "goi.php"]]),
    }[snippet.language]
    (folder / name).write_bytes(snippet.text.encode())
    return commands


NEEDED = {"curl": ["curl", "openssl"], "java": ["java"], "csharp": ["mcs", "mono"], "php": ["php"]}
# These are slow to begin: everything that could break out is tried in one call.
SLOW = {"javascript", "java", "csharp"}
