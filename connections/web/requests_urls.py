"""Addresses of dossiers in the portal."""

from django.urls import path

from connections.web import (
    answering,
    attachments,
    beginning,
    declarations,
    dossier,
    lines,
    lookup,
    parts,
    requests,
    sending,
    thread,
    trials,
)

urlpatterns = [
    path("tra-cuu/", lookup.lookup, name="lookup"),
    path("ket-noi/", requests.requests, name="requests"),
    path("ket-noi/moi/", beginning.begin, name="begin_request"),
    path("ket-noi/dang-mo/<int:pk>/cam-ket/", declarations.declare, name="declare_security"),
    path("ket-noi/<int:pk>/", dossier.show, name="request"),
    path("ket-noi/<int:pk>/trao-doi/", thread.thread, name="request_thread"),
    path("ket-noi/<int:pk>/trao-doi/tep/<int:file>/", thread.thread_file, name="request_thread_file"),
    path("ket-noi/<int:pk>/tai-lieu/", dossier.documents, name="request_documents"),
    path("ket-noi/<int:pk>/cac-lan-gui/", dossier.versions, name="request_versions"),
    path("ket-noi/<int:pk>/lich-su/", dossier.history, name="request_history"),
    path("ket-noi/<int:pk>/lap-theo/", beginning.copy, name="copy_request"),
    path("ket-noi/<int:pk>/tiep-theo/", beginning.follow_up, name="follow_request"),
    path("ket-noi/<int:pk>/tep/<int:file>/", attachments.request_file, name="request_file"),
    path("ket-noi/<int:pk>/phan/<slug:slug>/", parts.part, name="request_part"),
    path("ket-noi/<int:pk>/dich-vu/", lines.choose_service, name="choose_service"),
    path("ket-noi/<int:pk>/dich-vu/<slug:code>/", lines.line, name="request_line"),
    path("ket-noi/<int:pk>/dich-vu/<slug:code>/bo/", lines.remove_line, name="remove_line"),
    path("ket-noi/<int:pk>/kiem-tra/", sending.check, name="check_request"),
    path("ket-noi/<int:pk>/da-gui/", sending.sent, name="request_sent"),
    path("ket-noi/<int:pk>/hoan-thien/", answering.answer, name="answer_completion"),
    path("ket-noi/<int:pk>/kiem-thu/", trials.trial, name="trial"),
    path("ket-noi/<int:pk>/rut/", sending.withdraw_request, name="withdraw_request"),
    path("ket-noi/<int:pk>/xoa/", sending.discard, name="discard_request"),
]
