"""Addresses of connections in the portal."""

from django.urls import path

from connections.web import connection, connection_deeds

PLACE = "ket-noi/dang-mo/<int:pk>/"

urlpatterns = [
    path("ket-noi/dang-mo/", connection.connections, name="connections"),
    path(PLACE, connection.connection, name="connection"),
    path(f"{PLACE}tam-dung/<slug:side>/", connection_deeds.place, name="place_hold"),
    path(f"{PLACE}khoi-phuc/<slug:side>/", connection_deeds.lift, name="lift_hold"),
    path(f"{PLACE}huy/", connection_deeds.ask, name="ask_ending"),
    path(f"{PLACE}huy/rut/", connection_deeds.take_back, name="withdraw_ending"),
    path(f"{PLACE}dau-moi/", connection_deeds.contact, name="replace_contact"),
]
