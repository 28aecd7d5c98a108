"""Addresses of papers."""

from django.urls import path

from connections.web import printouts

urlpatterns = [
    path("ket-noi/van-ban/<int:pk>/vao-so/", printouts.register_printout, name="register_printout"),
    path("ket-noi/van-ban/<int:pk>/ban-da-ky/", printouts.signed_file, name="signed_printout"),
    path("ket-noi/van-ban/<int:pk>.<str:ending>", printouts.printout_file, name="printout_file"),
    path("xac-minh/", printouts.verify_entry, name="verify_entry"),
    path("xac-minh/<str:code>/", printouts.verify_printout, name="verify_printout"),
]
