"""From a request to a file: the look's graph, a defect where one is wanted, and the encoder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from circletake_procedural.asked import Asked
from circletake_procedural.graph import Node, built
from circletake_procedural.looks import DRAWN_RATE, LOOKS, sheet

if TYPE_CHECKING:
    import av
    from av.filter import Graph

_DEFECT_FROM, _DEFECT_UNTIL = 0.4, 0.75


def picture(look: str, prompt: str, seed: str, asked: Asked) -> Node:
    """The whole graph of a clip: drawn small, then brought to the size and rate asked for."""
    drawn = LOOKS[look](sheet(look, prompt, seed, asked.width, asked.height))
    if asked.start:
        drawn = drawn.then("trim", f"start={float(asked.start):.4f}").then("setpts", "PTS-STARTPTS")
    if asked.rate != DRAWN_RATE:
        drawn = drawn.then("fps", str(asked.rate))
    coloured = drawn.then("scale", "out_color_matrix=bt709:out_range=tv").then("format", "yuv444p")
    scaled = coloured.then("scale", f"{asked.width}:{asked.height}:flags=bicubic").then("format", "yuv420p")
    return _spoiled(scaled, asked)


def draw(graph: Node, asked: Asked, destination: Path, cancelled: Callable[[], None]) -> None:
    """Encode the graph's first frames to an MP4.

    Two encoder threads, always: the number of threads is part of what decides the bytes,
    and the same request must give the same file on every machine.
    """
    import av

    pictures = built(graph)
    options = {"crf": str(asked.quality), "preset": "superfast"}
    with av.open(str(destination), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        stream = output.add_stream("libx264", rate=asked.rate, options=options)
        stream.width, stream.height, stream.pix_fmt = asked.width, asked.height, "yuv420p"
        context = stream.codec_context
        context.thread_count = 2
        context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1
        for index in range(asked.frames):
            cancelled()
            frame = _pulled(pictures)
            frame.pts, frame.time_base = index, 1 / asked.rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def _pulled(pictures: Graph) -> av.VideoFrame:
    import av.error

    while True:
        try:
            return pictures.vpull()
        except av.error.BlockingIOError:  # the graph wants to be asked again
            continue


def _spoiled(picture: Node, asked: Asked) -> Node:
    begin, end = (round(asked.frames * part) for part in (_DEFECT_FROM, _DEFECT_UNTIL))
    during = f"enable='between(n,{begin},{end - 1})'"
    if asked.defect == "black":
        return picture.then("drawbox", f"t=fill:color=black:{during}")
    if asked.defect == "flicker":
        return picture.then("hue", f"b='if(between(n,{begin},{end - 1}),if(mod(n,2),1.6,-1.6),0)'")
    if asked.defect == "frozen":
        return picture.then("loop", f"loop={end - begin}:size=1:start={begin}")
    return picture
