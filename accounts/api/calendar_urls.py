"""API addresses of the calendar."""

from django.urls import path

from accounts.api import calendar

urlpatterns = [
    path("days-off", calendar.DaysOff.as_view(), name="api-days-off"),
    path("make-up-days", calendar.MakeUpDays.as_view(), name="api-make-up-days"),
    path("deadlines", calendar.Deadlines.as_view(), name="api-deadlines"),
]
