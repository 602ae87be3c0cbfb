"""One run of a pipeline: frames out, and what was observed while they were made."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake import GenerationRequest, PluginError
from circletake_local.asked import Asked, seed_of
from circletake_local.finding import Model
from circletake_local.loading import loaded
from circletake_local.pipelines import Kind, versions
from circletake_local.settings import LocalSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from circletake import Context


@dataclass(frozen=True, slots=True)
class Run:
    """What a pipeline made.

    Attributes:
        frames: uint8 (n, height, width, 3), RGB.
        rate: frames a second.
        observed: settings in force, without ``param.``.
    """

    frames: NDArray[np.uint8]
    rate: Fraction
    observed: dict[str, str]


def run(
    model: Model, kind: Kind, request: GenerationRequest, asked: Asked, settings: LocalSettings, ctx: Context
) -> Run:
    """Make the frames of one take.

    The noise is drawn on the CPU whatever the device, so that a seed means the same noise everywhere.

    Raises:
        PluginError: the pipeline refuses, runs out of memory, or makes what is no picture.
    """
    import torch

    with loaded(model, kind, asked, settings, ctx) as (pipeline, device):
        said = _call(kind, request, asked)
        if "callback_on_step_end" in kind.takes:
            said["callback_on_step_end"] = _Steps(ctx)
        said["generator"] = torch.Generator("cpu").manual_seed(seed_of(request.seed))
        ctx.progress(0.0, "making the first step")
        try:
            made = pipeline(**said, output_type="np")
        except ValueError as error:
            raise PluginError(
                "local", f"{kind.name} refuses: {str(error)[:300]}", "circletake jobs cancel JOB"
            ) from error
        finally:
            pipeline.maybe_free_model_hooks()
        ctx.check_cancelled()
        frames = _pictures(made.frames)
        if getattr(made, "audio", None) is not None:
            ctx.warn("sound", f"{kind.name} made sound too; it is not kept")
        rate = kind.rate(asked)
        return Run(frames, rate, _observed(pipeline, kind, said, frames, rate) | {"device": _said(device)})


class _Steps:
    """Called by the pipeline after each step: tells it, and stops where the person did."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def __call__(self, pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        self._ctx.check_cancelled()
        steps = max(int(getattr(pipeline, "num_timesteps", 0) or 0), step + 1)
        self._ctx.progress((step + 1) / steps, f"step {step + 1} of {steps}")
        return tensors


def _call(kind: Kind, request: GenerationRequest, asked: Asked) -> dict[str, Any]:
    """What the pipeline is called with: of all that is asked, what it takes."""
    wanted: dict[str, Any] = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt or None,
        "width": asked.size and asked.size[0],
        "height": asked.size and asked.size[1],
        "num_frames": asked.frames,
        "num_inference_steps": asked.steps,
        "guidance_scale": asked.guidance,
    }
    for name in ("frame_rate", "fps"):
        own = kind.default(name)
        if asked.fps and own is not None:
            wanted[name] = int(asked.fps) if asked.fps.denominator == 1 else float(asked.fps)
    said = {name: value for name, value in wanted.items() if value is not None and name in kind.takes}
    if request.image and "image" in kind.takes:
        said["image"] = _still(request.image, kind, asked)
    return said


def _still(path: Path, kind: Kind, asked: Asked) -> Any:
    """The still, upright and cropped to the clip's shape: pipelines would squeeze it."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise PluginError(
            "local",
            f"{path.name} cannot be read as a picture ({type(error).__name__})",
            "give another --image",
        ) from error
    size = asked.size or (kind.default("width"), kind.default("height"))
    if isinstance(size[0], int) and isinstance(size[1], int):
        return ImageOps.fit(picture, (size[0], size[1]))
    return picture


def _pictures(made: Any) -> NDArray[np.uint8]:
    """The first clip of what a pipeline returned, as 8-bit RGB.

    Raises:
        PluginError: it is no clip, or its numbers are none.
    """
    import numpy as np

    clip = np.asarray(made[0])
    if clip.ndim != 4 or clip.shape[3] != 3 or not len(clip):
        raise PluginError(
            "local", f"what came has the shape {clip.shape}, no clip", "circletake jobs cancel JOB"
        )
    if not np.isfinite(clip).all():
        raise PluginError(
            "local", "the picture came out as no numbers (NaN)", 'set dtype = "float32" in [plugins.local]'
        )
    even = clip[:, : clip.shape[1] // 2 * 2, : clip.shape[2] // 2 * 2]
    return np.ascontiguousarray((even * 255).round().clip(0, 255).astype(np.uint8))


def _observed(
    pipeline: Any, kind: Kind, said: dict[str, Any], frames: NDArray[np.uint8], rate: Fraction
) -> dict[str, str]:
    def in_force(name: str) -> str:
        value = said.get(name, kind.default(name))
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    scheduler = pipeline.scheduler
    shift = scheduler.config.get("flow_shift", scheduler.config.get("shift"))
    main = getattr(pipeline, "transformer", None) or getattr(pipeline, "unet", None)
    known = {
        "pipeline": type(pipeline).__name__,
        "scheduler": type(scheduler).__name__,
        "flow_shift": "" if shift is None else f"{shift:g}",
        "steps": in_force("num_inference_steps"),
        "guidance": in_force("guidance_scale"),
        "size": f"{frames.shape[2]}x{frames.shape[1]}",
        "frames": str(len(frames)),
        "fps": str(rate),
        "dtype": str(getattr(main, "dtype", "")).removeprefix("torch."),
        **versions(),
    }
    return {name: value for name, value in known.items() if value}


def _said(device: str) -> str:
    """A device by its name: results differ from one to the next."""
    if not device.startswith("cuda"):
        return device
    import torch

    return f"{device} ({torch.cuda.get_device_name(device)})"
