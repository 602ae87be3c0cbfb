"""What Final Cut Pro 7 XML says of a take and its file, in a sequence as in a bin."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING
from urllib.parse import unquote

from circletake.model.event import Verdict
from circletake.model.marker import MarkerColor, markers_of
from circletake.model.recipe import Field
from circletake.timeline.xmeml import element, file_starts, picture, pixel_shape, rate, sound

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from circletake.model.export import SongFile
    from circletake.model.slate import Slate
    from circletake.model.take import AudioFacts, MediaFacts

LABELS = {
    Verdict.CIRCLED: "Forest",
    Verdict.HOLD: "Mango",
    Verdict.NG: "Rose",
    Verdict.UNREVIEWED: "Iris",
}
"""Premiere's label for each verdict: green, orange, red, and the one it gives by itself."""

_PREMIERE = {MarkerColor.RED: 0xFF362CD2, MarkerColor.YELLOW: 0xFF2BA1D0}
"""Premiere's own red and yellow, as it writes them: alpha, blue, green, red."""


def named(url: str) -> str:
    """The file name at the end of a URL."""
    return unquote(url.rpartition("/")[2])


def frames_of(facts: MediaFacts, own: Fraction) -> Fraction:
    """A file's length in frames of the rate ``own``, not rounded."""
    if facts.rate and facts.frames:
        return facts.frames / facts.rate * own
    return Fraction(facts.seconds).limit_denominator(90_000) * own


def file_of_take(name: str, slate: Slate, url: str, otherwise: Fraction) -> Element:
    """A take's file in full.

    Args:
        name: its id in the document.
        otherwise: a rate for a file that tells none.
    """
    facts = slate.take.media
    own = facts.rate or otherwise
    shown = element("video", picture(own, facts.width, facts.height, pixel_shape(facts)))
    inside = element("media", shown)
    if facts.audio:
        inside.append(_heard(facts.audio))
    return element(
        "file",
        element("name", named(url)),
        element("pathurl", url),
        rate(own),
        element("duration", round(frames_of(facts, own))),
        file_starts(own, slate.take.short),
        inside,
        id=name,
    )


def file_of_song(name: str, song: SongFile, url: str, own: Fraction) -> Element:
    """A song's file in full; its length is counted in frames of the sequence."""
    return element(
        "file",
        element("name", named(url)),
        element("pathurl", url),
        rate(own),
        element("duration", round(song.seconds * own)),
        file_starts(own, ""),
        element("media", _heard(song.audio)),
        id=name,
    )


def _heard(audio: AudioFacts) -> Element:
    made = element("audio", sound(audio.rate), element("channelcount", audio.channels))
    if audio.channels == 1:
        made.append(element("audiochannel", element("sourcechannel", 1)))
    return made


def logging(slate: Slate | None = None) -> Element:
    """What is logged of a take: its prompt, shot, number, verdict, and whether it is circled."""
    said = dict.fromkeys(("description", "scene", "shottake", "lognote", "good", "originalvideofilename"), "")
    if slate is not None:
        take, standing = slate.take, slate.standing
        stars = f"{standing.stars} of 5 stars" if standing.stars else ""
        by = f"{standing.verdict.value} by {standing.by.name}" if standing.by else standing.verdict.value
        said |= {
            "description": slate.recipe[Field.PROMPT],
            "scene": take.shot,
            "shottake": str(take.number),
            "lognote": ", ".join(filter(None, (by, stars))),
            "good": "TRUE" if standing.verdict is Verdict.CIRCLED else "FALSE",
            "originalvideofilename": take.name,
        }
    said["originalaudiofilename"] = ""
    return element("logginginfo", *(element(tag, text) for tag, text in said.items()))


def comments(slate: Slate, fit: str = "") -> Element:
    """Master comments: the take's digest, model, seed and label, as far as they are known.

    Args:
        fit: how the clip is fitted, where its shape is another than the cut's; the clip's own comment.
    """
    recipe = slate.recipe
    said = (slate.take.sha256, recipe.made_with, recipe[Field.SEED], slate.take.label)
    masters = [element(f"mastercomment{n}", text) for n, text in enumerate(said, 1)]
    return element("comments", *masters, *([element("clipcommenta", f"fit: {fit}")] if fit else []))


def colors() -> Element:
    """No grade."""
    return element("colorinfo", *(element(tag) for tag in ("lut", "lut1", "asc_sop", "asc_sat", "lut2")))


def labels(of: Verdict | str) -> Element:
    """The label of a verdict, or one named."""
    return element("labels", element("label2", LABELS[of] if isinstance(of, Verdict) else of))


def marked(
    slate: Slate, own: Fraction, source_in: Fraction = Fraction(0), length: int | None = None
) -> Iterator[Element]:
    """The markers of a take or of a stretch of it, with comment and colour.

    Args:
        own: frames a second in which the clip counts its media.
        source_in: seconds into the take where the stretch starts.
        length: frames of the stretch; up to the end of the take without it.
    """
    begin = round(source_in * own)
    end = begin + length if length is not None else max(begin + 1, round(frames_of(slate.take.media, own)))
    for marker in markers_of(slate, source_in, end / own):
        first = min(max(begin, round(marker.at * own)), end - 1)
        last = min(end, first + round(marker.seconds * own))
        alpha, blue, green, red = _PREMIERE[marker.color].to_bytes(4, "big")
        shown = {"alpha": alpha, "red": red, "green": green, "blue": blue}
        yield element(
            "marker",
            element("comment", marker.comment),
            element("name", marker.name),
            element("in", first),
            element("out", last if last > first + 1 else -1),
            element("pproColor", _PREMIERE[marker.color]),
            element("color", *(element(tag, value) for tag, value in shown.items())),
        )
