"""Whether a structure can judge the messages of an operation, by the form of both (QC4.9). Pure."""

from django.utils.translation import gettext as _

from catalog.choices import MessageForm, ProfileForm

_JUDGES = {ProfileForm.JSON_SCHEMA.value: MessageForm.JSON, ProfileForm.XSD.value: MessageForm.XML}


def misfit(profile_form: str, *, message_form: str, soap: bool) -> str:
    """Return why a structure in *profile_form* can judge no message of an operation, "" where it can.

    *message_form* is what the version's source system takes; of one that answers by SOAP (*soap*) the broker judges
    the JSON its callers speak.
    """
    judged = _JUDGES[profile_form]
    if soap:
        if judged == MessageForm.JSON:
            return ""
        return _("Hệ thống nguồn trả lời thao tác này bằng SOAP nên thông điệp được kiểm tra dạng JSON")
    if message_form in (MessageForm.RAW, judged):
        return ""
    text = _("Cấu trúc này kiểm tra thông điệp dạng %(judged)s, còn hệ thống nguồn của phiên bản dùng dạng %(taken)s")
    return text % {"judged": judged.label, "taken": MessageForm(message_form).label}
