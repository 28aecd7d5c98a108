"""The sealing key of a data folder: made once, handed to the sealer only; its public half goes to everybody."""

import secrets
import subprocess
from pathlib import Path

from lgsp.launch import processes
from lgsp.launch.places import PYTHON, ROOT
from lgsp.launch.terminal import Stop

KEY_FILE = "LGSP_SEALING_KEY_FILE"


def key_file(folder: Path) -> Path:
    """Return where the key lies."""
    return folder / "sealing" / "key"


def public_key(folder: Path) -> str:
    """Return the public half, making the key where there is none."""
    public, key = folder / "sealing" / "public", key_file(folder)
    if public.exists():
        return public.read_text(encoding="utf-8").strip()
    key.parent.mkdir(mode=0o700, exist_ok=True)
    # A key whose public half was never told has signed nothing.
    key.unlink(missing_ok=True)
    made = processes.run(
        [str(PYTHON), "-m", "lgsp.sealer", "--new-key", f"lgsp.local/{secrets.token_hex(4)}"],
        cwd=ROOT,
        env={"LGSP_MODE": "development", KEY_FILE: str(key)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if made.returncode:
        raise Stop(f"Không tạo được khóa niêm phong: {' '.join(made.stderr.strip().splitlines()[-1:])}")
    public.touch(mode=0o600)
    public.write_text(made.stdout.strip(), encoding="utf-8")
    return made.stdout.strip()
