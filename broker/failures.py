"""Why a provider was not heard to the end, as the rest of the broker knows it."""

from math import ceil


class Failed(Exception):
    """The provider was not heard to the end. ``sent`` is False only when not a byte of the request left us."""

    code = "provider-unreachable"
    # Whether it speaks against the upstream itself, for its breaker; seconds after which to try again, 0: not said.
    blames = True
    retry_after = 0

    def __init__(self, *, sent: bool) -> None:
        super().__init__(self.code)
        self.sent = sent


class TimedOut(Failed):
    """The time of the service is over."""

    code = "provider-timeout"


class Unreadable(Failed):
    """What came is not HTTP, or more than its headers may hold."""

    code = "provider-answer-invalid"


class TooMuch(Failed):
    """The answer is larger than what is carried in one call."""

    code = "provider-answer-too-large"
    blames = False


class Untrusted(Failed):
    """The TLS handshake failed: its certificate is not the one expected, or it does not accept ours."""

    code = "provider-certificate"


class Forbidden(Failed):
    """The address is one the platform does not call."""

    code = "upstream-not-allowed"


class NotLoggedIn(Failed):
    """There is no token to call with; the upstream has not been asked. *code* says whose fault that is."""

    blames = False

    def __init__(self, code: str, retry_after: float) -> None:
        super().__init__(sent=False)
        self.code, self.retry_after = code, max(1, ceil(retry_after))
