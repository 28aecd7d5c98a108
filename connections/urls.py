"""Addresses of this app; one list a room."""

from connections.web.access_urls import urlpatterns as of_grants
from connections.web.connection_urls import urlpatterns as of_connections
from connections.web.consumers_urls import urlpatterns as of_consumers
from connections.web.keys_urls import urlpatterns as of_keys
from connections.web.old_versions_urls import urlpatterns as of_versions
from connections.web.printouts_urls import urlpatterns as of_printouts
from connections.web.requests_urls import urlpatterns as of_requests

urlpatterns = [*of_requests, *of_connections, *of_printouts, *of_keys, *of_grants, *of_consumers, *of_versions]
