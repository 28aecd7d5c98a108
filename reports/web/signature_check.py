"""«Kiểm tra chữ ký»: a developer pastes a request and reads what the broker would check (ux.md C6, decisions 12).

Nothing is stored; a secret that was pasted is refused and not shown again.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from core import clock
from core.forms import PortalForm, show_refusal
from core.problems import DomainError
from core.tries import take_try
from reports.selectors.own_key import own_key
from reports.signatures.checking import Outcome, check, keyid_of
from reports.signatures.sent import LONGEST, holds_secret, read_sent

READ = "request.view_own"
TRIES, WITHIN = 60, timedelta(minutes=10)
_AREA = {"spellcheck": "false", "autocomplete": "off"}


class SentForm(PortalForm):
    """A request as it was sent."""

    method = forms.CharField(label=gettext_lazy("Phương thức"), max_length=10, initial="GET")
    address = forms.CharField(
        label=gettext_lazy("Địa chỉ"),
        max_length=9000,
        help_text=gettext_lazy("Đúng như gửi, kể cả phần truy vấn, ví dụ https://máy-chủ/api/data/…?limit=2"),
    )
    headers = forms.CharField(
        label=gettext_lazy("Các tiêu đề"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 7, **_AREA}),
        help_text=gettext_lazy("Mỗi dòng một tiêu đề, dạng Tên: giá trị. Không dán khóa bí mật."),
    )
    body = forms.CharField(
        label=gettext_lazy("Nội dung gửi lên"),
        max_length=200_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, **_AREA}),
    )
    body_digest = forms.CharField(
        label=gettext_lazy("Hoặc mã băm của nội dung"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("SHA-256 dạng hex hoặc base64, khi không muốn dán nội dung"),
    )
    signed_text = forms.CharField(
        label=gettext_lazy("Văn bản chương trình đã ký"),
        max_length=LONGEST,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, **_AREA}),
        help_text=gettext_lazy("Nếu có, từng dòng được so với văn bản mà nền tảng tính"),
    )
    sent_at = forms.DateTimeField(
        label=gettext_lazy("Thời điểm gửi, giờ Việt Nam"),
        required=False,
        input_formats=["%H:%M:%S %d/%m/%Y", "%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"],
        help_text=gettext_lazy("Ví dụ 09:12:30 19/03/2026. Để trống: so với bây giờ"),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a secret before anything else happens to it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        guilty = {name for name, value in self.data.items() if isinstance(value, str) and holds_secret(value)}
        if guilty:
            self.data = {name: "" if name in guilty else value for name, value in self.data.items()}
            text = _("Bạn vừa dán khóa bí mật nên nội dung ô đó không được giữ. Hãy thu hồi khóa ấy và tạo khóa mới.")
            raise forms.ValidationError(text)
        return cleaned


@require_http_methods(["GET", "POST"])
@never_cache
@needs(READ)
def signature_check(request: Any) -> HttpResponse:
    """Show the form, and below it what the broker would find in the request pasted."""
    form = SentForm(request.POST or None)
    outcome = None
    if form.is_bound and form.is_valid():
        try:
            outcome = _outcome(request, form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
    return render(request, "developer/signature_check.html", {"form": form, "outcome": outcome})


def _outcome(request: Any, given: dict[str, Any]) -> Outcome:
    # Whoever checks holds the key and learns nothing by trying: the count only bounds the work.
    person, seconds = str(request.actor.user_id), int(WITHIN.total_seconds())
    take_try("signature-check", [person], limit=TRIES, seconds=seconds, guessing=False)
    sent = read_sent(method=given["method"], address=given["address"], headers=given["headers"])
    access_key = keyid_of(sent)
    return check(
        sent,
        body=given["body"],
        body_digest=given["body_digest"],
        signed_text=given["signed_text"],
        key=own_key(request.actor, access_key) if access_key else None,
        at=given["sent_at"] or clock.now(),
        asked=given["sent_at"] is not None,
    )
