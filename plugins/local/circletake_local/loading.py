"""One pipeline in memory, kept from take to take: loading takes longer than many a take."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake import PluginError
from circletake_local.asked import Asked
from circletake_local.finding import Model
from circletake_local.pipelines import Kind
from circletake_local.settings import LocalSettings

if TYPE_CHECKING:
    from circletake import Context

_LOOK_SECONDS = 0.5


@dataclass(slots=True)
class _Seat:
    """The place for a pipeline. A pipeline serves one job at a time, and memory holds one pipeline."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    key: tuple[object, ...] = ()
    pipeline: Any = None


_seat = _Seat()


@contextmanager
def loaded(
    model: Model, kind: Kind, asked: Asked, settings: LocalSettings, ctx: Context
) -> Iterator[tuple[Any, str]]:
    """The pipeline ready to be called, and the device it runs on. Others wait until it is free.

    Raises:
        PluginError: it does not load.
    """
    import torch

    while not _seat.lock.acquire(timeout=_LOOK_SECONDS):
        ctx.check_cancelled()
    try:
        device = _device(settings)
        key = (model.folder, kind.name, asked.scheduler, asked.flow_shift, device, settings)
        if _seat.key != key:
            _empty()
            ctx.progress(None, f"loading {model.name}")
            _seat.pipeline = _load(model, kind, asked, settings, device)
            _seat.key = key
        yield _seat.pipeline, device
    except torch.OutOfMemoryError as error:
        _empty()
        raise PluginError(
            "local",
            f"{model.name}: not enough memory on {settings.device}",
            'ask for a smaller size or fewer frames, or set offload = "model" in [plugins.local]',
        ) from error
    finally:
        _seat.lock.release()


def downloaded(model: str, revision: str, settings: LocalSettings) -> Path:
    """Fetch a model into the cache. Called only where the settings allow it.

    Raises:
        PluginError: it cannot be had.
    """
    from diffusers import DiffusionPipeline

    try:
        folder = DiffusionPipeline.download(
            model, revision=revision or None, cache_dir=settings.cache or None, use_safetensors=True
        )
    except (OSError, ValueError) as error:
        raise PluginError(
            "local", f"{model} cannot be downloaded: {_first_line(error)}", "circletake jobs resume"
        ) from error
    return Path(folder)


def _load(model: Model, kind: Kind, asked: Asked, settings: LocalSettings, device: str) -> Any:
    _quiet()
    try:
        pipeline = kind.loads.from_pretrained(
            str(model.folder),
            local_files_only=True,
            use_safetensors=True,  # pickled weights could run code
            dtype=_dtypes(kind, settings, device),
        )
        _schedule(pipeline, asked)
    except (OSError, ValueError, RuntimeError, TypeError, KeyError, AttributeError, ImportError) as error:
        raise PluginError(
            "local",
            f"{model.name} does not load as {kind.name}: {_first_line(error)}",
            "look at its folder, then circletake jobs resume or cancel",
        ) from error
    pipeline.set_progress_bar_config(disable=True)
    if settings.tiling and hasattr(pipeline, "vae"):
        pipeline.vae.enable_tiling()
    if settings.offload == "none" or device == "cpu":
        pipeline.to(device)
    elif settings.offload == "model":
        pipeline.enable_model_cpu_offload(device=device)
    else:
        pipeline.enable_sequential_cpu_offload(device=device)
    return pipeline


def _schedule(pipeline: Any, asked: Asked) -> None:
    import diffusers

    changed = {} if asked.flow_shift is None else _shift(pipeline, asked)
    if asked.scheduler or changed:
        scheduler = getattr(diffusers, asked.scheduler) if asked.scheduler else type(pipeline.scheduler)
        pipeline.scheduler = scheduler.from_config(pipeline.scheduler.config, **changed)


def _shift(pipeline: Any, asked: Asked) -> dict[str, float | None]:
    """The shift under the name that the scheduler in force has for it."""
    import inspect

    import diffusers

    scheduler = getattr(diffusers, asked.scheduler) if asked.scheduler else type(pipeline.scheduler)
    takes = inspect.signature(scheduler.__init__).parameters
    name = next((name for name in ("flow_shift", "shift") if name in takes), "")
    if not name:
        raise ValueError(f"flow_shift: {scheduler.__name__} has none")
    return {name: asked.flow_shift}


def _device(settings: LocalSettings) -> str:
    import torch

    if settings.device != "auto":
        return settings.device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _dtypes(kind: Kind, settings: LocalSettings, device: str) -> Any:
    import torch

    named = settings.dtype
    if named == "auto":
        named = "float32" if device == "cpu" else "bfloat16"
    dtype = getattr(torch, named)
    if kind.name.startswith("Wan") and dtype is not torch.float32:
        return {"default": dtype, "vae": torch.float32}  # as its authors run it
    return dtype


def _empty() -> None:
    """Let go of the pipeline before another is loaded."""
    import torch

    _seat.key, _seat.pipeline = (), None
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _quiet() -> None:
    """No bars of its own on stderr: progress is told through the context."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    for logging in (diffusers_logging, transformers_logging):
        logging.disable_progress_bar()
        logging.set_verbosity_error()


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
