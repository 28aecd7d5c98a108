"""Who may open the addresses of catalog."""

from tests.house.policies import EVERYBODY, STAFF, Page, holders

PAGES: dict[str, Page] = {
    "catalogue": ({}, EVERYBODY),
    "own_services": ({}, holders("service.edit_own")),
    "register_service": ({}, holders("service.edit_own")),
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
    "admin:catalog_messageprofile_changelist": ({}, STAFF),
    "admin:catalog_messageprofile_add": ({}, holders("service.manage")),
}
# Pages of one row, judged with own and foreign rows (test_system_pages.py, test_catalogue.py, test_staff_pages.py,
# test_service_portal.py).
ELSEWHERE: frozenset[str] = frozenset(
    {
        "data_service",
        "own_service",
        "change_own_service",
        "new_own_version",
        "own_version",
        "change_own_version",
        "own_version_step",
        "add_own_operation",
        "own_operation",
        "remove_own_operation",
        "add_own_upstream",
        "own_upstream",
        "hand_in_description",
        "own_description",
        "system",
        "change_system",
        "system_step",
        "admin:catalog_informationsystem_step",
        "admin:catalog_serviceversion_step",
        "admin:catalog_serviceversion_deprecate",
        "admin:catalog_serviceversion_hand_in",
        "admin:catalog_serviceversion_description",
        "admin:catalog_operation_step",
    }
)
