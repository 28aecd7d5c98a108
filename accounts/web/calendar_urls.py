"""Addresses of the calendar."""

from django.urls import path

from accounts.web import calendar

urlpatterns = [path("lich-lam-viec/", calendar.calendar, name="calendar")]
