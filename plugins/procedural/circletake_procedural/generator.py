"""The generator: its jobs are done the moment they are asked for, and can be fetched again and again."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from pathlib import Path

from circletake import (
    ALGORITHMIC,
    About,
    Context,
    FetchedFile,
    GenerationRequest,
    JobState,
    ModelCard,
    NoSettings,
    Phase,
    PluginError,
    RequestCheck,
)
from circletake_procedural.asked import PARAMETERS, asked, parameters

_LICENCE = "CC0-1.0"


class Procedural:
    """Draws with FFmpeg's own sources. Deterministic for a model, prompt, seed and parameters.

    A job's name holds its whole request, so nothing has to be remembered between calls.
    """

    about = About("procedural", "moving pictures by algorithm, offline", "1", NoSettings)

    def models(self, settings: NoSettings) -> Sequence[ModelCard]:
        """One model for each look."""
        from circletake_procedural.looks import LOOKS

        return [
            ModelCard(
                name=name,
                version="1.0.0",
                provider="circletake",
                source_type=ALGORITHMIC,
                licence=_LICENCE,
                parameters=PARAMETERS,
                source=str(look.__doc__).strip(),
                accepts=(),
                at_once=1,
            )
            for name, look in LOOKS.items()
        ]

    def check(self, request: GenerationRequest, settings: NoSettings) -> RequestCheck:
        """Say what cannot be drawn, and what of a request is not used."""
        from circletake_procedural.looks import LOOKS

        problems, warnings = [], []
        if request.model not in LOOKS:
            problems.append(f"model {request.model!r} is none of {', '.join(LOOKS)}")
        try:
            asked(parameters(request))
        except ValueError as error:
            problems.append(str(error))
        warnings += [
            f"{name}: not a parameter" for name in request.parameters or {} if name not in PARAMETERS
        ]
        if request.image:
            warnings.append("image: these pictures do not follow one")
        if request.negative_prompt:
            warnings.append("negative prompt: not used")
        return RequestCheck(tuple(problems), tuple(warnings), "free")

    def submit(self, request: GenerationRequest, settings: NoSettings, ctx: Context) -> str:
        """Name the job. Nothing is drawn before it is fetched."""
        problems = self.check(request, settings).problems
        if problems:
            raise PluginError("procedural", problems[0], "circletake generate --help")
        said = json.dumps(
            [request.model, request.prompt, request.seed, parameters(request)], ensure_ascii=True
        )
        return base64.urlsafe_b64encode(zlib.compress(said.encode())).decode()

    def find(self, request: GenerationRequest, settings: NoSettings, ctx: Context) -> str | None:
        """The job of a request; asking twice names it twice the same."""
        return self.submit(request, settings, ctx)

    def poll(self, job: str, settings: NoSettings, ctx: Context) -> JobState:
        """Always done."""
        return JobState(Phase.DONE, 1.0)

    def fetch(self, job: str, into: Path, settings: NoSettings, ctx: Context) -> Sequence[FetchedFile]:
        """Draw the clip into a folder and tell how."""
        from circletake_procedural.drawing import draw, picture
        from circletake_procedural.graph import described

        model, prompt, seed, values = json.loads(zlib.decompress(base64.urlsafe_b64decode(job)))
        wanted = asked(values)
        graph = picture(model, prompt, seed, wanted)
        destination = into / f"{model}_{seed or '0'}.mp4"
        draw(graph, wanted, destination, ctx.check_cancelled)
        observed = {"model_version": "1.0.0", "param.ffmpeg": _ffmpeg(), "param.graph": described(graph)}
        observed |= {f"param.{name}": value for name, value in values.items()}
        return [FetchedFile(destination, observed)]

    def cancel(self, job: str, settings: NoSettings, ctx: Context) -> None:
        """Nothing runs between calls."""


def _ffmpeg() -> str:
    import av

    return str(av.ffmpeg_version_info)
