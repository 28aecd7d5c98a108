"""First step of every process the launcher starts: note it down, tie it to the launcher's life, become the command.

Run as a script by any Python, before packages exist (``python -I -S tether.py PARENT SIGNAL NOTE USER COMMAND …``; a
dash for no note, no change of user). The kernel sends SIGNAL when the launcher dies, however it dies; the note lets
the next launcher end what outlived that. Standard library only, and nothing of ours: it must start in milliseconds.
"""

import os
import sys
from contextlib import suppress

with suppress(ImportError):  # a Python built without it: the note alone remains
    import ctypes

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Never returns: the process becomes the command, or ends because its launcher is gone."""
    parent, kind, note, user, *command = arguments
    if note != "-":
        _write(note, f"{os.getpid()} {kind} {os.environ.get('LGSP_LAUNCH', '')}")
    if user != "-":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    _die_with_parent(int(kind))
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 -- the launcher's own command, no shell


def _write(note: str, text: str) -> None:
    partial = f"{note}.partial"
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    os.replace(partial, note)


def _die_with_parent(kind: int) -> None:
    """Linux only; elsewhere the note alone remains. Asked for after the change of user, which would undo it."""
    if sys.platform == "linux":
        with suppress(NameError, OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, kind)


if __name__ == "__main__":
    main(sys.argv[1:])
