"""`./run restore`: a backup becomes the instance of an empty data folder, verified and marked as restored."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from lgsp.launch import environment
from lgsp.launch.backup import last_line, manage, read_keys
from lgsp.launch.cluster import lay_cluster
from lgsp.launch.instance import Instance
from lgsp.launch.places import RESTORING, ROOT, DataFolder, check_disk, write_private
from lgsp.launch.sealing import key_file
from lgsp.launch.terminal import Stop, say, step
from lgsp.survival.manifest import ARCHIVE, CHECKPOINTS, FILES, Manifest, NotWhole, unknown_code

# How much room packed data needs unpacked.
_GROWTH = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What is restored, where to, under which keys; ``outside`` is the newest known of checkpoints and revocations."""

    backup: Path
    folder: Path
    keys: Mapping[str, Any]
    outside: Path
    by: str = ""
    drill: bool = False
    given: Mapping[str, str] = field(default_factory=dict)


def restore(*, backup: Path, folder: Path, keys: Path | None, outside: Path | None, by: str) -> int:
    """Restore *backup* into *folder*. Returns 1 where what came back does not verify. Raises :class:`Stop`."""
    if os.environ.get("DATABASE_URL"):
        raise Stop(
            "DATABASE_URL đang đặt: máy chủ riêng được khôi phục theo docs/installation.md. Bỏ biến đó rồi chạy."
        )
    if keys is None:
        raise Stop("Cần tệp khóa cất cùng thời gian sao lưu: ./run restore BẢN_SAO_LƯU --keys TỆP --data THƯ_MỤC")
    if outside is None:
        raise Stop(
            "Cần điểm niêm phong mới nhất còn giữ bên ngoài: --checkpoints THƯ_MỤC."
            f" Không còn ở đâu: --checkpoints {backup / CHECKPOINTS}"
        )
    # What the caller's environment says of another instance must not lead there.
    given = {name: text for name, text in os.environ.items() if not name.startswith("LGSP_")}
    asked = Asked(backup.absolute(), folder, read_keys(keys), outside.absolute(), by, given=given)
    done = bring_back(asked)
    say(done.stdout.strip())
    if done.returncode:
        say(last_line(done, "Không kiểm tra được bản khôi phục."))
        return 1
    say(f"Còn một bước: ./run manage --data {folder} accept_restore --by «người quyết định» --reason «lý do»")
    say(f"Sau đó: ./run --data {folder}")
    return 0


def bring_back(asked: Asked) -> subprocess.CompletedProcess[str]:
    """Lay the backup out, start it, run what follows; return what that said. Raises :class:`Stop`, leaving nothing."""
    begun = monotonic()
    manifest = _judge(asked)
    environment.ensure("run")
    made = not asked.folder.exists()
    with closing(DataFolder(asked.folder, restoring=True)) as data:
        (data.path / RESTORING).touch(mode=0o600)
        try:
            check_disk(data.path, _GROWTH * sum(size for size, _hash in manifest.files.values()))
            _lay_keys(data.path, asked.keys)
            _copy(asked, data.path)
            done = _run(asked, data, manifest, begun)
        except OSError as error:
            _empty(data, made=made)
            raise Stop(
                f"Không khôi phục được: {error.strerror or error}. Không để lại gì ở {asked.folder}."
            ) from error
        except BaseException:
            _empty(data, made=made)
            raise
        (data.path / RESTORING).unlink()
    return done


def _judge(asked: Asked) -> Manifest:
    """Refuse, before anything is written, what cannot be restored here."""
    folder = asked.folder
    if folder.exists() and (not folder.is_dir() or {entry.name for entry in folder.iterdir()} - {"lost+found"}):
        raise Stop(f"Chỉ khôi phục vào thư mục trống; {folder} đã có dữ liệu. Chọn --data khác.")
    if not asked.outside.exists():
        raise Stop(f"Không có điểm niêm phong ở {asked.outside}.")
    try:
        manifest = Manifest.read(asked.backup)
        if newer := unknown_code(manifest.code, ROOT):
            raise NotWhole(f"Bản sao lưu do phiên bản mới hơn tạo ({newer[-1]}). Cập nhật mã nguồn rồi khôi phục.")
        manifest.require_keys({f"LGSP_{name.upper()}": text for name, text in asked.keys["secrets"].items()})
        with step("Kiểm tra bản sao lưu"):
            manifest.require_whole(asked.backup)
    except NotWhole as error:
        raise Stop(str(error)) from error
    return manifest


def _lay_keys(folder: Path, keys: Mapping[str, Any]) -> None:
    """Keep the keys, but for the servers' passwords, which are made anew."""
    made = {"database_password": secrets.token_hex(24), "redis_password": secrets.token_hex(24)}
    write_private(folder / "secrets.json", {**keys["secrets"], **made})
    for path, text in ((folder / "sealing" / "public", keys["sealing"]["public"]),
                       (key_file(folder), keys["sealing"].get("key", ""))):  # fmt: skip
        if text:
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")


def _copy(asked: Asked, folder: Path) -> None:
    shutil.copytree(asked.backup / FILES, folder / "files", dirs_exist_ok=True)
    if (asked.backup / ARCHIVE).is_dir():
        shutil.copytree(asked.backup / ARCHIVE, folder / "archive", dirs_exist_ok=True)
    target = folder / "checkpoints"
    target.mkdir(mode=0o700)
    found = [asked.outside] if asked.outside.is_file() else sorted(asked.outside.glob("*.txt"))
    if asked.outside.is_file() and (beside := asked.outside.with_name("revocations.txt")).is_file():
        found.append(beside)
    for path in found:
        # The sealer reads files named by months only.
        named = path.name if path.stem.isdecimal() or path.name == "revocations.txt" else "000000.txt"
        shutil.copyfile(path, target / named)
        (target / named).chmod(0o600)


def _run(asked: Asked, data: DataFolder, manifest: Manifest, begun: float) -> subprocess.CompletedProcess[str]:
    ours = {name: text for name, text in asked.given.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    instance = Instance(data, given=ours)
    assert instance.postgres is not None  # noqa: S101 -- no DATABASE_URL is given
    with step("Trải dữ liệu PostgreSQL"):
        lay_cluster(instance.postgres, asked.backup, manifest)
    with instance:
        variables = instance.environment()
        with step("Cập nhật cấu trúc cơ sở dữ liệu"):
            moved = manage(variables, "migrate", "--no-input", "--verbosity", "0")
        if moved.returncode:
            raise Stop(f"Không cập nhật được cấu trúc: {last_line(moved, '')}")
        more = ["--by", asked.by, *(["--drill"] if asked.drill else [])]
        more += ["--checkpoints", str(data.path / "checkpoints"), f"--seconds={monotonic() - begun:.1f}"]
        with step("Kiểm tra nhật ký, đối chiếu, thu hồi lại"):
            done = manage(variables, "restored", str(asked.backup), *more)
    if done.returncode not in (0, 1):
        raise Stop(last_line(done, "Không kiểm tra được bản khôi phục."))
    return done


def _empty(data: DataFolder, *, made: bool) -> None:
    """Take away what was laid out; the folder itself, too, where there was none."""
    home = data.service_home
    shutil.rmtree(home / "postgres", ignore_errors=True)
    (home / "owner").unlink(missing_ok=True)
    for entry in data.path.iterdir():
        if entry.name != "lost+found":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    if made:
        data.path.rmdir()
