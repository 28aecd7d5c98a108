"""Addresses of what is said of versions that end."""

from django.urls import path

from connections.web import old_versions

urlpatterns = [
    path("phien-ban-ngung/", old_versions.old_versions, name="old_versions"),
    path("phien-ban-ngung/<slug:code>/<slug:name>/", old_versions.version_use, name="version_use"),
    path("phien-ban-ngung/<slug:code>/<slug:name>/tai-ve/", old_versions.version_use_file, name="version_use_file"),
]
