"""What people of a province do in rooms of the portal, done by the same deeds: run by `manage.py shell` in the root.

Prints one JSON object. PROVIDER and PERSON come from the environment.
"""

import json
import os
import sys

from django.db import transaction

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from catalog.models import DataService, Sector
from catalog.services.data_services import create_service
from catalog.services.demo import ELEMENTS, OPERATIONS, TERMS
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version
from connections.services.sandbox import start_trial
from connections.snippets import snippets_for
from core.actor import system_actor

actor = system_actor("Thử cài đặt")
with transaction.atomic():
    service = create_service(
        actor=actor, code="try", provider=Agency.objects.get(code="H60.90"), title="Dịch vụ thử cài đặt",
        summary="Trả lời lúc thử cài đặt.", data_scope="Mã và tên.", sector=Sector.objects.first(), **TERMS,
    )  # fmt: skip
    version = create_version(actor=actor, service=service, name="v1")
    for code, title, template in OPERATIONS[:1]:
        set_operation(actor=actor, version=version, code=code, title=title, method="GET", template=template,
                      record_path="data", elements=ELEMENTS)  # fmt: skip
    for environment in ("sandbox", "live"):
        place = os.environ["PROVIDER"] + ("/thu" if environment == "sandbox" else "")
        set_upstream(actor=actor, version=version, environment=environment, base_url=place, health_path="/health")
    publish_version(actor=actor, version=version)
person = User.objects.get(email=os.environ["PERSON"])
version = DataService.objects.get(code="try").versions.get()
access = start_trial(
    actor=actor_for(person, standings_of(person), agency_id=None), version=version, name="Hệ thống thử"
)
snippet = snippets_for(
    host="api.lgsp.example", access_key=access.key.access_key, grant=access.grant.code,
    purpose=access.grant.purpose.code, service="try", version="v1", method="GET", path="/communes",
)[0]  # fmt: skip
sys.stdout.write(json.dumps({"key": access.key.access_key, "secret": access.secret, "curl": snippet.text}))
