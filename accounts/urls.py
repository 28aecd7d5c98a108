"""Addresses of people, agencies and the calendar; one list a room."""

from accounts.web import calendar_urls, pages_urls, people_urls, register_urls, signin_urls

urlpatterns = [
    *pages_urls.urlpatterns,
    *signin_urls.urlpatterns,
    *people_urls.urlpatterns,
    *register_urls.urlpatterns,
    *calendar_urls.urlpatterns,
]
