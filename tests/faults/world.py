"""What the load needs of the platform, made by its own deeds: the sample service, two systems, their keys."""

from dataclasses import dataclass

from broker.signing import Credentials

TARGET = "/api/data/administrative-units/v1/communes"


@dataclass(frozen=True, slots=True)
class Caller:
    """One system that calls: its credentials and its gate."""

    credentials: Credentials
    gate: int


def make(provider: str) -> list[Caller]:
    """Make two systems that call the sample service, answered at *provider*; Django must be set up already.

    Neither has a rate: what bounds a call is its daily quota alone, and that is counted exactly.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    from accounts.models import User
    from accounts.selectors.actors import actor_for, standings_of
    from audit.gates import announce, set_limit
    from catalog.models import ServiceVersion
    from connections.models import Grant
    from connections.services.sandbox import start_trial

    call_command("load_demo", verbosity=0)
    call_command("load_sample_service", provider=provider, verbosity=0)
    version = ServiceVersion.objects.get(service__code="administrative-units", name="v1")
    found = []
    for office in ("snnmt", "syt"):
        technician = User.objects.get(email__startswith=f"ky-thuat.{office}@")
        actor = actor_for(technician, standings_of(technician), agency_id=None)
        access = start_trial(actor=actor, version=version, name="Hệ thống thử sự cố")
        grant = access.grant
        with transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(rate_per_second=None, rate_per_minute=None)
            set_limit(grant.gate_id, 10_000_000)
            announce()
        held = Credentials(access.key.access_key, access.secret, grant.code, grant.purpose.code)
        found.append(Caller(held, grant.gate_id))
    connection.close()
    return found
