"""``@pytest.mark.clause("QC10.4", ...)``: which clause of the regulation a test proves.

An id the register does not know is a collection error. Every session ends with one line telling how many clauses have
a passing test; ``--clauses`` prints the table clause -> tests. Ids travel as user properties, for pytest-xdist.
"""

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator

import pytest

from core import regulation

PROPERTY = "clause"
COLLECTED = "collected"
COUNTED = {"passed", COLLECTED}
Outcomes = dict[str, dict[str, str]]
OUTCOMES = pytest.StashKey[Outcomes]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("clauses").addoption(
        "--clauses", action="store_true", help="at the end, print each clause of the regulation with its tests"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "clause(id, ...): clauses of the regulation that the test proves")
    outcomes: Outcomes = defaultdict(dict)
    config.stash[OUTCOMES] = outcomes
    config.pluginmanager.register(_Recorder(config), "clause-recorder")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    items = [item for item in report.result or () if isinstance(item, pytest.Item)]
    if faults := [fault for item in items for fault in _label(item)]:
        report.outcome = "failed"
        report.longrepr = "\n".join(faults)
        report.result = []
    return report


def _label(item: pytest.Item) -> Iterator[str]:
    """Write the item's clauses into its properties; yield what is wrong with its markers."""
    for mark in item.iter_markers("clause"):
        if not mark.args or mark.kwargs:
            yield f'{item.nodeid}: the clause marker takes ids only: @pytest.mark.clause("QC10.4")'
        for clause_id in mark.args:
            try:
                regulation.clause(clause_id)
            except regulation.UnknownClause as error:
                yield f"{item.nodeid}: {error}"
            else:
                if (PROPERTY, clause_id) not in item.user_properties:
                    item.user_properties.append((PROPERTY, clause_id))


class _Recorder:
    """Keeps the outcome of each test under the clauses it names."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.outcomes = config.stash[OUTCOMES]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if self.config.option.collectonly:
            for item in session.items:
                self._keep(item.nodeid, item.user_properties, COLLECTED)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # A test that fails or skips before its call, or breaks while cleaning up, must not count as passed.
        if report.when == "call" or report.outcome != "passed":
            self._keep(report.nodeid, report.user_properties, report.outcome)

    def _keep(self, nodeid: str, properties: Iterable[tuple[str, object]], outcome: str) -> None:
        for name, value in properties:
            if name == PROPERTY:
                self.outcomes[str(value)][nodeid] = outcome


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    outcomes = config.stash[OUTCOMES]
    if config.option.clauses:
        terminalreporter.section("clauses of the regulation")
        for line in table(outcomes):
            terminalreporter.write_line(line)
    kind = "a test" if config.option.collectonly else "a passing test"
    terminalreporter.write_line(f"clauses with {kind}: {summary(outcomes)}")


def summary(outcomes: Outcomes) -> str:
    """How many clauses are proven. A heading does not stand for the clauses below it."""
    proven = {clause_id for clause_id, tests in outcomes.items() if COUNTED & set(tests.values())}
    parts = []
    totals = [0, 0]
    for row in regulation.regulations():
        ids = {clause.id for clause in regulation.clauses(row.code) if not clause.is_heading}
        parts.append(f"{row.code} {len(ids & proven)} of {len(ids)}")
        totals = [totals[0] + len(ids & proven), totals[1] + len(ids)]
    return f"{totals[0]} of {totals[1]} ({', '.join(parts)})"


def table(outcomes: Outcomes) -> Iterator[str]:
    """Each clause in the order of the texts, with its tests below it."""
    for clause in regulation.clauses():
        tests = outcomes.get(clause.id, {})
        if clause.is_heading and not tests:
            continue
        yield f"{clause.id:<10} {clause.title}" + ("" if tests else "  (no test)")
        for nodeid, outcome in sorted(tests.items()):
            yield f"{'':<10} {nodeid}" + ("" if outcome in COUNTED else f" ({outcome})")
