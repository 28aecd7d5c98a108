"""Signed notes and checkpoints: as public tools read them, and nothing near them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.sealing.checkpoints import Checkpoint, Sealed, generation_of, origin_of
from audit.sealing.notes import BadNote, Signer, Verifier, open_note, split_notes, verifiers
from audit.sealing.outside import Outside, OutsideFault
from tests.audit.sealing.world import KNOWN, SIGNER

# The example of the format's authors.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6Ryy"
    "BwJnAM=\n"
)
POINT = Checkpoint(7, "log.example/x", 12, bytes(32), datetime(2026, 11, 30, 1, 2, 3, 4, UTC), b"\x01" * 32)


def test_a_note_of_other_makers_opens() -> None:
    known = verifiers([NEUMANN])
    text, verifier, _marked = open_note(SAID, known)
    assert text.endswith("problem is.\n")
    assert str(verifier) == NEUMANN


@pytest.mark.parametrize(
    "note",
    [
        SAID.replace("problem,", "problem;"),
        SAID.replace("x08go/Z", "x08go/Y"),
        SAID.replace("x08go/Z", "y08go/Z"),
        SAID.replace("\u2014 PeterNeumann", "\u2014 PeterNeumanx"),
        SAID.replace("\n\n", "\n"),
        SAID[:-8] + "\n",
        "",
        "\n\n",
    ],
)
def test_a_note_that_is_not_what_was_signed_does_not(note: str) -> None:
    with pytest.raises(BadNote):
        open_note(note, verifiers([NEUMANN]))


def test_keys_are_written_and_read() -> None:
    assert Signer.parse(SIGNER.exported()).verifier == SIGNER.verifier
    assert "KEY" not in repr(SIGNER)
    assert SIGNER.exported().split("+")[4] not in repr(SIGNER)
    for text in ("", "x", NEUMANN, "PRIVATE+KEY+a", SIGNER.exported().replace("lgsp", "lgs2"), SIGNER.exported()[:-4]):
        with pytest.raises(ValueError, match=r"key|base64|Ed25519"):
            Signer.parse(text)
    for text in ("", "a+b", NEUMANN.replace("c74f", "c74e"), NEUMANN.replace("Peter", "Peter "), NEUMANN + "AAAA"):
        with pytest.raises(ValueError, match=r"key|base64|Ed25519|id"):
            Verifier.parse(text)


def test_a_checkpoint_is_read_only_as_it_is_written() -> None:
    assert Checkpoint.parse(POINT.text) == POINT
    assert POINT.text.splitlines()[:3] == ["log.example/x", "12", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    for old, new in (("12\n", "012\n"), ("number 7", "number 07"), ("time 2026", "time 26"), ("prev ", "next ")):
        with pytest.raises(BadNote):
            Checkpoint.parse(POINT.text.replace(old, new))
    sealed = Sealed.make(POINT, SIGNER)
    assert Sealed.read(sealed.note, KNOWN) == sealed
    with pytest.raises(BadNote):
        Sealed.read(sealed.note.replace("\n12\n", "\n13\n"), KNOWN)
    with pytest.raises(BadNote):
        Sealed.read(sealed.note, verifiers([NEUMANN]))


def test_lives_of_a_log_have_origins_of_their_own() -> None:
    assert [generation_of(origin_of("a/b", life), "a/b") for life in (1, 2, 17)] == [1, 2, 17]
    for origin in ("a", "a/b/1", "a/b/x", "a/b/2/3", "b/b"):
        with pytest.raises(BadNote):
            generation_of(origin, "a/b")


def numbered(number: int, month: int = 11) -> Sealed:
    at = datetime(2026, month, 30, 1, 2, 3, 4, UTC)
    return Sealed.make(Checkpoint(number, "log.example/x", number, bytes(32), at, b"\x01" * 32), SIGNER)


def test_the_folder_keeps_notes_in_order_and_goes_on_after_a_note_cut_short(tmp_path: Path) -> None:
    folder = Outside(tmp_path / "cp")
    folder.take()
    assert folder.last(KNOWN) is None
    written = [numbered(1), numbered(2), numbered(3, 12)]
    folder.append(written)
    assert [path.name for path in folder.files()] == ["202611.txt", "202612.txt"]
    assert list(folder.notes()) == [one.note for one in written]
    assert folder.last(KNOWN) == written[2]
    path = folder.files()[1]
    whole = path.read_bytes()
    for cut in (1, 40, len(whole) - 1):
        path.write_bytes(whole + numbered(4, 12).note.encode()[:-cut])
        assert folder.last(KNOWN) == written[2]
        folder.append([numbered(4, 12)])
        assert [Sealed.read(note, KNOWN).checkpoint.number for note in folder.notes()] == [1, 2, 3, 4]
        path.write_bytes(whole)
    assert list(split_notes(["torn"])) == []


def test_the_folder_is_held_by_one(tmp_path: Path) -> None:
    one, two = Outside(tmp_path), Outside(tmp_path)
    one.take()
    with pytest.raises(OutsideFault, match="đang giữ"):
        two.take()
    one.release()
    two.take()
    two.release()
    with pytest.raises(OutsideFault, match="Chọn thư mục khác"):
        Outside(Path("/proc/nothing")).take()
