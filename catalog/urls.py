"""Addresses of the catalogue and of the register of systems."""

from django.urls import path

from catalog.web import catalogue, readiness, standards, system_list, system_people, systems

urlpatterns = [
    path("danh-muc/", catalogue.catalogue, name="catalogue"),
    path("danh-muc/<slug:code>/", catalogue.data_service, name="data_service"),
    path("tieu-chuan/", standards.standards, name="standards"),
    path("tieu-chuan/<int:pk>/", standards.standard, name="standard"),
    path("tieu-chuan/<int:pk>/ma.xlsx", standards.entries, name="standard_entries"),
    path("ke-hoach-ket-noi/", readiness.plans, name="readiness"),
    path("ke-hoach-ket-noi/xuat/", readiness.export, name="export_plans"),
    path("ke-hoach-ket-noi/chua-khai/", readiness.silent, name="agencies_silent"),
    path("ke-hoach-ket-noi/moi/", readiness.enter, name="enter_plan"),
    path("ke-hoach-ket-noi/<int:pk>/", readiness.plan, name="plan"),
    path("ke-hoach-ket-noi/<int:pk>/sua/", readiness.change, name="change_plan"),
    path("ke-hoach-ket-noi/<int:pk>/doi-ngay/", readiness.revise, name="revise_plan"),
    path("ke-hoach-ket-noi/<int:pk>/danh-gia/", readiness.assess, name="assess_plan"),
    path("ke-hoach-ket-noi/<int:pk>/bo/", readiness.drop, name="drop_plan"),
    path("he-thong/", system_list.systems, name="systems"),
    path("he-thong/xuat/", system_list.export, name="export_systems"),
    path("he-thong/moi/", systems.register, name="register_system"),
    path("he-thong/<str:code>/", systems.system, name="system"),
    path("he-thong/<str:code>/sua/", systems.change, name="change_system"),
    path("he-thong/<str:code>/lich-su/", system_people.history, name="system_history"),
    path("he-thong/<str:code>/dau-moi/<slug:side>/moi/", system_people.new_contact, name="system_contact"),
    path("he-thong/<str:code>/dau-moi/<int:pk>/thoi/", system_people.contact_ended, name="system_contact_end"),
    path("he-thong/<str:code>/ho-so-cap-do/", system_people.new_dossier, name="system_dossiers"),
    path("he-thong/<str:code>/ho-so-cap-do/<int:pk>/", system_people.dossier, name="system_dossier"),
    path("he-thong/<str:code>/viec/<slug:name>/", systems.step, name="system_step"),
]
