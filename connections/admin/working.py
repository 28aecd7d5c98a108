"""The working page of a dossier: where it stands, what it says, and the steps this person may take."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from connections.admin.pages import dossier_of, staff_page
from connections.admin.step_forms import NoteOnDossierForm
from connections.choices import ENDED, State
from connections.models import ConnectionRequest
from connections.selectors.answers import lines_of, parts_of
from connections.selectors.call_story import VIEW_ALL
from connections.selectors.connections import ending_of
from connections.selectors.desk import connection_of, desk_offers, hindrance
from connections.selectors.evidence import looks_of
from connections.selectors.follow_ups import following
from connections.selectors.grants import open_holds
from connections.selectors.handovers import late_clock
from connections.selectors.people import active_mark
from connections.selectors.printouts import papers_of
from connections.selectors.requests import Turn, deadline_of, turn_of
from connections.selectors.thread import unread_in
from connections.selectors.timeline import timeline_of
from connections.selectors.trials import trial_board
from connections.services.apology import APOLOGISERS, HANDLERS
from core.admin import BaseAdmin, acting
from core.regulation import cite

EVERYTHING = "chi-tiet"
NOTES = 50
# Steps that lead a dossier on; the others stand beside them.
MAIN = frozenset(
    {"receive", "evaluate", "propose", "endorse", "approve", "set_up", "finish_tests", "confirm", "go_live"}
)
ENDING = frozenset({"place_hold", "decline_ending", "terminate"})


def working_page(admin: BaseAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show one dossier to work on."""
    dossier, actor = dossier_of(request, object_id), acting(request)
    everything, connection, turn = EVERYTHING in request.GET, connection_of(dossier), turn_of(dossier, actor)
    return staff_page(
        admin,
        request,
        "admin/connections/request.html",
        title=str(dossier),
        dossier=dossier,
        turn=turn,
        state=state_tag(dossier, turn),
        finished=dossier.state == State.LIVE,
        deadline=deadline_of(dossier),
        steps=_steps(request, dossier),
        parts=parts_of(dossier),
        lines=lines_of(dossier),
        part_checks=dossier.part_checks.select_related("checked_by"),
        looks=looks_of(dossier),
        busy=active_mark(dossier),
        notes=dossier.notes.select_related("author")[:NOTES],
        note_form=NoteOnDossierForm(),
        points=dossier.points.select_related("criterion", "asked_by", "answered_by").order_by("-round", "number"),
        evaluations=dossier.evaluations.select_related("checklist", "evaluator").prefetch_related("marks__criterion"),
        board=trial_board(actor, dossier),
        testing=hindrance(actor, dossier, "measure") is None,
        grants=dossier.grants.select_related("service__provider", "purpose"),
        connection=connection,
        holds=open_holds(connection) if connection else (),
        ending=ending_of(dossier),
        papers=papers_of(actor, dossier),
        following=following(dossier),
        replaced_by=dossier.replaced_by if dossier.state == State.LIVE else None,
        may_apologise=any(map(actor.may, APOLOGISERS)) and late_clock(dossier) is not None,
        may_write_slip=any(map(actor.may, HANDLERS)),
        timeline=timeline_of(dossier, actor, everything=everything),
        everything=everything,
        unread=unread_in(dossier, actor),
        may_bundle=actor.may(VIEW_ALL),
    )


def state_tag(dossier: ConnectionRequest, turn: Turn | None = None) -> tuple[str, str]:
    """Return the state in words and the kind of its tag; yellow only when it waits for the reader."""
    state = State(dossier.state)
    if state == State.LIVE:
        return str(state.label), "live"
    if state in ENDED:
        return str(state.label), "quiet"
    return str(state.label), "yours" if turn is not None and turn.kind == "yours" else "progress"


def _steps(request: HttpRequest, dossier: ConnectionRequest) -> list[dict[str, Any]]:
    """Return what this person may do: the main step first, what interrupts or ends the connection last."""
    offers = desk_offers(acting(request), dossier)
    main = next((offer.action for offer in offers if offer.refusal is None and offer.action in MAIN), "")
    offers.sort(key=lambda offer: (offer.action != main, offer.action in ENDING))
    return [
        {
            "offer": offer,
            "url": reverse(f"admin:connections_request_{offer.action}", args=[dossier.pk]),
            "first": offer.action == main,
            "cited": cite(offer.clause),
        }
        for offer in offers
    ]
