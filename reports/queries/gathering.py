"""Everything one report says, read once."""

from collections.abc import Mapping
from dataclasses import dataclass

from incidents.selectors.violations import ViolationCounts, violation_counts
from reports.queries.agencies import AgencyThen, agencies_then
from reports.queries.availability import AvailabilityFigures, availability_figures
from reports.queries.calls import UseFigures, use_figures
from reports.queries.campaigns import CampaignFigures, campaign_figures
from reports.queries.catalogue import CatalogueFigures, catalogue_figures
from reports.queries.connections import ConnectionFigures, Coverage, connection_figures, coverage
from reports.queries.dossiers import DossierFigures, dossier_figures
from reports.queries.duties import ErrorFigures, SharingFigures, error_figures, sharing_figures
from reports.queries.feedback import FeedbackFigures, feedback_figures
from reports.queries.funding import FundingFigures, funding_figures
from reports.queries.grants import GrantFigures, grant_figures
from reports.queries.incidents import IncidentFigures, incident_figures
from reports.queries.training import TrainingFigures, training_figures
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class Gathered:
    """The figures of one window."""

    window: Window
    agencies: Mapping[int, AgencyThen]
    connections: ConnectionFigures
    catalogue: CatalogueFigures
    use: UseFigures
    dossiers: DossierFigures
    coverage: Coverage
    incidents: IncidentFigures
    violations: ViolationCounts
    sharing: SharingFigures
    errors: ErrorFigures
    grants: GrantFigures
    availability: AvailabilityFigures
    campaigns: CampaignFigures
    funding: FundingFigures
    training: TrainingFigures
    feedback: FeedbackFigures


def gather(window: Window, *, whole: bool = True) -> Gathered:
    """Read all figures of *window*: a fixed number of queries, however many rows there are.

    Not *whole*: without what only tables and charts show. The caller holds one view of the database.
    """
    agencies = agencies_then(window) if whole else {}
    use = use_figures(window, agencies, whole=whole)
    return Gathered(
        window=window,
        agencies=agencies,
        connections=connection_figures(window),
        catalogue=catalogue_figures(window),
        use=use,
        dossiers=dossier_figures(window),
        coverage=coverage(window),
        incidents=incident_figures(window),
        violations=violation_counts(window.since, window.until),
        sharing=sharing_figures(window),
        errors=error_figures(window),
        grants=grant_figures(window, use.used),
        availability=availability_figures(window),
        campaigns=campaign_figures(window),
        funding=funding_figures(window),
        training=training_figures(window),
        feedback=feedback_figures(window),
    )
