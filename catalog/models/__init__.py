"""What is shared: systems, data services and what they are made of."""

from catalog.models.operations import DataElement, Operation
from catalog.models.profiles import MessageProfile
from catalog.models.purposes import Purpose
from catalog.models.readiness import ConnectionPlan, ReadinessAnswer, ReadinessCriterion
from catalog.models.sectors import Sector
from catalog.models.services import DataService, ServiceVersion
from catalog.models.standards import CodeListEntry, Standard
from catalog.models.system_people import SecurityDossier, SystemContact
from catalog.models.systems import InformationSystem
from catalog.models.upstreams import Upstream

__all__ = [
    "CodeListEntry",
    "ConnectionPlan",
    "DataElement",
    "DataService",
    "InformationSystem",
    "MessageProfile",
    "Operation",
    "Purpose",
    "ReadinessAnswer",
    "ReadinessCriterion",
    "Sector",
    "SecurityDossier",
    "ServiceVersion",
    "Standard",
    "SystemContact",
    "Upstream",
]
