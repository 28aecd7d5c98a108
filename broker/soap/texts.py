"""Words for parameters that cannot be used, in both languages; pure, a helper process says them too."""

from broker.messages.work import Declined

MISSING = ("còn thiếu", "is missing")
UNKNOWN = ("thao tác này không nhận", "is not taken by this operation")
TWICE = ("được gửi hai lần", "is sent twice")
NO_TEXT = ("chứa ký tự hoặc phần tử không gửi được ở đây", "holds characters or elements that cannot be sent here")


def unusable(where: str, why: tuple[str, str]) -> Declined:
    """Return the refusal of the parameter *where*."""
    return Declined("message-parameter-invalid", {"where": where[:64], "said": why[0], "said_en": why[1]})
