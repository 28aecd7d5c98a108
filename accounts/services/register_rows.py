"""The rows of a file about the register of agencies."""

from collections.abc import Sequence

from accounts.models import Agency
from accounts.services.register_columns import NEW_CODE, TABLE
from core.columns import Column
from core.sheets import Cell
from core.tables import Action, Row, refuse_twins

__all__ = ["Action", "AgencyRow", "read_row", "refuse_code_twins"]
# Fields in which a code may stand once in a file.
_POOLS = (("code", NEW_CODE.field), ("legacy_code",), ("admin_unit_code",))


class AgencyRow(Row):
    """One row of the file: what it would do, and to which agency (None: a new one)."""

    @property
    def code(self) -> str:
        """Return the code the row is about."""
        return self.key

    @property
    def agency(self) -> Agency | None:
        """Return the agency it is about."""
        found: Agency | None = self.thing
        return found

    @agency.setter
    def agency(self, found: Agency | None) -> None:
        self.thing, self.version = found, found.version if found else 0


def read_row(number: int, cells: tuple[Cell, ...], columns: Sequence[Column]) -> AgencyRow:
    """Read one row; what cannot be read is wrong in its column."""
    row = AgencyRow(TABLE, number)
    row.read(cells, columns)
    return row


def refuse_code_twins(rows: list[AgencyRow]) -> None:
    """Refuse every row whose code another row has too."""
    refuse_twins(rows, _POOLS)
