"""Addresses of the catalogue, of the register of systems and of an agency's own services."""

from django.urls import path

from catalog.web import (
    catalogue,
    metadata,
    provider,
    provider_descriptions,
    provider_parts,
    provider_versions,
    systems,
    wishes,
)

OWN = "dich-vu-cua-co-quan/<slug:code>/"
VERSION = f"{OWN}<slug:name>/"

urlpatterns = [
    path("danh-muc.jsonld", metadata.catalogue_jsonld, name="catalogue_jsonld"),
    path("danh-muc/", catalogue.catalogue, name="catalogue"),
    path("danh-muc/<slug:code>/", catalogue.data_service, name="data_service"),
    path("nhu-cau-du-lieu/", wishes.wishes, name="wishes"),
    path("nhu-cau-du-lieu/moi/", wishes.new, name="wish_new"),
    path("nhu-cau-du-lieu/<int:pk>/", wishes.wish, name="wish"),
    path("nhu-cau-du-lieu/<int:pk>/tra-loi/", wishes.answer, name="wish_answer"),
    path("dang-ky-dich-vu/", provider.register_service, name="register_service"),
    path("dich-vu-cua-co-quan/", provider.own_services, name="own_services"),
    path(OWN, provider.own_service, name="own_service"),
    path(f"{OWN}sua/", provider.change_own_service, name="change_own_service"),
    path(f"{OWN}phien-ban-moi/", provider_versions.new_own_version, name="new_own_version"),
    path(VERSION, provider_versions.own_version, name="own_version"),
    path(f"{VERSION}sua/", provider_versions.change_own_version, name="change_own_version"),
    path(f"{VERSION}viec/<slug:step>/", provider_versions.own_version_step, name="own_version_step"),
    path(f"{VERSION}thao-tac/", provider_parts.own_operation, name="add_own_operation"),
    path(f"{VERSION}thao-tac/<slug:operation>/", provider_parts.own_operation, name="own_operation"),
    path(f"{VERSION}thao-tac/<slug:operation>/go/", provider_parts.remove_own_operation, name="remove_own_operation"),
    path(f"{VERSION}dia-chi/", provider_parts.own_upstream, name="add_own_upstream"),
    path(f"{VERSION}dia-chi/<int:upstream>/", provider_parts.own_upstream, name="own_upstream"),
    path(f"{VERSION}openapi/", provider_descriptions.hand_in_description, name="hand_in_description"),
    path(f"{VERSION}openapi/<int:description>/", provider_descriptions.own_description, name="own_description"),
    path("he-thong/", systems.systems, name="systems"),
    path("he-thong/moi/", systems.register, name="register_system"),
    path("he-thong/<str:code>/", systems.system, name="system"),
    path("he-thong/<str:code>/sua/", systems.change, name="change_system"),
    path("he-thong/<str:code>/viec/<slug:name>/", systems.step, name="system_step"),
]
