"""A description is handed in, shown as a difference, applied with a second press; a published version stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Fact
from catalog.models import ApiDescription, Operation, ServiceVersion
from catalog.selectors.descriptions import reading_of
from catalog.services.descriptions import apply, hand_in, make_next_version
from catalog.services.operations import set_operation
from catalog.services.versions import move_version, publish_version, withdraw_version
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB
from tests.catalog.openapi_samples import ANSWER, PLOTS, as_bytes, put, sound

People = Callable[..., Actor]
Drafts = Callable[..., ServiceVersion]


def handed(version: ServiceVersion, document: Any, actor: Actor = JOB) -> ApiDescription:
    return hand_in(actor=actor, version=version, file=SimpleUploadedFile("mo-ta.json", as_bytes(document)))


def seen(description: ApiDescription) -> str:
    return reading_of(description).difference.seen


def held(version: ServiceVersion) -> dict[str, dict[str, str]]:
    return {
        operation.code: dict(operation.elements.values_list("name", "data_class"))
        for operation in Operation.objects.filter(version=version)
    }


@pytest.mark.clause("QC11.2")
def test_the_difference_is_shown_before_and_applied_after(draft: Drafts) -> None:
    version = draft()
    before = held(version)
    found = handed(version, sound())
    assert held(version) == before
    difference = reading_of(found).difference
    assert [item.shown.code for item in difference.added] == ["list-plots", "get-plot"]
    assert [item.shown.code for item in difference.removed] == ["communes"]
    apply(actor=JOB, description=found, seen=difference.seen)
    fields = {"code": "public", "area": "", "owner_name": "personal", "issued_on": ""}
    assert held(version) == {"list-plots": fields, "get-plot": fields}
    assert not reading_of(found).difference
    fact = Fact.objects.get(deed="description.applied")
    assert (fact.after["added"], fact.after["removed"]) == (["list-plots", "get-plot"], ["communes"])
    assert ApiDescription.objects.get().applied_at


def test_a_refresh_shows_what_changed_and_keeps_the_classes_of_fields_that_stay(draft: Drafts) -> None:
    version = draft()
    first = handed(version, sound())
    apply(actor=JOB, description=first, seen=seen(first))
    one = Operation.objects.get(code="get-plot")
    classed = [(item.name, item.label, item.data_type, "restricted") for item in one.elements.all()]
    set_operation(actor=JOB, version=version, operation=one, elements=classed)
    document = put((*PLOTS, "summary"), "Kê thửa đất")
    schema = document["components"]["schemas"]["Plot"]["allOf"][1]["properties"]
    schema["area"]["description"] = "Diện tích (m²)"
    del schema["issued_on"]
    schema["note"] = {"type": "string", "description": "Ghi chú"}
    second = handed(version, document)
    changed = {item.shown.code: item for item in reading_of(second).difference.changed}
    assert changed["list-plots"].lines == (("Tên", "Danh sách thửa đất", "Kê thửa đất"),)
    kinds = {item.name: item.kind for item in changed["get-plot"].fields}
    assert kinds == {"area": "changed", "owner_name": "changed", "issued_on": "removed", "note": "added"}
    apply(actor=JOB, description=second, seen=seen(second))
    assert held(version)["get-plot"] == {
        "code": "restricted",
        "area": "restricted",
        "owner_name": "personal",
        "note": "",
    }
    assert Operation.objects.get(code="get-plot").pk == one.pk
    assert not reading_of(second).difference


def test_codes_and_addresses_may_change_places(draft: Drafts) -> None:
    version = draft()
    first = handed(version, sound())
    apply(actor=JOB, description=first, seen=seen(first))
    document = sound()
    document["paths"]["/plots"]["get"]["operationId"] = "get_plot"
    document["paths"]["/plots/{code}"]["get"]["operationId"] = "listPlots"
    second = handed(version, document)
    apply(actor=JOB, description=second, seen=seen(second))
    assert dict(Operation.objects.values_list("code", "template")) == {
        "get-plot": "/plots",
        "list-plots": "/plots/{code}",
    }


def test_what_was_seen_must_still_be_so(draft: Drafts) -> None:
    version = draft()
    found = handed(version, sound())
    old = seen(found)
    set_operation(
        actor=JOB, version=version, code="one", title="Một", method="GET", template="/one", elements=[("a", "A")]
    )
    facts, before = Fact.objects.count(), held(version)
    with pytest.raises(StateRefused, match="vừa thay đổi"):
        apply(actor=JOB, description=found, seen=old)
    assert (Fact.objects.count(), held(version)) == (facts, before)


def test_a_description_with_errors_is_kept_shown_and_not_applied(draft: Drafts) -> None:
    version = draft()
    found = handed(version, put((*PLOTS, "responses"), None))
    before = held(version)
    with pytest.raises(GuardRefused, match="1 lỗi"):
        apply(actor=JOB, description=found, seen=seen(found))
    assert held(version) == before
    assert not Fact.objects.filter(deed="description.applied").exists()


def test_a_file_beyond_the_bound_is_not_even_read(draft: Drafts) -> None:
    class Huge(SimpleUploadedFile):
        def read(self, *arguments: Any) -> bytes:
            raise AssertionError("read")

    file = Huge("mo-ta.json", b"{}")
    file.size = 2 * 1024 * 1024 + 1
    with pytest.raises(InvalidInput, match="2 MB"):
        hand_in(actor=JOB, version=draft(), file=file)
    assert not ApiDescription.objects.exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"swagger: '2.0'", as_bytes(put(ANSWER, {"$ref": "x.yaml"}))])
def test_a_file_that_cannot_be_read_leaves_nothing_behind(draft: Drafts, content: bytes) -> None:
    version = draft()
    facts = Fact.objects.count()
    with pytest.raises(InvalidInput) as refused:
        hand_in(actor=JOB, version=version, file=SimpleUploadedFile("mo-ta.yaml", content))
    assert set(refused.value.errors) == {"file"}
    assert (ApiDescription.objects.count(), Fact.objects.count()) == (0, facts)


def test_the_same_file_is_the_same_row_and_one_only_looked_at_goes(draft: Drafts) -> None:
    version = draft()
    first = handed(version, sound())
    assert handed(version, sound()).pk == first.pk
    second = handed(version, put(("info", "title"), "Khác"))
    assert list(ApiDescription.objects.all()) == [second]
    apply(actor=JOB, description=second, seen=seen(second))
    handed(version, sound())
    assert ApiDescription.objects.count() == 2


@pytest.mark.clause("QC11.2")
@pytest.mark.parametrize("state", ["awaiting", "published"])
def test_a_version_that_stays_shows_the_difference_and_gives_the_next_version(
    draft: Drafts, state: str, people: People
) -> None:
    version, officer = draft(), people("provider_officer", "H60.03")
    move_version(actor=JOB, version=version, step="ask")
    if state != "awaiting":
        publish_version(actor=JOB, version=version)
    found = handed(version, sound(), officer)
    before = held(version)
    with pytest.raises(StateRefused):
        apply(actor=officer, description=found, seen=seen(found))
    assert held(version) == before
    made = make_next_version(actor=officer, description=found, seen=seen(found))
    assert (made.name, made.state) == ("v2", "draft")
    assert held(version) == before
    assert held(made)["get-plot"]["code"] == "public"
    assert set(made.upstreams.values_list("environment", "base_url")) == set(
        version.upstreams.values_list("environment", "base_url")
    )
    assert made.descriptions.get().applied_at
    assert not reading_of(made.descriptions.get()).difference


def test_who_may_not_touch_the_version_hands_in_nothing(draft: Drafts, people: People) -> None:
    version = draft()
    found = handed(version, sound())
    for role, code in (
        ("provider_officer", "H60.91"),
        ("agency_officer", "H60.03"),
        ("evaluator", "H60.02"),
    ):
        stranger = people(role, code)
        for deed in (
            lambda actor: handed(version, put(("info", "title"), "Khác"), actor),
            lambda actor: apply(actor=actor, description=found, seen=seen(found)),
            lambda actor: make_next_version(actor=actor, description=found, seen=seen(found)),
        ):
            with pytest.raises(PermissionRefused):
                deed(stranger)
    assert ApiDescription.objects.count() == 1
    assert set(held(version)) == {"communes"}


def test_a_withdrawn_version_takes_no_description(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    withdraw_version(actor=JOB, version=version, reason="Thay thế")
    with pytest.raises(StateRefused):
        handed(version, sound())
    assert not ApiDescription.objects.exists()
