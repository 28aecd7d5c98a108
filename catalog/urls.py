"""Addresses of the catalogue and of the register of systems."""

from django.urls import path

from catalog.web import catalogue, data_errors, documents, exceptions, freshness, systems

urlpatterns = [
    path("danh-muc/", catalogue.catalogue, name="catalogue"),
    path("danh-muc/<slug:code>/", catalogue.data_service, name="data_service"),
    path("danh-muc/<slug:code>/cap-nhat/", freshness.mark, name="mark_updated"),
    path("cap-nhat-du-lieu/", freshness.freshness, name="freshness"),
    path("chia-se-truc-tiep/", exceptions.direct_sharing, name="direct_sharing"),
    path("chia-se-truc-tiep/tai-ve/", exceptions.export, name="direct_sharing_file"),
    path("sai-lech-du-lieu/", data_errors.data_errors, name="data_errors"),
    path("sai-lech-du-lieu/moi/", data_errors.new, name="new_data_error"),
    path("sai-lech-du-lieu/<slug:code>/", data_errors.data_error, name="data_error"),
    path("tai-lieu/", documents.documents, name="documents"),
    path("tai-lieu/moi/", documents.new, name="new_document"),
    path("tai-lieu/<int:pk>/", documents.document, name="document"),
    path("tai-lieu/<int:pk>/phien-ban/", documents.add_version, name="add_document_version"),
    path("tai-lieu/<int:pk>/tep/<int:version>/", documents.document_file, name="document_file"),
    path("he-thong/", systems.systems, name="systems"),
    path("he-thong/moi/", systems.register, name="register_system"),
    path("he-thong/<str:code>/", systems.system, name="system"),
    path("he-thong/<str:code>/sua/", systems.change, name="change_system"),
    path("he-thong/<str:code>/viec/<slug:name>/", systems.step, name="system_step"),
]
