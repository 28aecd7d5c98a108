"""The script of a bundle by itself: signatures and trees as the published vectors have them, alone under -I."""

import ast
import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.evidence import verify
from audit.evidence.bundle import script
from audit.evidence.ed25519 import signed
from audit.ledger import canonical
from audit.sealing import merkle
from audit.sealing.leaves import columns_of
from tests.audit.sealing.world import SIGNER

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "vectors"
pytestmark = [pytest.mark.clause("QC11.5")]

# RFC 8032, 7.1: secret keys left out; public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2"
            "4655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302ae"
            "eb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28"
            "dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_rfc_8032(public: str, message: str, signature: str) -> None:
    key, text, raw = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert signed(key, text, raw)
    assert not signed(key, text + b"x", raw)
    for place in (0, 31, 32, 63):
        assert not signed(key, text, raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])


def test_wycheproof() -> None:
    path = SHARED / "wycheproof_ed25519.json"
    if not path.exists():
        pytest.skip("the vectors do not lie beside the project; those of RFC 8032 were checked")
    seen = 0
    for group in json.loads(path.read_text())["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            valid = case["result"] == "valid"
            assert signed(public, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])) is valid, case["tcId"]
            seen += 1
    assert seen > 100


def test_points_that_are_none_verify_nothing() -> None:
    raw = bytes.fromhex(RFC_8032[0][2])
    for public in (
        b"\xff" * 32,
        (2**255 - 19).to_bytes(32, "little"),
        b"\x01" + b"\x00" * 30 + b"\x80",
        b"",
        b"\x00" * 31,
    ):
        assert not signed(public, b"", raw)


def test_trees_are_read_as_the_sealer_builds_them() -> None:
    """Every leaf of every tree up to 40 leaves, and every growth between them; nothing else is believed."""
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(40)]

    def subtree(begin: int, end: int) -> bytes:
        return merkle.root_of(leaves[begin:end])

    for size in range(1, 41):
        root = subtree(0, size)
        for index in range(size):
            path = merkle.inclusion_proof(index, size, subtree)
            assert verify.included(leaves[index], index, size, path, root)
            assert not verify.included(leaves[index], (index + 1) % size, size, path, root) or size == 1
            assert not verify.included(leaves[index], index, size, [*path, root], root)
            assert not (path and verify.included(leaves[index], index, size, path[:-1], root))
            assert not verify.included(leaves[index], index + size, size, path, root)
        for smaller in range(1, size + 1):
            path = merkle.consistency_proof(smaller, size, subtree)
            assert verify.grown(smaller, size, path, subtree(0, smaller), root)
            assert not verify.grown(smaller, size, path, b"\x00" * 32, root)
            assert not verify.grown(smaller, size, [*path, root], subtree(0, smaller), root)
    assert not verify.grown(0, 4, [], merkle.EMPTY, subtree(0, 4))


def test_the_columns_of_leaves_are_those_of_the_log() -> None:
    forms = range(1, canonical.FORMAT + 1)
    assert set(verify.COLUMNS) == {(kind, form) for kind in ("intent", "outcome", "epoch") for form in forms}
    for (kind, form), names in verify.COLUMNS.items():
        assert names == columns_of(kind, form)


def test_keys_and_notes_are_those_of_the_sealer() -> None:
    keys = verify.read_keys(f"{SIGNER.verifier}\n")
    assert keys == {SIGNER.verifier.key_id: (SIGNER.verifier.name, SIGNER.verifier.public)}
    with pytest.raises(ValueError, match=r"\+"):
        verify.read_keys(str(SIGNER.verifier).replace("+", "+0", 1))
    root = base64.b64encode(bytes(32)).decode()
    text = f"x\n7\n{root}\nnumber 3\ntime 2026-11-30T00:00:00.000000Z\n"
    line = f"\u2014 {SIGNER.verifier.name} {base64.b64encode(SIGNER.sign(text)).decode()}\n"
    note = verify.Note(f"{text}\n{line}", keys)
    assert (note.origin, note.size, note.number) == ("x", 7, 3)
    assert verify.split_notes(f"{text}\n{line}" * 2) == [f"{text}\n{line}"] * 2
    with pytest.raises(ValueError, match="chữ ký"):
        verify.Note(f"{text.replace('7', '8')}\n{line}", keys)


def test_the_script_stands_alone_and_is_old_enough() -> None:
    """It parses as Python 3.8 and imports the standard library only."""
    tree = ast.parse(script(), feature_version=(3, 8))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= set(sys.stdlib_module_names)
    assert "audit" not in imported


def run(folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """Run the script of a bundle as a third party would, with nothing of the project within reach."""
    command: list[Any] = [sys.executable, "-I", "-W", "error", str(folder / "verify.py"), *more]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env={}, check=False, timeout=60)


def test_a_folder_without_anything_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_text(script(), encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 2
    assert "thiếu tệp" in done.stdout
    assert "KHÔNG KIỂM TRA ĐƯỢC" in done.stdout
    assert done.stderr == ""
