"""What is asked before a service can be tried, and what is sent when it is."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import InformationSystem, Operation, ServiceVersion
from catalog.openapi.exchanges import Exchange
from catalog.relayed import NAMED_BY_CALLER
from connections.services.live_trying import LEAST, MOST
from connections.services.trying import PLACE, Wish
from connections.web.json_faults import fault_in
from core.forms import PortalForm

WITH_BODY = ("POST", "PUT", "PATCH")
MOST_BODY = 65_536
_DEMANDED = {
    "procedure": _("Hệ thống nguồn yêu cầu nêu mã thủ tục hành chính, ví dụ 1.004946"),
    "officer": _("Hệ thống nguồn yêu cầu nêu mã cán bộ thực hiện, ví dụ cb01"),
}


class VersionField(forms.ModelChoiceField):
    """A service by its title; the newest version in force is what is tried."""

    def label_from_instance(self, obj: ServiceVersion) -> str:
        """Name service, version and provider."""
        return f"{obj.service.title} ({obj.service.code} {obj.name}) – {obj.service.provider.name}"


class StartForm(PortalForm):
    """Which service, for which system; an agency without a system names one."""

    version = VersionField(
        ServiceVersion.objects.none(), label=_("Dịch vụ dữ liệu"), empty_label=_("Chọn dịch vụ muốn thử")
    )
    system = forms.ModelChoiceField(
        InformationSystem.objects.none(),
        label=_("Hệ thống sẽ gọi"),
        to_field_name="code",
        empty_label=_("Chọn hệ thống"),
    )
    name = forms.CharField(
        label=_("Tên hệ thống sẽ gọi"),
        max_length=300,
        help_text=_("Cơ quan chưa có hệ thống nào trong sổ. Hệ thống được nhập ở dạng bản nháp, bổ sung sau."),
    )

    def __init__(
        self, versions: QuerySet[ServiceVersion], systems: list[InformationSystem], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        if not systems:
            del self.fields["system"]
            return
        del self.fields["name"]
        chosen = self.fields["system"]
        chosen.queryset = InformationSystem.objects.filter(pk__in=[item.pk for item in systems])  # type: ignore[attr-defined]
        if len(systems) == 1:
            chosen.initial, chosen.empty_label = systems[0].code, None  # type: ignore[attr-defined]


class TryForm(PortalForm):
    """Values for one operation: a field for each parameter that path or description names, and a body."""

    query = forms.CharField(
        label=_("Tham số truy vấn khác"),
        required=False,
        max_length=2000,
        strip=False,
    )

    def __init__(
        self, operation: Operation, told: Exchange, *args: Any, demanded: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.demanded = tuple(demanded)
        rest = self.fields.pop("query")
        rest.help_text = gettext("Viết như trong địa chỉ, ví dụ %(query)s") % {"query": "limit=5&offset=0"}
        known = {item.name: item for item in told.path}
        self.places = PLACE.findall(operation.template)
        for name in self.places:
            given = known.get(name)
            label = given.label if given else name
            self._add(f"path_{name}", name, label, given.example if given else "", required=True)
        self.asked = {f"query_{number}": item for number, item in enumerate(told.query)}
        for key, item in self.asked.items():
            self._add(key, item.name, item.label, item.example, required=item.required)
        self.fields["query"] = rest
        if operation.method in WITH_BODY:
            self.fields["body"] = forms.CharField(
                label=_("Nội dung gửi đi (JSON)"),
                required=False,
                max_length=MOST_BODY,
                strip=False,
                initial=told.body or "{}",
                widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code"}),
            )
        for what in self.demanded:
            self._add(what, NAMED_BY_CALLER[what], str(_DEMANDED[what]), "", required=True)

    def _add(self, key: str, name: str, label: str, example: str, *, required: bool) -> None:
        self.fields[key] = forms.CharField(
            label=name,
            required=required,
            max_length=200,
            initial=example,
            help_text=label if label != name else "",
            error_messages={"required": _("Nhập giá trị cho %(name)s") % {"name": name}},
        )

    def clean_body(self) -> str:
        """Refuse what is no JSON, and say where; nothing typed is lost."""
        text: str = self.cleaned_data["body"]
        if text.strip() and (fault := fault_in(text)):
            raise forms.ValidationError(fault)
        return text

    def wish(self) -> Wish:
        """Return what the deed takes; parameters nobody filled in are not sent."""
        given = self.cleaned_data
        pairs = [(item.name, given[key]) for key, item in self.asked.items() if given.get(key)]
        query = "&".join(filter(None, [urlencode(pairs), given.get("query", "").lstrip("?&")]))
        # Text areas write line ends in two signs.
        body = given.get("body", "").replace("\r\n", "\n")
        named = {what: given[what] for what in self.demanded}
        return Wish({name: given[f"path_{name}"] for name in self.places}, query, body, named)


class LiveForm(TryForm):
    """The same for the live environment: why, and that the person knows what it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.CharField(
            label=_("Lý do gọi môi trường chính thức"),
            min_length=LEAST,
            max_length=MOST,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Ví dụ: kiểm tra kết nối sau khi đổi khóa. Được lưu cùng tên bạn; không ghi dữ liệu cá nhân."),
            error_messages={
                "required": _("Nhập lý do gọi môi trường chính thức"),
                "min_length": _("Nêu lý do rõ hơn, ít nhất %(limit_value)d ký tự"),
            },
        )
        self.fields["knows"] = forms.BooleanField(
            label=_("Tôi biết đây là dữ liệu thật; cuộc gọi được ghi tên tôi"),
            error_messages={"required": _("Đánh dấu để xác nhận trước khi gửi")},
        )
