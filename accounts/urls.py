"""Addresses of people, agencies and the calendar; one list a room."""

from accounts.web.calendar_urls import urlpatterns as of_calendar
from accounts.web.notices_urls import urlpatterns as of_notices
from accounts.web.pages_urls import urlpatterns as of_pages
from accounts.web.people_urls import urlpatterns as of_people
from accounts.web.register_urls import urlpatterns as of_register
from accounts.web.signin_urls import urlpatterns as of_signin

urlpatterns = [*of_pages, *of_signin, *of_people, *of_register, *of_calendar, *of_notices]
