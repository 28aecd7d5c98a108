"""More systems of the agency of a chain, told apart by their number."""

from typing import Any

from catalog.models import InformationSystem
from core.text import fold
from tests.connections.conftest import Chain


def numbered(chain: Chain, number: int, **fields: Any) -> InformationSystem:
    """Return the system of that *number*, not yet saved."""
    name = f"Phần mềm số {number}"
    return InformationSystem(
        code=f"H60.07.HT{number:02}",
        code_base="H60.07",
        code_number=number,
        name=name,
        owner=chain.agency,
        operating_unit=chain.agency,
        search=fold(name),
        **fields,
    )
