"""What a door refuses for its own reasons: the size, the load, the state of the server, the shape of a body.

`errors.py` holds what is wrong with the content. `status.py` turns both into answers.
"""

from __future__ import annotations

from nextplay.errors import NextplayError


class Refusal(NextplayError):
    """Root of the refusals. The text goes to the caller: it never quotes what the caller sent."""


class BodyUnreadable(Refusal):
    """The bytes are not the message that the contract demands."""

    def __init__(self) -> None:
        """Say it without the parser's words, which may quote the body."""
        super().__init__("the body is not a message of this method's request type")


class TooLarge(Refusal):
    """The message is larger than its limit."""

    def __init__(self, what: str, limit_bytes: int) -> None:
        """Name what is too large, and the limit in bytes."""
        super().__init__(f"{what} is larger than {limit_bytes} bytes; send less")
        self.limit_bytes = limit_bytes


class Overloaded(Refusal):
    """More calls are waiting than the server answers in reasonable time."""

    def __init__(self, retry_seconds: float) -> None:
        """Tell after how many seconds to try again."""
        super().__init__("too many calls are waiting; try again later")
        self.retry_seconds = retry_seconds


class Busy(Refusal):
    """The call is one of which the server does one at a time, and one is under way."""

    def __init__(self, method: str, retry_seconds: float) -> None:
        """Name the method, as in `PreviewRulebook`, and tell after how many seconds to try again."""
        super().__init__(f"another `{method}` is under way, and one is done at a time; try again later")
        self.retry_seconds = retry_seconds


class DeadlinePassed(Refusal):
    """The call waited longer than its deadline, or than the server's cap where it had none."""

    def __init__(self) -> None:
        """Say that nothing was done."""
        super().__init__("the deadline passed before the call was answered")


class NotReady(Refusal):
    """The server has no release yet."""

    def __init__(self, retry_seconds: float = 1.0) -> None:
        """Tell after how many seconds to try again."""
        super().__init__("no release serves yet; try again later")
        self.retry_seconds = retry_seconds


class NoMemory(Refusal):
    """The call is about what is remembered, and this server remembers nothing."""

    def __init__(self, method: str) -> None:
        """Name the method, as in `RecordReaction`."""
        super().__init__(f"`{method}` needs a store, and the setting `store` of this server is `none`")


class MethodUnknown(Refusal):
    """No service of this server has the method."""

    def __init__(self) -> None:
        """Say where the contract can be read."""
        super().__init__("this server has no such method; list its services over reflection")
