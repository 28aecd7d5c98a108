"""What the public catalogue is searched by: a copy of published services, kept by ``catalog.services.searching``."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from catalog.choices import PersonalData, ServiceState, SharingClass, SharingMethod
from catalog.models.sectors import Sector
from catalog.models.services import DataService


class ServiceEntry(models.Model):
    """A service as the public catalogue finds it: one row for each service of which a version may be called.

    It holds nothing that is not public. The deeds that publish, change and withdraw renew it; it can be thrown away
    and made again from the services. ``title`` and ``own`` are folded words between single spaces, with a space at
    both ends: of the title, and of all the entry says itself. ``words`` are those with the words of the data elements,
    each once, and each two that stand beside each other: an index alone answers which services hold them.
    """

    service = models.OneToOneField(
        DataService, models.CASCADE, primary_key=True, related_name="entry", verbose_name=_("dịch vụ dữ liệu")
    )
    provider = models.ForeignKey(Agency, models.CASCADE, related_name="+", verbose_name=_("cơ quan cung cấp"))
    sector = models.ForeignKey(Sector, models.PROTECT, null=True, related_name="+", verbose_name=_("lĩnh vực"))
    sharing_class = models.CharField(_("mức chia sẻ"), max_length=16, choices=SharingClass.choices, blank=True)
    sharing_method = models.CharField(
        _("phương thức chia sẻ"), max_length=16, choices=SharingMethod.choices, blank=True
    )
    personal_data = models.CharField(_("dữ liệu cá nhân"), max_length=16, choices=PersonalData.choices, blank=True)
    state = models.CharField(_("tình trạng"), max_length=12, choices=ServiceState.choices)
    published_at = models.DateTimeField(_("công bố lúc"), null=True)
    title = models.TextField(default="")
    own = models.TextField(default="")
    words = SearchVectorField(editable=False)
    sort_key = models.CharField(max_length=700, default="")

    class Meta:
        verbose_name = _("mục tìm kiếm của danh mục")
        verbose_name_plural = _("mục tìm kiếm của danh mục")
        ordering = ["sort_key", "service_id"]
        indexes = [
            models.Index(fields=["sort_key", "service"], name="entry_sorted"),
            models.Index(fields=["-published_at", "sort_key"], name="entry_newest"),
            GinIndex(fields=["words"], name="entry_words"),
        ]

    def __str__(self) -> str:
        return str(self.service)


class SearchWord(models.Model):
    """A word some published service can be found by; what was mistyped is put right from these."""

    word = models.CharField(_("từ"), max_length=40, primary_key=True)

    class Meta:
        verbose_name = _("từ tìm kiếm")
        verbose_name_plural = _("từ tìm kiếm")
        ordering = ["word"]
        indexes = [GinIndex(fields=["word"], name="search_word_near", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word
