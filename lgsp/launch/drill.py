"""`./run drill`: is the backup any good? Made, restored elsewhere, verified, compared, written down (QC12.5)."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from lgsp.launch import environment
from lgsp.launch.attach import attached
from lgsp.launch.backup import keys_of, last_line, make, manage, require_data
from lgsp.launch.places import write_private
from lgsp.launch.restore import Asked, bring_back
from lgsp.launch.terminal import Stop, say, step


def drill(*, folder: Path, by: str) -> int:
    """Back the instance of *folder* up, restore it into a new folder, record what came of it; 1 when it failed.

    The instance goes on meanwhile. Raises :class:`Stop` when it could not be tried.
    """
    require_data(folder)
    environment.ensure("run")
    begun = monotonic()
    place = Path(tempfile.mkdtemp(prefix="lgsp-drill-"))
    os.chmod(place, 0o711)  # the database's own user must pass through
    try:
        with attached(folder) as variables:
            with step("Sao lưu"):
                made = make(variables, place / "backup")
            if made.returncode:
                raise Stop(last_line(made, "Không sao lưu được."))
            backup, backed_up = Path(made.stdout.strip().splitlines()[-1]), monotonic()
            told = _try(folder, variables, backup, place / "data")
            told["seconds"] = round(monotonic() - begun, 1)
            told["backup_seconds"] = round(backed_up - begun, 1)
            write_private(place / "result.json", told)
            done = manage(variables, "record_drill", str(backup), str(place / "result.json"), "--by", by)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if done.returncode not in (0, 1):
        raise Stop(last_line(done, "Không ghi được kết quả diễn tập."))
    say(done.stdout.strip())
    return done.returncode


def _try(folder: Path, variables: Mapping[str, str], backup: Path, target: Path) -> dict[str, object]:
    outside = Path(variables.get("LGSP_CHECKPOINT_DIR") or Path(variables["LGSP_DATA_DIR"]) / "checkpoints")
    if not outside.exists():
        outside = backup / "checkpoints"
    # Of what the caller set, what a copy needs to be read and verified; nothing that leads to the real instance.
    kept = {"LGSP_FIELD_KEYS", "LGSP_LOG_KEYS", "LGSP_SEALING_PUBLIC_KEYS", "LGSP_SIGNING_KEYS", "LGSP_SECRET_KEY"}
    given = {name: text for name, text in os.environ.items() if not name.startswith("LGSP_") or name in kept}
    keys = keys_of(folder.resolve())
    keys["secrets"] |= {name.removeprefix("LGSP_").lower(): variables[name] for name in kept & variables.keys()}
    try:
        done = bring_back(Asked(backup, target, keys, outside, drill=True, given=given))
    except Stop as reason:
        return {"sound": False, "detail": {"faults": [str(reason)]}}
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
