"""Where pipelines lie and what they run on, as ``[plugins.local]`` in ``circletake.toml`` says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_DEVICE = re.compile(r"auto|cpu|mps|(?:cuda|xpu)(?::\d{1,3})?")


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """Settings of the generator ``local``.

    Attributes:
        models: folders of pipelines that are known by their own names.
        device: ``auto`` takes a GPU where there is one.
        dtype: of the weights; ``auto`` is ``float32`` on a CPU and ``bfloat16`` elsewhere.
        offload: what lies outside the GPU's memory while it is not used: ``model`` moves whole
            parts of a pipeline, ``sequential`` layer by layer (slow, but fits nearly anywhere).
        tiling: decode the picture in tiles, which takes less memory and may show seams.
        download: fetch a model that is not here. Nothing reaches the network without it.
        cache: folder of downloaded models; the Hugging Face cache where empty.
    """

    models: tuple[str, ...] = ()
    device: str = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    offload: Literal["none", "model", "sequential"] = "none"
    tiling: bool = False
    download: bool = False
    cache: str = ""

    def __post_init__(self) -> None:
        """Refuse what no machine has."""
        if not _DEVICE.fullmatch(self.device):
            raise ValueError(f"device: {self.device!r} is not auto, cpu, mps, cuda or cuda:1")
