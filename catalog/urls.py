"""Addresses of the catalogue and of the register of systems."""

from django.urls import path

from catalog.web import catalogue, metadata, systems, wishes

urlpatterns = [
    path("danh-muc.jsonld", metadata.catalogue_jsonld, name="catalogue_jsonld"),
    path("danh-muc/", catalogue.catalogue, name="catalogue"),
    path("danh-muc/<slug:code>/", catalogue.data_service, name="data_service"),
    path("nhu-cau-du-lieu/", wishes.wishes, name="wishes"),
    path("nhu-cau-du-lieu/moi/", wishes.new, name="wish_new"),
    path("nhu-cau-du-lieu/<int:pk>/", wishes.wish, name="wish"),
    path("nhu-cau-du-lieu/<int:pk>/tra-loi/", wishes.answer, name="wish_answer"),
    path("he-thong/", systems.systems, name="systems"),
    path("he-thong/moi/", systems.register, name="register_system"),
    path("he-thong/<str:code>/", systems.system, name="system"),
    path("he-thong/<str:code>/sua/", systems.change, name="change_system"),
    path("he-thong/<str:code>/viec/<slug:name>/", systems.step, name="system_step"),
]
