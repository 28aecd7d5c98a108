"""Changes of governed rows, as the database itself saw them."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.actor import Actor


class RowChangeQuerySet(models.QuerySet["RowChange"]):
    """Reading changes."""

    def visible_to(self, actor: "Actor") -> "RowChangeQuerySet":
        """Return every change to those who read all facts, none to others."""
        return self if actor.may("facts.view") else self.none()

    def outside(self) -> "RowChangeQuerySet":
        """Return the changes no deed accounts for."""
        return self.filter(fact_id=None)


class RowChange(models.Model):
    """One change of one governed row, whichever door it came through.

    It is written by a trigger when the transaction commits, never by us; which tables are watched is listed in
    ``lgsp.governed``. ``fact_id`` is a deed of the same transaction: one about this row if there is one. Without a
    deed the row was written around the services; then role, program, address and what the writer said of himself
    remain. ``changes`` holds each column that differs as ``[before, after]``; of secret values ``{"hidden": true}`` is
    kept, of long ones their digest. Rows are never changed and never deleted: a trigger refuses it.
    """

    class Operation(models.TextChoices):
        """What was done to the row."""

        INSERT = "I", _("Tạo mới")
        UPDATE = "U", _("Sửa")
        DELETE = "D", _("Xóa")

    at = models.DateTimeField(_("thời điểm"), db_index=True)
    table = models.CharField(_("bảng"), max_length=63)
    key = models.CharField(_("mã bản ghi"), max_length=64)
    operation = models.CharField(_("loại thay đổi"), max_length=1, choices=Operation.choices)
    changes = models.JSONField(_("thay đổi"))
    fact_id = models.BigIntegerField(_("việc đã ghi"), null=True)
    role = models.CharField(_("vai trò cơ sở dữ liệu"), max_length=63)
    application = models.CharField(_("chương trình"), max_length=63, blank=True)
    address = models.GenericIPAddressField(_("địa chỉ mạng"), null=True)
    claimed = models.CharField(_("người ghi tự khai"), max_length=300, blank=True)

    objects = RowChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("thay đổi bản ghi")
        verbose_name_plural = _("thay đổi bản ghi")
        db_table = "audit_row_change"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["table", "key", "-id"], name="row_change_row"),
            models.Index(fields=["-id"], name="row_change_outside", condition=models.Q(fact_id=None)),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"

    @property
    def who(self) -> str:
        """Return who wrote, as the database knows it: what the writer said of himself, role, program and address."""
        parts = (self.claimed, self.role, self.application, self.address or "")
        return " · ".join(part for part in parts if part)
