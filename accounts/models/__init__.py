"""Who exists: people, agencies, roles held; and the calendar by which they are held to account."""

from accounts.models.agencies import Agency, AgencyCode
from accounts.models.calendar import DayOff, DeadlinePolicy, MakeUpDay, OfficeHours, RegulationPeriod
from accounts.models.letters import Letter
from accounts.models.memberships import Invitation, Membership, RoleChange
from accounts.models.notices import Digest, MailChoice, Notice
from accounts.models.people import User

__all__ = [
    "Agency",
    "AgencyCode",
    "DayOff",
    "DeadlinePolicy",
    "Digest",
    "Invitation",
    "Letter",
    "MailChoice",
    "MakeUpDay",
    "Membership",
    "Notice",
    "OfficeHours",
    "RegulationPeriod",
    "RoleChange",
    "User",
]
