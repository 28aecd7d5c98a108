"""What is known of a kept file; the model that knows what the file is for inherits it."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """One file as somebody handed it in or the product made it.

    The content lies in the storage of the installation under its SHA-256; the same content is kept once, whatever it
    is called. Rows are the only way to it: an address names a row, and the row's visibility decides.
    """

    name = models.CharField(_("tên tệp"), max_length=150)
    sha256 = models.CharField(_("mã băm nội dung"), max_length=64, editable=False)
    size = models.PositiveIntegerField(_("dung lượng (byte)"), validators=[MinValueValidator(1)])
    media_kind = models.CharField(_("loại tệp"), max_length=100)
    stored_at = models.DateTimeField(_("lưu lúc"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
