"""`./run lock`: lock files from pyproject.toml; names, versions and hashes only."""

import re
import subprocess

from lgsp.launch import environment
from lgsp.launch.places import ROOT, VENV
from lgsp.launch.terminal import Stop, step

LOCKS = {"run": ["embedded"], "dev": ["embedded", "dev"]}
_FLAGS = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet"


def lock(arguments: list[str]) -> int:
    """Compile both lock files; arguments (such as --upgrade) go to the compiler.

    Raises :class:`Stop` when a result holds an address.
    """
    environment.ensure("dev")
    for name, extras in LOCKS.items():
        target = ROOT / "requirements" / f"{name}.lock"
        chosen = [part for extra in extras for part in ("--extra", extra)]
        with step(f"Khóa phiên bản: {target.name}"):
            command = [str(VENV / "bin" / "uv"), "pip", "compile", "pyproject.toml", *chosen, *_FLAGS.split()]
            done = subprocess.run([*command, "-o", str(target), *arguments], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
        if re.search(r"https?://", target.read_text()):
            raise Stop(f"{target.name} có địa chỉ mạng; tệp khóa chỉ được chứa tên, phiên bản và mã băm.")
    return 0
