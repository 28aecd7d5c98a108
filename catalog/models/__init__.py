"""What is shared: systems, data services and what they are made of."""

from catalog.models.descriptions import ApiDescription
from catalog.models.finding import SearchWord, ServiceEntry
from catalog.models.operations import DataElement, Operation
from catalog.models.profiles import MessageProfile
from catalog.models.purposes import Purpose
from catalog.models.sectors import Sector
from catalog.models.services import DataService, ServiceVersion
from catalog.models.systems import InformationSystem
from catalog.models.upstreams import Upstream
from catalog.models.wishes import DataWish

__all__ = [
    "ApiDescription",
    "DataElement",
    "DataService",
    "DataWish",
    "InformationSystem",
    "MessageProfile",
    "Operation",
    "Purpose",
    "SearchWord",
    "Sector",
    "ServiceEntry",
    "ServiceVersion",
    "Upstream",
]
