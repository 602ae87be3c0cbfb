"""What can go wrong, said once and the same way everywhere.

Each error names the thing, the reason and the next step, so that the command
line can print it in one or two lines without a traceback.
"""

from __future__ import annotations


class CircletakeError(Exception):
    """A failure a person can act on.

    Args:
        thing: what it happened to: a file, a take, a plugin, a setting.
        reason: why, in the words of somebody who has to fix it.
        next_step: what to do now; may be empty where there is nothing to do.
    """

    def __init__(self, thing: str, reason: str, next_step: str = "") -> None:
        self.thing = thing
        self.reason = reason
        self.next_step = next_step
        super().__init__(thing, reason, next_step)

    def __str__(self) -> str:
        said = f"{self.thing}: {self.reason}"
        return f"{said}; {self.next_step}" if self.next_step else said


class LibraryError(CircletakeError):
    """The library, its registry or its media store cannot do what was asked."""


class NotFound(CircletakeError):
    """A take, shot, stack, cut or file that was named does not exist."""


class BadInput(CircletakeError):
    """An argument, table, settings file or picks file that makes no sense."""


class MediaError(CircletakeError):
    """A media file that cannot be read or written."""


class SigningError(CircletakeError):
    """A file could not be signed; nothing was put in its place."""


class KeyProblem(CircletakeError):
    """A key or certificate is missing, unsafe, expired or not acceptable."""


class PluginError(CircletakeError):
    """A plugin is missing, blocked, or failed in a call."""


class PluginFault(PluginError):
    """A plugin failed in a way it did not foresee, so nobody knows how far it came."""


class Transient(PluginError):
    """A backend cannot do it now and did nothing; asking again later may help.

    Args:
        retry_after: seconds the backend wishes to be left alone, ``None`` where it does not say.
    """

    def __init__(
        self, thing: str, reason: str, next_step: str = "", retry_after: float | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(thing, reason, next_step)


class Unanswered(PluginError):
    """Nobody can tell whether a backend got a request: its answer was lost, or it has no list to look in."""


class LeaseLost(LibraryError):
    """Another process took a job over; this one leaves it alone."""


class Cancelled(CircletakeError):
    """The person stopped the work.

    Attributes:
        kept: what is left of it; for most work that can be resumed, what was finished.
    """

    def __init__(
        self, thing: str = "stopped", next_step: str = "", *, kept: str = "what was finished is kept"
    ) -> None:
        self.kept = kept
        super().__init__(thing, "cancelled", next_step)
