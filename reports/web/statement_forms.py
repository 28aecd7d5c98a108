"""Forms of statements of use: shape only; the deeds judge (QC15.5)."""

import re
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents.wording import number
from core.forms import FilesField, FilesInput, PortalForm
from core.web.typed import new_form_id
from reports.models import Statement, StatementRow
from reports.services.statements import LONG_ANSWER, LONG_EXPLANATION, MAX_FILES, MOST_CALLS

_GROUPED = re.compile(r"\d{1,3}(?:[. ]\d{3})+")
_WRONG = gettext_lazy(
    "Dịch vụ «%(service)s»: nhập số nguyên từ 0 đến 999.999.999.999, ví dụ 12.500; không ghi dấu âm, công thức, đơn vị"
)


class CountField(forms.CharField):
    """A number of calls as people write it: 0, 12500, 12.500 or 12 500; empty is None."""

    def __init__(self, *, service: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.service = service

    def clean(self, value: Any) -> int | None:
        """Return the number. Raises ValidationError for anything else."""
        text = str(super().clean(value)).strip()
        if _GROUPED.fullmatch(text):
            text = re.sub(r"[. ]", "", text)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) > MOST_CALLS:
            raise forms.ValidationError(str(_WRONG) % {"service": self.service}, code="invalid")
        return int(text)


class StatementForm(PortalForm):
    """Every row and every question; gaps are let through, the check before handing in asks for all of it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    form_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, statement: Statement, rows: list[StatementRow], *args: Any, **kwargs: Any) -> None:
        self.statement, self.rows = statement, rows
        kwargs["initial"] = {"seen": str(statement.revision), "form_id": new_form_id(), **self._stored()}
        super().__init__(*args, **kwargs)
        for row in rows:
            self._add_row(row)
        for question in statement.campaign.questions:
            self.fields[f"answer-{question['code']}"] = forms.CharField(
                label=question["text"],
                help_text=escape(question["hint"]),
                required=False,
                max_length=LONG_ANSWER,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
            # Asked for when it is handed in, not while it is being written.
            self.fields[f"answer-{question['code']}"].one_of_several = question["required"]  # type: ignore[attr-defined]
        self.fields["files"] = FilesField(
            label=_("Tài liệu kèm theo"),
            help_text=_("PDF, DOCX hoặc XLSX, tối đa %(n)s tệp. Tệp lưu cùng lúc với bản nháp.") % {"n": MAX_FILES},
            required=False,
            widget=FilesInput(attrs={"accept": ".pdf,.docx,.xlsx"}),
        )

    def _stored(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for row in self.rows:
            values[f"declared-{row.pk}"] = number(row.logged if row.declared is None else row.declared)
            values[f"explanation-{row.pk}"] = row.explanation
        for question in self.statement.campaign.questions:
            values[f"answer-{question['code']}"] = self.statement.answers.get(question["code"], "")
        return values

    def _add_row(self, row: StatementRow) -> None:
        self.fields[f"declared-{row.pk}"] = CountField(
            service=row.service.title,
            label=_("Số lượt cơ quan khai"),
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        )
        self.fields[f"explanation-{row.pk}"] = forms.CharField(
            label=_("Giải trình chênh lệch"),
            help_text=_("Bắt buộc khi số khai lệch quá %(n)s%% so với nhật ký")
            % {"n": self.statement.campaign.tolerance_percent},
            required=False,
            max_length=LONG_EXPLANATION,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        for name in (f"declared-{row.pk}", f"explanation-{row.pk}"):
            self.fields[name].one_of_several = True  # type: ignore[attr-defined]

    @property
    def row_fields(self) -> list[tuple[StatementRow, Any, Any]]:
        """Return each row with its two bound fields."""
        return [(row, self[f"declared-{row.pk}"], self[f"explanation-{row.pk}"]) for row in self.rows]

    @property
    def answer_fields(self) -> list[Any]:
        """Return the bound fields of the questions."""
        return [self[f"answer-{question['code']}"] for question in self.statement.campaign.questions]

    def given(self) -> dict[str, Any]:
        """Return what was understood, as the deed takes it; the rest stays as stored."""
        kept, rows = self.cleaned_data, {}
        for row in self.rows:
            names = (f"declared-{row.pk}", f"explanation-{row.pk}")
            if any(name in kept for name in names):
                rows[row.pk] = (kept.get(names[0], row.declared), kept.get(names[1], row.explanation))
        codes = [question["code"] for question in self.statement.campaign.questions]
        answers = {code: kept[f"answer-{code}"] for code in codes if f"answer-{code}" in kept}
        return {"rows": rows, "answers": answers}


class SubmitForm(PortalForm):
    """The representative answers for the figures."""

    committed = forms.BooleanField(
        label=gettext_lazy("Cơ quan xác nhận số liệu, nội dung báo cáo là đúng và chịu trách nhiệm về báo cáo này"),
        required=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
