"""How long the files of a yearly report take to make: ``python -m bench.report_files [rounds]``.

No services are needed: figures are made up, for 150 agencies and 60 services, each pair of them a row (9,000). Tables
of more than ``MOST_PRINTED`` rows go to the workbook alone; the last line says what printing all of them would take.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("LGSP_MODE", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings.test")
for _name, _value in (("DATABASE_URL", "postgres://x:y@127.0.0.1:1/z"), ("REDIS_URL", "redis://127.0.0.1:1/0")):
    os.environ.setdefault(_name, _value)
AGENCIES, SERVICES = 150, 60


def timed(what: str, make: Callable[[], Any], rounds: int) -> Any:
    """Make it *rounds* times; print median and greatest wall clock, and the median of processor time, in seconds."""
    walls, loads, made = [], [], None
    for _round in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        made = make()
        walls.append(time.perf_counter() - began)
        loads.append(time.process_time() - used)
    told = (
        f"median {statistics.median(walls):.2f} s, most {max(walls):.2f} s, processor {statistics.median(loads):.2f} s"
    )
    print(f"{what}: {told} (n = {rounds})", flush=True)
    return made


def main(rounds: int) -> None:
    """Measure and print."""
    import django

    django.setup()
    from core.documents import docx, pdf
    from reports.documents import outline, workbook
    from reports.documents.files import render_files
    from reports.documents.periodic import compose
    from tests.reports.made_report import NARRATIVE, made_frozen, made_run

    run, frozen = made_run(), made_frozen(agencies=AGENCIES, services=SERVICES, pairs=AGENCIES * SERVICES)
    files = timed("all three files", lambda: render_files(run, frozen, NARRATIVE), rounds)
    for kind, content in files.items():
        print(f"  {kind.value}: {len(content) / 1e6:.2f} MB")
    document = timed("putting it in order", lambda: compose(run, frozen, NARRATIVE), rounds)
    timed("Word file", lambda: docx.render(document), rounds)
    timed("PDF", lambda: pdf.render(document), rounds)
    timed("workbook", lambda: workbook.render(run, frozen, NARRATIVE), rounds)
    outline.MOST_PRINTED = AGENCIES * SERVICES
    printed = compose(run, frozen, NARRATIVE)
    timed(f"Word file and PDF with {AGENCIES * SERVICES} rows printed", lambda: _both(printed, docx, pdf), 1)


def _both(document: Any, docx: Any, pdf: Any) -> None:
    docx.render(document)
    pdf.render(document)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
