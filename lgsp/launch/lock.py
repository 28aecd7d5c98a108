"""`./run lock`: lock files from pyproject.toml; names, versions and hashes only."""

import re
import subprocess

from lgsp.launch import environment
from lgsp.launch.places import ROOT, VENV
from lgsp.launch.terminal import Stop, step

# What each is compiled from; `./run` installs the first three, whoever runs bench/ the last.
LOCKS = {
    "installer": "--group pyproject.toml:installer",
    "run": "pyproject.toml --extra embedded",
    "dev": "pyproject.toml --extra embedded --extra dev",
    "bench": "--group pyproject.toml:bench",
}
_FLAGS = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet"


def lock(arguments: list[str]) -> int:
    """Compile the lock files; arguments (such as --upgrade) go to the compiler.

    Raises :class:`Stop` when a result holds an address.
    """
    environment.ensure("dev")
    for name, sources in LOCKS.items():
        target = ROOT / "requirements" / f"{name}.lock"
        with step(f"Khóa phiên bản: {target.name}"):
            command = [str(VENV / "bin" / "uv"), "pip", "compile", *sources.split(), *_FLAGS.split()]
            done = subprocess.run([*command, "-o", str(target), *arguments], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
        if re.search(r"https?://", target.read_text()):
            raise Stop(f"{target.name} có địa chỉ mạng; tệp khóa chỉ được chứa tên, phiên bản và mã băm.")
    return 0
