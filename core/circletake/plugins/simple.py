"""One function as a whole generator: it gets a request and a folder, and returns the clip it made there."""

from __future__ import annotations

import base64
import json
import shutil
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from circletake.errors import PluginError
from circletake.model.generation import (
    TRAINED,
    FetchedFile,
    GenerationRequest,
    JobState,
    ModelCard,
    Phase,
    RequestCheck,
)
from circletake.protocols import About, Context, Generator, NoSettings

Generate = Callable[[GenerationRequest, Path], Path | str]
"""Makes one clip inside the folder it is given and returns its path."""

_MAKING = ".making"


def simple_generator(
    generate: Generate,
    *,
    name: str = "",
    models: Sequence[ModelCard] = (),
    version: str = "1",
    source_type: str = TRAINED,
) -> Generator[NoSettings]:
    """A generator that calls ``generate(request, folder)`` and takes the file it returns.

    The work is done while it is fetched. A job's id holds its whole request, so one whose
    process was killed is made again from the start, in an empty folder.

    Args:
        generate: may raise anything; what it says is told to the person as the reason.
        name: of the generator; the function's module without ``circletake_`` where empty.
        models: what can be asked for; one model of the generator's own name where empty.
        version: raised when results change.
        source_type: of the one model where ``models`` is empty; ``ALGORITHMIC`` without a trained model.
    """
    module = generate.__module__.partition(".")[0]
    called = name or module.removeprefix("circletake_file_").removeprefix("circletake_")
    summary = next(iter((generate.__doc__ or "").strip().splitlines()), "makes takes with one function")
    cards = tuple(models) or (ModelCard(called, version, called, source_type, source=summary),)
    return _Simple(About(called, summary, version, NoSettings), generate, cards)


class _Simple:
    """See :func:`simple_generator`."""

    def __init__(self, about: About[NoSettings], generate: Generate, cards: Sequence[ModelCard]) -> None:
        self.about = about
        self._generate = generate
        self._cards = cards

    def models(self, settings: NoSettings) -> Sequence[ModelCard]:
        """The cards given."""
        return self._cards

    def check(self, request: GenerationRequest, settings: NoSettings) -> RequestCheck:
        """Whether there is such a model; what the function makes of the rest is its own affair."""
        names = [card.name for card in self._cards]
        if request.model in names:
            return RequestCheck()
        return RequestCheck((f"model {request.model!r} is none of {', '.join(names)}",))

    def submit(self, request: GenerationRequest, settings: NoSettings, ctx: Context) -> str:
        """Write the request into the job's id; nothing is made yet."""
        problems = self.check(request, settings).problems
        if problems:
            raise PluginError(
                self.about.name, problems[0], f"circletake generate --backend {self.about.name}"
            )
        ctx.check_cancelled()
        packed = zlib.compress(json.dumps(request.to_json(), sort_keys=True).encode())
        return base64.urlsafe_b64encode(packed).decode()

    def find(self, request: GenerationRequest, settings: NoSettings, ctx: Context) -> str | None:
        """The same id as before: asking twice makes nothing twice."""
        return self.submit(request, settings, ctx)

    def poll(self, job: str, settings: NoSettings, ctx: Context) -> JobState:
        """Ready to be fetched, which is when the work is done."""
        return JobState(Phase.DONE, 1.0)

    def fetch(self, job: str, into: Path, settings: NoSettings, ctx: Context) -> Sequence[FetchedFile]:
        """Call the function on an empty folder, and move the clip out once it is whole.

        Raises:
            PluginError: it returned no file of that folder.
        """
        ctx.check_cancelled()
        request = GenerationRequest.from_json(json.loads(zlib.decompress(base64.urlsafe_b64decode(job))))
        making = into / _MAKING
        shutil.rmtree(making, ignore_errors=True)  # what a killed run left
        making.mkdir()
        try:
            made = self._made(self._generate(request, making), making)
            ctx.check_cancelled()
            return [FetchedFile(made.replace(into / made.name), {})]
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def cancel(self, job: str, settings: NoSettings, ctx: Context) -> None:
        """Nothing runs between calls."""

    def _made(self, returned: object, folder: Path) -> Path:
        if not isinstance(returned, (str, Path)):
            raise PluginError(self.about.name, f"returned {type(returned).__name__}, no path of a clip")
        path = folder / returned
        if not path.resolve().is_relative_to(folder.resolve()) or path.is_symlink() or not path.is_file():
            raise PluginError(
                self.about.name, f"returned {path.name}, which is no file in the folder it was given"
            )
        return path
