"""Addresses of this app below /api/v1/."""

from accounts.api import calendar_urls, me_urls, register_urls

urlpatterns = [*me_urls.urlpatterns, *register_urls.urlpatterns, *calendar_urls.urlpatterns]
