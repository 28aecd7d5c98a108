"""Letters about requests for use and about grants, to each side with a link of its own (ux.md §4.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.choices import Topic
from accounts.models import Agency
from accounts.services.notices import Message, post_notices
from connections.models import AccessRequest, Grant
from connections.selectors.people import holders_of
from core.actor import Actor

ASKER, PROVIDERS, EVALUATORS, LEADERS = "asker", "providers", "evaluators", "leaders"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of an event: to whom, under which topic, in which words."""

    to: str
    topic: Topic
    subject: StrOrPromise
    body: StrOrPromise


_ASKED = gettext_lazy("%(agency)s đề nghị cho hệ thống %(system)s khai thác: %(services)s.")
LETTERS: Mapping[str, tuple[Letter, ...]] = {
    "sent": (
        Letter(ASKER, Topic.ACCESS, gettext_lazy("Đã nhận đề nghị khai thác %(code)s – %(system)s"), _ASKED),
        Letter(PROVIDERS, Topic.WORK, gettext_lazy("Cho ý kiến về đề nghị khai thác %(code)s"), _ASKED),
        Letter(EVALUATORS, Topic.WORK, gettext_lazy("Đề nghị khai thác mới %(code)s"), _ASKED),
    ),
    "withdrawn": (
        Letter(PROVIDERS, Topic.WORK, gettext_lazy("Đề nghị khai thác %(code)s đã rút"), _ASKED),
        Letter(EVALUATORS, Topic.WORK, gettext_lazy("Đề nghị khai thác %(code)s đã rút"), _ASKED),
    ),
    "opinions_in": (
        Letter(
            EVALUATORS,
            Topic.WORK,
            gettext_lazy("Đã đủ ý kiến về đề nghị khai thác %(code)s"),
            gettext_lazy("Mọi cơ quan cung cấp đã cho ý kiến; xem xét và trình quyết định."),
        ),
    ),
    "proposed": (
        Letter(
            LEADERS,
            Topic.WORK,
            gettext_lazy("Đề nghị khai thác %(code)s chờ duyệt"),
            gettext_lazy(
                "Quyết định cho từng dịch vụ của đề nghị %(code)s đã trình; %(agency)s, hệ thống %(system)s."
            ),
        ),
    ),
    "sent_back": (
        Letter(
            EVALUATORS,
            Topic.WORK,
            gettext_lazy("Đề nghị khai thác %(code)s được trả lại"),
            gettext_lazy("Lãnh đạo trả lại để xem xét thêm. Lý do ghi trên trang của đề nghị."),
        ),
    ),
    "decided": (
        Letter(
            ASKER,
            Topic.ACCESS,
            gettext_lazy("Kết quả đề nghị khai thác %(code)s – %(system)s"),
            gettext_lazy(
                "Đề nghị %(code)s đã có quyết định. Quyền được cấp: %(grants)s. "
                "Dịch vụ thu hẹp hoặc không chấp thuận có lý do và căn cứ trên cổng."
            ),
        ),
        Letter(
            PROVIDERS,
            Topic.ACCESS,
            gettext_lazy("Kết quả đề nghị khai thác %(code)s"),
            gettext_lazy("Đề nghị %(code)s của %(agency)s đã có quyết định. Quyền được cấp: %(grants)s."),
        ),
    ),
}


def announce_access(actor: Actor, access: AccessRequest, event: str, **values: str) -> None:
    """Tell each side of *event*, in the deed's transaction. Raises KeyError for an event not in the table."""
    lines = list(access.lines.select_related("service__provider"))
    known = {
        "code": str(access),
        "agency": str(access.agency),
        "system": str(access.system),
        "services": "; ".join(line.service.title for line in lines),
        **{name: value or _("không có") for name, value in values.items()},
    }
    providers = {line.service.provider_id: line.service.provider for line in lines}
    for letter in LETTERS[event]:
        for agency in _sides(letter.to, access, providers.values()):
            _post(actor, access, event, letter, agency, known)


def _sides(to: str, access: AccessRequest, providers: Iterable[Agency]) -> list[Agency | None]:
    if to == PROVIDERS:
        return list(providers)
    return [access.agency] if to == ASKER else [None]


def _post(
    actor: Actor, access: AccessRequest, event: str, letter: Letter, agency: Agency | None, known: Mapping[str, str]
) -> None:
    permission = {
        ASKER: "request.send",
        PROVIDERS: "grant.advise",
        EVALUATORS: "request.evaluate",
        LEADERS: "request.approve",
    }[letter.to]
    readers = holders_of(permission, agency.pk if agency else None)
    people = {person.pk: person for person in readers if letter.topic != Topic.WORK or person.pk != actor.user_id}
    if letter.to == ASKER:
        people.setdefault(access.created_by_id, access.created_by)
    name = "access" if agency is not None else "admin:connections_accessrequest_weigh"
    message = Message(
        event=f"access.{event}",
        topic=letter.topic,
        subject=str(letter.subject % known),
        body=str(letter.body % known),
        link=reverse(name, args=[access.pk]),
        number=access.code,
    )
    boxes = [agency.shared_mailbox] if agency is not None else []
    post_notices(message=message, agency=agency, people=list(people.values()), mailboxes=boxes)


def tell_of_grant(grant: Grant, *, event: str, subject: str, body: str) -> None:
    """Tell consumer and provider of a grant, people and shared mailboxes; *subject* and *body* are whole texts."""
    owner, provider = grant.system.owner, grant.service.provider
    contact = grant.connection.technical_contact if grant.connection else None
    sides = {owner.pk: (owner, "request.send"), provider.pk: (provider, "grant.advise")}
    for agency, permission in sides.values():
        people = {person.pk: person for person in holders_of(permission, agency.pk)}
        if agency.pk == owner.pk and contact is not None:
            people.setdefault(contact.pk, contact)
        message = Message(
            event=event, topic=Topic.ACCESS, subject=subject, body=body, link=reverse("grant", args=[grant.code])
        )
        post_notices(message=message, agency=agency, people=list(people.values()), mailboxes=[agency.shared_mailbox])
