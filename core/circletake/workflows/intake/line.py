"""The line to a backend on behalf of one job: fenced, patient, and without keys in what comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from circletake.errors import Cancelled, CircletakeError, Transient
from circletake.plugins.context import CallContext
from circletake.plugins.fence import fenced
from circletake.plugins.settings import settings_of
from circletake.workflows.intake import patience

if TYPE_CHECKING:
    from circletake.plugins.manager import Offered, PluginManager
    from circletake.protocols import Generator
    from circletake.workflows.library import Library

R = TypeVar("R")
Call = Callable[["Generator[Any]", Any, CallContext], R]
"""What is asked: ``lambda backend, settings, context: backend.poll(job, settings, context)``."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Says when work has to stop: the caller's wish, or the end of this run."""

    wished: Callable[[], bool] = lambda: False
    off: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise :class:`~circletake.errors.Cancelled` where it has to stop."""
        if self.off.is_set() or self.wished():
            raise Cancelled(next_step="circletake jobs resume")

    def pause(self, seconds: float) -> None:
        """Wait, no longer than until work has to stop."""
        self.check()
        while seconds > 0:
            self.off.wait(min(seconds, 1.0))
            seconds -= 1.0
            self.check()


class Line:
    """The line to the backend of one job."""

    def __init__(
        self,
        library: Library,
        manager: PluginManager,
        generator: str,
        switch: Switch,
        known: Callable[[str], bool] = lambda job: False,
    ) -> None:
        self._manager = manager
        self._offered: Offered[Generator[Any]] = manager.generator(generator)
        self._settings = settings_of(self._offered.item, library.settings.plugin(generator))
        self._switch = switch
        self.context = CallContext(
            generator, cancelled=lambda: switch.off.is_set() or switch.wished(), secrets=True, known=known
        )

    def once(self, call: Call[R]) -> R:
        """Ask once. Errors come without keys in them."""
        self._switch.check()
        try:
            with fenced(self._manager, self._offered):
                return call(self._offered.item, self._settings, self.context)
        except Cancelled:
            raise
        except CircletakeError as error:
            error.thing, error.reason, error.next_step = (
                self.clean(text) for text in (error.thing, error.reason, error.next_step)
            )
            error.args = (error.thing, error.reason, error.next_step)
            raise error from None

    def ask(self, call: Call[R]) -> R:
        """Ask, and again while the backend puts it off; for calls that may be repeated."""
        for tries in range(patience.TRIES - 1):
            try:
                return self.once(call)
            except Transient as later:
                self._switch.pause(patience.before_retrying(tries, later.retry_after))
        return self.once(call)

    def clean(self, text: str) -> str:
        """``text`` without the keys that were read on this line."""
        return self.context.without_secrets(text)
