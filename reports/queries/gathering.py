"""Everything one report says, read once."""

from dataclasses import dataclass

from reports.queries.calls import UseFigures, use_figures
from reports.queries.catalogue import CatalogueFigures, catalogue_figures
from reports.queries.connections import AgencyRow, ConnectionFigures, agencies_without_connection, connection_figures
from reports.queries.dossiers import DossierFigures, dossier_figures
from reports.queries.window import Window, one_view


@dataclass(frozen=True, slots=True)
class Gathered:
    """The figures of one window."""

    connections: ConnectionFigures
    catalogue: CatalogueFigures
    use: UseFigures
    dossiers: DossierFigures
    unconnected: tuple[AgencyRow, ...]


def gather(window: Window) -> Gathered:
    """Read all figures of *window* as of one moment: a dozen queries, however many rows there are."""
    with one_view():
        return Gathered(
            connections=connection_figures(window),
            catalogue=catalogue_figures(window),
            use=use_figures(window),
            dossiers=dossier_figures(window),
            unconnected=agencies_without_connection(window),
        )
