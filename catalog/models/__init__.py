"""What is shared: systems, data services and what they are made of."""

from catalog.models.data_errors import DataErrorEntry, DataErrorReport
from catalog.models.descriptions import ApiDescription
from catalog.models.documents import (
    DocumentDownload,
    DocumentRelease,
    DocumentVersion,
    PersonalRelease,
    TechnicalDocument,
)
from catalog.models.exceptions import DirectSharing, SharingReview
from catalog.models.finding import SearchWord, ServiceEntry
from catalog.models.operations import DataElement, Operation
from catalog.models.profiles import MessageProfile, ProfileUse
from catalog.models.purposes import Purpose
from catalog.models.readiness import ConnectionPlan, ReadinessAnswer, ReadinessCriterion
from catalog.models.sectors import Sector
from catalog.models.services import DataService, ServiceVersion
from catalog.models.standards import CodeListEntry, Standard
from catalog.models.system_people import SecurityDossier, SystemContact
from catalog.models.systems import InformationSystem
from catalog.models.upstreams import Upstream
from catalog.models.watched import WatchMark
from catalog.models.wishes import DataWish

__all__ = [
    "ApiDescription",
    "CodeListEntry",
    "ConnectionPlan",
    "DataElement",
    "DataErrorEntry",
    "DataErrorReport",
    "DataService",
    "DataWish",
    "DirectSharing",
    "DocumentDownload",
    "DocumentRelease",
    "DocumentVersion",
    "InformationSystem",
    "MessageProfile",
    "Operation",
    "PersonalRelease",
    "ProfileUse",
    "Purpose",
    "ReadinessAnswer",
    "ReadinessCriterion",
    "SearchWord",
    "Sector",
    "SecurityDossier",
    "ServiceEntry",
    "ServiceVersion",
    "SharingReview",
    "Standard",
    "SystemContact",
    "TechnicalDocument",
    "Upstream",
    "WatchMark",
]
