"""The staff rooms' look: unfold in the colours of the portal."""

from lgsp.env import env

IMPORT_MAX_BYTES = env("LGSP_IMPORT_MAX_MB") * 1024 * 1024
IMPORT_MAX_ROWS = env("LGSP_IMPORT_MAX_ROWS")

UNFOLD = {
    "SITE_TITLE": "LGSP Tuyên Quang",
    "SITE_HEADER": "Quản trị LGSP",
    "SITE_SUBHEADER": "Sở Khoa học và Công nghệ",
    "SITE_URL": "/",
    "SITE_SYMBOL": "hub",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "core.admin.staff_icon"}],
    "STYLES": ["core.admin.staff_sheet"],
    "SCRIPTS": ["core.admin.staff_script"],
    "ENVIRONMENT": "core.admin.environment_label",
    "COLORS": {
        "primary": {
            "50": "239 247 252",
            "100": "215 234 246",
            "200": "178 214 237",
            "300": "140 200 236",
            "400": "95 176 224",
            "500": "38 128 184",
            "600": "11 90 140",
            "700": "8 66 104",
            "800": "8 54 85",
            "900": "8 44 70",
            "950": "5 28 46",
        },
    },
}
