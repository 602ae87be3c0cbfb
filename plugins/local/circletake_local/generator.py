"""The generator: jobs are made while they are fetched, since nothing runs here between calls.

A job costs nothing but time, so one whose process was killed is simply made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from circletake import (
    TRAINED,
    About,
    Context,
    FetchedFile,
    GenerationRequest,
    JobState,
    ModelCard,
    Phase,
    PluginError,
    RequestCheck,
    file_stem,
)
from circletake_local.asked import PARAMETERS, Asked, asked, seed_of
from circletake_local.finding import Model, all_here, at, find, is_id
from circletake_local.jobs import Job, packed, unpacked
from circletake_local.settings import LocalSettings

_EXAMPLES = {
    "Wan-AI/Wan2.1-T2V-1.3B-Diffusers": "Apache-2.0",
    "Wan-AI/Wan2.2-TI2V-5B-Diffusers": "Apache-2.0",
    "Lightricks/LTX-Video": "",
    "THUDM/CogVideoX-2b": "",
}
"""Models to begin with, and the licence of each where it is known."""


class Local:
    """Runs text- and image-to-video pipelines of diffusers on this machine."""

    about = About("local", "takes from diffusers pipelines on this machine", "1", LocalSettings)

    def models(self, settings: LocalSettings) -> Sequence[ModelCard]:
        """What is on this machine; any other folder or id can be named as well."""
        here = {model.name: model for model in all_here(settings)}
        cards = [_card(model.name, model) for model in here.values()]
        return cards + [_card(name) for name in _EXAMPLES if name not in here]

    def check(self, request: GenerationRequest, settings: LocalSettings) -> RequestCheck:
        """Look for the model and hold the request against its class; loads no weights."""
        from circletake_local.pipelines import kind_of, missing, problems, warnings

        wrong: list[str] = []
        unused = [f"{name}: not a parameter" for name in request.parameters or {} if name not in PARAMETERS]
        if lacking := missing():
            wrong.append(f"{', '.join(lacking)} not installed: pip install circletake-local")
        wanted, model = None, None
        try:
            wanted = asked(request.parameters or {})
            seed_of(request.seed)
            model = _found(request, wanted, settings)
            if model and not lacking:
                kind = kind_of(model, wanted, request.image is not None)
                wrong += problems(kind, wanted, request)
                unused += warnings(kind, request)
        except ValueError as error:
            wrong.append(str(error))
        if wanted and not model and not wrong:
            unused.append(f"{request.model}: is not here yet; it is downloaded first")
        return RequestCheck(tuple(wrong), tuple(unused), "free")

    def submit(self, request: GenerationRequest, settings: LocalSettings, ctx: Context) -> str:
        """Name the job. Nothing is made before it is fetched."""
        wrong = self.check(request, settings).problems
        if wrong:
            raise PluginError("local", wrong[0], "circletake generate --backend local")
        ctx.check_cancelled()
        model = _found(request, asked(request.parameters or {}), settings)
        return packed(Job(request, str(model.folder) if model else ""))

    def find(self, request: GenerationRequest, settings: LocalSettings, ctx: Context) -> str | None:
        """The job of a request; asking twice names it twice the same."""
        return self.submit(request, settings, ctx)

    def poll(self, job: str, settings: LocalSettings, ctx: Context) -> JobState:
        """Ready to be fetched, which is when the work is done."""
        return JobState(Phase.DONE, 1.0)

    def fetch(self, job: str, into: Path, settings: LocalSettings, ctx: Context) -> Sequence[FetchedFile]:
        """Make the clip, tell how. Heeds the person after every step of the denoising."""
        from circletake_local.pipelines import kind_of
        from circletake_local.running import run
        from circletake_local.weights import weights_of
        from circletake_local.writing import write

        ctx.check_cancelled()
        wanted = unpacked(job)
        request, parameters = wanted.request, asked(wanted.request.parameters or {})
        model = _model(wanted, parameters, settings)
        try:
            kind = kind_of(model, parameters, request.image is not None)
            ctx.progress(None, "reading the weights")
            weights = weights_of(model, ctx.check_cancelled)
        except (ValueError, OSError) as error:
            raise PluginError(
                "local", str(error), "look at the model's folder, then circletake jobs"
            ) from error
        made = run(model, kind, request, parameters, settings, ctx)
        destination = into / f"{file_stem(model.name.rpartition('/')[2])}_{request.seed}.mp4"
        write(made.frames, made.rate, parameters.quality, destination, ctx.check_cancelled)
        observed = {
            "model": model.name,
            "model_version": model.revision[:12] or f"sha256:{weights.sha256[:12]}",
            "provider": "this machine",
            "source_type": TRAINED,
            "licence": _licence(model),
        }
        settings_in_force = made.observed | {
            "quality": str(parameters.quality),
            "weights_sha256": weights.sha256,
            "revision": model.revision,
        }
        observed |= {f"param.{name}": value for name, value in settings_in_force.items()}
        return [FetchedFile(destination, {name: value for name, value in observed.items() if value})]

    def cancel(self, job: str, settings: LocalSettings, ctx: Context) -> None:
        """Nothing runs between calls."""


def _card(name: str, model: Model | None = None) -> ModelCard:
    return ModelCard(
        name=name,
        version=model.revision[:12] if model else "",
        provider="this machine",
        source_type=TRAINED,
        licence=_licence(model) if model else _EXAMPLES[name],
        uri=f"https://huggingface.co/{name}" if is_id(name) else "",
        parameters=PARAMETERS,
        source=f"{model.pipeline}, on this machine" if model else "not on this machine",
        at_once=1,
    )


def _licence(model: Model) -> str:
    return model.licence or _EXAMPLES.get(model.name, "")


def _found(request: GenerationRequest, wanted: Asked, settings: LocalSettings) -> Model | None:
    """The model of a request; ``None`` where it may be downloaded.

    Raises:
        ValueError: it is not here and may not be, or cannot be used.
    """
    model = find(request.model, wanted.revision, settings)
    if model is None and not (settings.download and is_id(request.model)):
        how = (
            f"hf download {request.model}" if is_id(request.model) else "name a folder with model_index.json"
        )
        raise ValueError(f"model {request.model!r} is not on this machine; {how}")
    return model


def _model(job: Job, wanted: Asked, settings: LocalSettings) -> Model:
    from circletake_local.loading import downloaded

    folder = Path(job.folder)
    if not job.folder:
        if not settings.download:
            raise PluginError(
                "local", f"{job.request.model} is not here", "set download = true, or cancel the job"
            )
        folder = downloaded(job.request.model, wanted.revision, settings)
    try:
        return at(folder)
    except ValueError as error:
        raise PluginError("local", str(error), "put the model back, then circletake jobs resume") from error
