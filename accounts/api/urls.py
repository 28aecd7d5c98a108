"""Addresses of this app below /api/v1/."""

from accounts.api.calendar_urls import urlpatterns as of_calendar
from accounts.api.me_urls import urlpatterns as of_me
from accounts.api.register_urls import urlpatterns as of_register

urlpatterns = [*of_me, *of_register, *of_calendar]
