"""What the demonstration says: a step with who takes it, under which clause, and how long it took."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from core.regulation import cite
from lgsp.demo.browser import Surprise
from lgsp.launch.terminal import say


class Teller:
    """Numbers the steps; a quiet one only counts them (the second dossier goes the same way)."""

    def __init__(self) -> None:
        self.number, self.quiet = 0, False

    @contextmanager
    def step(self, what: str, who: str, clause: str) -> Iterator[None]:
        """Announce a step; what goes wrong inside is told with its number, name and clause."""
        self.number += 1
        started = monotonic()
        try:
            yield
        except Surprise as surprise:
            raise Surprise(f"Bước {self.number} «{what}» ({who}, {cite(clause)}): {surprise}") from surprise
        if not self.quiet:
            say(f"{self.number:>3}. {what} – {who} [{cite(clause)}] ({monotonic() - started:.1f} giây)")

    def detail(self, text: str) -> None:
        """Tell something a step brought, indented below it."""
        if not self.quiet:
            for line in text.splitlines():
                say(f"       {line}")
