"""The register as a file: the same columns that the import reads."""

from accounts.models import Agency
from accounts.services.register_columns import COLUMNS, NEW_CODE, written
from core import clock
from core.actor import Actor
from core.sheets import write_csv, write_xlsx


def export_register(*, actor: Actor, as_csv: bool) -> tuple[str, bytes]:
    """Return file name and content of the whole register; importing it again changes nothing."""
    agencies = Agency.objects.visible_to(actor).select_related("parent", "successor")
    headers = [str(column.header) for column in COLUMNS]
    rows = [[written(column.field, getattr(agency, column.field)) for column in COLUMNS] for agency in agencies]
    name = f"danh-ba-co-quan-{clock.today():%Y-%m-%d}"
    if as_csv:
        return f"{name}.csv", write_csv(headers, rows)
    return f"{name}.xlsx", write_xlsx(headers, rows, title="Danh bạ")


def import_template() -> tuple[str, bytes]:
    """Return an empty workbook with every column an import may have."""
    headers = [str(column.header) for column in (*COLUMNS, NEW_CODE) if column.field != "successor"]
    return "mau-nhap-danh-ba.xlsx", write_xlsx(headers, [], title="Danh bạ")
