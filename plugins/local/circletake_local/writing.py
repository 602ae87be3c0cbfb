"""From frames to a file: H.264 of high quality, BT.709, whole or not there at all."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BT709, _LIMITED = 1, 1


def write(
    frames: NDArray[np.uint8], rate: Fraction, quality: int, destination: Path, cancelled: Callable[[], None]
) -> None:
    """Encode frames to an MP4 that appears under its name once it is whole.

    Two encoder threads, always: their number is part of what decides the bytes.

    Args:
        frames: (n, height, width, 3), RGB; both sides even.
        rate: frames a second.
        quality: H.264 rate factor.
        cancelled: raises when the work is to stop; nothing is left behind then.
    """
    import av

    part = destination.with_name(f".{destination.name}.part")
    options = {"crf": str(quality), "preset": "medium"}
    try:
        with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as output:
            stream = output.add_stream("libx264", rate=rate, options=options)
            stream.height, stream.width, stream.pix_fmt = frames.shape[1], frames.shape[2], "yuv420p"
            context = stream.codec_context
            context.thread_count = 2
            context.color_primaries = context.color_trc = context.colorspace = _BT709
            context.color_range = _LIMITED
            for index, picture in enumerate(frames):
                cancelled()
                rgb = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame = rgb.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
                frame.pts, frame.time_base = index, 1 / rate
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        part.replace(destination)
    finally:
        part.unlink(missing_ok=True)
