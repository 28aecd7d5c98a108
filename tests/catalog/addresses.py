"""Who may open the addresses of catalog."""

from tests.house.policies import EVERYBODY, STAFF, Page, holders

PAGES: dict[str, Page] = {
    "catalogue": ({}, EVERYBODY),
    "catalogue_jsonld": ({}, EVERYBODY),
    "wishes": ({}, holders("request.view_own", "service.view_all", "service.edit_own")),
    "wish_new": ({}, holders("request.draft")),
    "systems": ({}, holders("system.view_own", "system.view_all")),
    "register_system": ({}, holders("system.edit_own")),
    "admin:catalog_informationsystem_changelist": ({}, holders("system.view_all")),
    "admin:catalog_informationsystem_add": ({}, holders("system.manage")),
    "admin:catalog_dataservice_changelist": ({}, holders("service.view_all")),
    "admin:catalog_dataservice_add": ({}, holders("service.manage")),
    "admin:catalog_serviceversion_changelist": ({}, holders("service.view_all")),
    "admin:catalog_serviceversion_add": ({}, holders("service.manage")),
    "admin:catalog_operation_changelist": ({}, holders("service.view_all")),
    "admin:catalog_operation_add": ({}, holders("service.manage")),
    "admin:catalog_upstream_changelist": ({}, holders("service.view_all")),
    "admin:catalog_upstream_add": ({}, holders("service.manage")),
    "admin:catalog_purpose_changelist": ({}, STAFF),
    "admin:catalog_purpose_add": ({}, holders("service.manage")),
    "admin:catalog_sector_changelist": ({}, STAFF),
    "admin:catalog_sector_add": ({}, holders("service.manage")),
    "admin:catalog_messageprofile_changelist": ({}, STAFF),
    "admin:catalog_messageprofile_add": ({}, holders("service.manage")),
}
# Pages of one row, judged with own and foreign rows (test_catalogue.py and the tests of each page).
ELSEWHERE: frozenset[str] = frozenset(
    {
        "data_service",
        "wish",
        "wish_answer",
        "system",
        "change_system",
        "system_step",
        "admin:catalog_informationsystem_step",
        "admin:catalog_serviceversion_step",
        "admin:catalog_operation_step",
    }
)
