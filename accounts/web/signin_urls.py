"""Sign-in, second step and the person's own account, under Vietnamese addresses and allauth's names."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from accounts.web import signin

urlpatterns = [
    path("dang-nhap/", account.login, name="account_login"),
    path("dang-xuat/", account.logout, name="account_logout"),
    path("dang-ky/", account.signup, name="account_signup"),
    path("tai-khoan-ngung-dung/", account.account_inactive, name="account_inactive"),
    path("xac-thuc-hai-buoc/", mfa.authenticate, name="mfa_authenticate"),
    path("xac-nhan-lai/", account.reauthenticate, name="account_reauthenticate"),
    path("xac-nhan-lai/hai-buoc/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("quen-mat-khau/", account.password_reset, name="account_reset_password"),
    path("quen-mat-khau/da-gui/", account.password_reset_done, name="account_reset_password_done"),
    path("dat-mat-khau/xong/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^dat-mat-khau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("tai-khoan/", signin.profile, name="profile"),
    path("tai-khoan/dang-xuat-moi-thiet-bi/", signin.leave_everywhere, name="end_sessions"),
    path("tai-khoan/mat-khau/", account.password_change, name="account_change_password"),
    path("tai-khoan/hai-buoc/", mfa.index, name="mfa_index"),
    path("tai-khoan/hai-buoc/thiet-lap/", never_cache(totp.activate_totp), name="mfa_activate_totp"),
    path("tai-khoan/hai-buoc/tat/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "tai-khoan/hai-buoc/ma-du-phong/",
        never_cache(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "tai-khoan/hai-buoc/ma-du-phong/tao-moi/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("phien/gia-han/", signin.session_extend, name="session_extend"),
]
