"""Home, workbench, and the switch between agencies."""

from django.urls import path

from accounts.web import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("co-quan/", pages.workbench, name="workbench"),
    path("co-quan/chuyen/", pages.switch_agency, name="switch_agency"),
]
