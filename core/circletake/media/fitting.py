"""Fitting pictures of any shape into one frame: with black around, cut off, or on a blur of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.model.cut import Fit

if TYPE_CHECKING:
    import av

BT709 = 1
"""What H.273 calls the primaries, the transfer and the matrix of BT.709."""

_FULL = 2
_MATRIX = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_TURNS: dict[int, list[tuple[str, str]]] = {
    0: [],
    1: [("transpose", "cclock")],
    2: [("hflip", ""), ("vflip", "")],
    3: [("transpose", "clock")],
}
"""Filters for a picture to be turned counter-clockwise by so many right angles."""

_BLURRED_AT = 8
"""A blur is made at so small a part of the size: it costs little, and nobody can tell."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The picture every clip is brought to: pixels and exact frames per second.

    Attributes:
        quick: scale fast rather than well, for a preview.
    """

    width: int
    height: int
    rate: Fraction
    quick: bool = False


class Fitting:
    """Fits frames of one clip; the filter graph is rebuilt when the clip changes its format.

    Args:
        aspect: of the clip's pixels, width to height.
    """

    def __init__(self, canvas: Canvas, aspect: Fraction, fit: Fit) -> None:
        self._canvas = canvas
        self._aspect = aspect
        self._fit = fit
        self._key: tuple[object, ...] = ()
        self._graph: av.filter.Graph | None = None

    def fit(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame on the canvas. Frames that already fit come back as they are."""
        key = _look(frame)
        if key != self._key:
            self._key = key
            self._graph = self._build(frame)
        if self._graph is None:
            return frame
        frame.pts = None
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _build(self, frame: av.VideoFrame) -> av.filter.Graph | None:
        import av.filter

        canvas = self._canvas
        turned = round(frame.rotation / 90) % 4
        shape = (frame.width * self._aspect, Fraction(frame.height))
        shown = shape if turned % 2 == 0 else shape[::-1]
        inside, filling = _inside(canvas, *shown), _filling(canvas, *shown)
        full = frame.color_range == _FULL or frame.format.name.startswith("yuvj")
        matrix = _matrix(frame)
        whole = inside == (canvas.width, canvas.height)
        if (
            whole
            and (frame.width, frame.height) == (canvas.width, canvas.height)
            and not turned
            and frame.format.name == "yuv420p"
            and matrix == "bt709"
            and not full
        ):
            return None
        method = "fast_bilinear" if canvas.quick else "bicubic"
        colours = (
            f"flags={method}:in_color_matrix={matrix}:in_range={'full' if full else 'limited'}"
            ":out_color_matrix=bt709:out_range=limited"
        )
        graph = av.filter.Graph()
        last: av.filter.FilterContext = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
        )
        size = f"w={canvas.width}:h={canvas.height}"

        def to(width: int, height: int) -> list[tuple[str, str]]:
            return [("scale", f"w={width}:h={height}:{colours}"), ("format", "yuv420p")]

        last = _chain(graph, last, _TURNS[turned])
        if whole:
            last = _chain(graph, last, to(*inside))
        elif self._fit is Fit.CROP:
            last = _chain(graph, last, [*to(*filling), ("crop", size)])
        elif self._fit is Fit.BLUR:
            last = _on_a_blur(graph, last, canvas, to(*inside), filling, colours)
        else:
            last = _chain(graph, last, [*to(*inside), ("pad", f"{size}:x=-1:y=-1:color=black")])
        _chain(graph, last, [("setsar", "1"), ("buffersink", "")])
        graph.configure()
        return graph


def black(canvas: Canvas) -> av.VideoFrame:
    """A black frame of the canvas."""
    import av
    import numpy as np

    picture = np.full((canvas.height * 3 // 2, canvas.width), 128, np.uint8)
    picture[: canvas.height] = 16
    return av.VideoFrame.from_ndarray(picture, format="yuv420p")


def _chain(
    graph: av.filter.Graph, last: av.filter.FilterContext, steps: list[tuple[str, str]]
) -> av.filter.FilterContext:
    """Link filters one after another behind ``last``, and give the new last one."""
    for name, arguments in steps:
        node = graph.add(name, arguments or None)
        last.link_to(node)
        last = node
    return last


def _on_a_blur(
    graph: av.filter.Graph,
    last: av.filter.FilterContext,
    canvas: Canvas,
    picture: list[tuple[str, str]],
    filling: tuple[int, int],
    colours: str,
) -> av.filter.FilterContext:
    """The picture in the middle of a blurred copy of itself that fills the canvas."""
    small, narrow = (max(2, 2 * round(length / _BLURRED_AT / 2)) for length in filling)
    split = graph.add("split", "2")
    last.link_to(split)
    front, back = (
        picture[0],
        [
            ("scale", f"w={small}:h={narrow}:{colours}"),
            ("format", "yuv420p"),
            ("gblur", "sigma=4"),
            ("scale", f"w={filling[0]}:h={filling[1]}:flags=fast_bilinear"),
            ("crop", f"w={canvas.width}:h={canvas.height}"),
        ],
    )
    behind = graph.add(*back[0])
    split.link_to(behind, 0, 0)
    behind = _chain(graph, behind, back[1:])
    before = graph.add(*front)
    split.link_to(before, 1, 0)
    before = _chain(graph, before, picture[1:])
    over = graph.add("overlay", "x=2*trunc((W-w)/4):y=2*trunc((H-h)/4):format=yuv420:eval=init")
    behind.link_to(over, 0, 0)
    before.link_to(over, 0, 1)
    return _chain(graph, over, [("format", "yuv420p")])


def _look(frame: av.VideoFrame) -> tuple[object, ...]:
    return (
        frame.width,
        frame.height,
        frame.format.name,
        frame.rotation,
        frame.colorspace,
        frame.color_range,
    )


def _matrix(frame: av.VideoFrame) -> str:
    """The frame's colour matrix; untagged pictures are read by size, as players do (mpv's rule)."""
    untagged = "bt709" if frame.width >= 1280 or frame.height > 576 else "bt601"
    return _MATRIX.get(int(frame.colorspace), untagged)


def _inside(canvas: Canvas, width: Fraction, height: Fraction) -> tuple[int, int]:
    """The largest even size of this shape that fits the canvas."""
    scale = min(canvas.width / width, canvas.height / height)
    return min(canvas.width, _even(width * scale)), min(canvas.height, _even(height * scale))


def _filling(canvas: Canvas, width: Fraction, height: Fraction) -> tuple[int, int]:
    """The smallest even size of this shape that the canvas fits into."""
    scale = max(canvas.width / width, canvas.height / height)
    return max(canvas.width, _even(width * scale)), max(canvas.height, _even(height * scale))


def _even(length: Fraction | float) -> int:
    return max(2, 2 * round(length / 2))
