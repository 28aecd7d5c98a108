"""Addresses about people."""

from django.urls import path

from accounts.web import invitation, people, role_changes

urlpatterns = [
    path("co-quan/nguoi-dung/", people.people, name="people"),
    path("co-quan/nguoi-dung/moi/", people.invite_person, name="invite"),
    path("co-quan/nguoi-dung/vai-tro/<int:pk>/thoi/", people.end, name="end_membership"),
    path("co-quan/nguoi-dung/vai-tro/<int:pk>/gia-han/", people.extend, name="extend_membership"),
    path("co-quan/nguoi-dung/loi-moi/<int:pk>/thu-hoi/", people.withdraw, name="withdraw_invitation"),
    path("co-quan/nguoi-dung/loi-moi/<int:pk>/gui-lai/", people.renew, name="renew_invitation"),
    path("co-quan/vai-tro/", role_changes.role_changes, name="role_changes"),
    path("co-quan/nguoi-dung/vai-tro/<int:pk>/xac-thuc/", people.reset, name="reset_second_step"),
    path("co-quan/vai-tro/xac-thuc/", role_changes.propose_reset, name="propose_second_step_reset"),
    path("co-quan/vai-tro/<int:pk>/", role_changes.decide, name="decide_role_change"),
    path("loi-moi/<str:token>/", invitation.accept, name="invitation"),
]
