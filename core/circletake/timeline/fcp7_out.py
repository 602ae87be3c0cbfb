"""A cut as Final Cut Pro 7 XML, the form that Premiere and Resolve import whole.

Written here rather than by OpenTimelineIO's adapter, which refuses media of 16 frames a second and drops
comments, colours, labels, formats, links and Premiere's ticks. Every field stands where Premiere writes it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.model.cut import Fit
from circletake.timeline.fcp7_clips import (
    colors,
    comments,
    file_of_song,
    file_of_take,
    frames_of,
    labels,
    logging,
    marked,
    named,
)
from circletake.timeline.fcp7_effects import basic_motion, levels, time_remap
from circletake.timeline.otio import first_frame
from circletake.timeline.xmeml import (
    TICKS,
    begins,
    document,
    element,
    picture,
    pixel_shape,
    rate,
    sound,
    truth,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from circletake.model.cut import Cut, Placed
    from circletake.model.export import SongFile
    from circletake.model.slate import Slate


def fcp7_xml(
    cut: Cut,
    slates: Mapping[str, Slate],
    media: Mapping[str, str],
    song: SongFile | None = None,
    song_url: str = "",
) -> str:
    """Write a cut as one sequence.

    Clips count in the sequence's rate, whatever their media's own is; the exact places stand in
    ``pproTicksIn`` and ``pproTicksOut``. Sound is the song on A1 (and A2, its second channel);
    without one, each clip's own, linked to its picture.

    Args:
        slates: by take id, with the facts of the files that ``media`` names.
        media: by take id, its percent-encoded URL.
        song: where it comes along.
    """
    return document(_Sequence(cut, slates, media, song, song_url).element())


@dataclass(slots=True)
class _Item:
    """A clip on a track, before its links to the others of its group are known."""

    made: Element
    kind: str
    track: int
    index: int


class _Sequence:
    def __init__(
        self,
        cut: Cut,
        slates: Mapping[str, Slate],
        media: Mapping[str, str],
        song: SongFile | None,
        song_url: str,
    ) -> None:
        self.cut = cut
        self.slates = slates
        self.media = media
        self.song = song
        self.song_url = song_url
        self.masters = {take_id: number for number, take_id in enumerate(cut.take_ids, 1)}
        self.told: set[str] = set()
        self.clips = 0
        self.pictures: list[Element] = []
        self.sounds: tuple[list[Element], list[Element]] = ([], [])

    def element(self) -> Element:
        cut = self.cut
        for placed in cut.placed:
            self.lay(placed)
        if self.song:
            self.lay_song(self.song)
        length = round(cut.seconds * cut.rate)
        return element(
            "sequence",
            element("uuid", str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(cut.to_json(), sort_keys=True)))),
            element("duration", length),
            rate(cut.rate),
            element("name", cut.name),
            element("media", self.video(), self.audio()),
            begins(cut.rate, cut.start, first_frame(cut.start, cut.rate)),
            labels("Forest"),
            logging(),
            id="sequence-1",
            explodedTracks="true",
        )

    def video(self) -> Element:
        cut = self.cut
        shape = element("format", picture(cut.rate, cut.width, cut.height, sequence=True))
        ends = element("enabled", "TRUE"), element("locked", "FALSE")
        return element("video", shape, element("track", *self.pictures, *ends))

    def audio(self) -> Element:
        outputs = element("outputs", *(_channel(number) for number in (1, 2)))
        tracks = [
            element(
                "track",
                *items,
                element("enabled", "TRUE"),
                element("locked", "FALSE"),
                element("outputchannelindex", number),
            )
            for number, items in enumerate(self.sounds, 1)
        ]
        shape = element("format", sound())
        return element("audio", element("numOutputChannels", 2), shape, outputs, *tracks)

    def lay(self, placed: Placed) -> None:
        event = placed.event
        slate = self.slates[event.take_id]
        facts = slate.take.media
        own = [] if self.cut.song or facts.audio is None else list(range(1, min(facts.audio.channels, 2) + 1))
        items = [self.item(placed, "video", 1, self.pictures)]
        items += [self.item(placed, "audio", number, self.sounds[number - 1]) for number in own]
        for item in items:
            for link in _links(items) if own else ():
                item.made.append(link)
            if item.kind == "video":
                length = round((placed.record_out - placed.record_in) * self.cut.rate)
                for each in marked(slate, self.cut.rate / event.speed, event.source_in, length):
                    item.made.append(each)
            fit = self.cut.fit_of(event).value if self.cut.reshapes(*facts.shape) else ""
            said = comments(slate, fit if item.kind == "video" else "")
            for each in (logging(slate), colors(), said, labels(slate.standing.verdict)):
                item.made.append(each)

    def item(self, placed: Placed, kind: str, track: int, onto: list[Element]) -> _Item:
        event = placed.event
        slate = self.slates[event.take_id]
        facts = slate.take.media
        url = self.media[event.take_id]
        master = self.masters[event.take_id]
        # Editors count a retimed clip in the frames it has after retiming.
        first = event.source_in / event.speed
        made = self.clipitem(
            master,
            named(url),
            placed.record_in,
            placed.record_out,
            first,
            frames_of(facts, self.cut.rate) / event.speed,
        )
        if kind == "video":
            shape, wide = pixel_shape(facts)
            looks = {"alphatype": "none", "pixelaspectratio": shape, "anamorphic": truth(wide)}
            made.extend(element(tag, text) for tag, text in looks.items())
        else:
            made.set("premiereChannelType", "mono" if facts.audio and facts.audio.channels == 1 else "stereo")
        made.append(self.once(f"file-{master}", lambda name: file_of_take(name, slate, url, self.cut.rate)))
        if kind == "audio":
            made.append(_source(track))
        if event.speed != 1:
            places = (int(made.findtext(tag) or 0) for tag in ("in", "out", "duration"))
            made.append(time_remap(event.speed, kind, *places))
        if kind == "video" and facts.shape != (self.cut.width, self.cut.height):
            fill = self.cut.fit_of(event) is Fit.CROP
            # Editors widen pixels that are not square before they scale.
            named_shape = facts.aspect if pixel_shape(facts)[0] != "square" else Fraction(1)
            ratios = (
                Fraction(self.cut.width) / max(Fraction(1), facts.width * named_shape),
                Fraction(self.cut.height, max(1, facts.height)),
            )
            made.append(basic_motion(max(ratios) if fill else min(ratios)))
        onto.append(made)
        return _Item(made, kind, track, len(onto))

    def lay_song(self, song: SongFile) -> None:
        told = self.cut.song
        assert told is not None
        master = len(self.masters) + 1
        items: list[_Item] = []
        for number in range(1, min(2, max(1, song.audio.channels)) + 1):
            whole = song.seconds * self.cut.rate
            made = self.clipitem(
                master, named(self.song_url), Fraction(0), self.cut.seconds, told.offset, whole
            )
            made.set("premiereChannelType", "mono" if song.audio.channels == 1 else "stereo")
            made.append(
                self.once(
                    f"file-{master}", lambda name: file_of_song(name, song, self.song_url, self.cut.rate)
                )
            )
            made.append(_source(number))
            made.append(levels(told, self.cut))
            self.sounds[number - 1].append(made)
            items.append(_Item(made, "audio", number, len(self.sounds[number - 1])))
        for item in items:
            for link in _links(items) if len(items) > 1 else ():
                item.made.append(link)
            said = (told.sha256, told.origin.value, told.declared_by)
            told_of = (element(f"mastercomment{n}", text) for n, text in enumerate(said, 1))
            for each in (logging(), element("comments", *told_of), labels("Caribbean")):
                item.made.append(each)

    def clipitem(
        self, master: int, name: str, start: Fraction, end: Fraction, source: Fraction, whole: Fraction
    ) -> Element:
        """What every clip begins with; times are seconds, ``whole`` is in frames of the sequence."""
        own = self.cut.rate
        first, length = round(source * own), round((end - start) * own)
        self.clips += 1
        return element(
            "clipitem",
            element("masterclipid", f"masterclip-{master}"),
            element("name", name),
            element("enabled", "TRUE"),
            element("duration", max(round(whole), first + length)),
            rate(own),
            element("start", round(start * own)),
            element("end", round(end * own)),
            element("in", first),
            element("out", first + length),
            element("pproTicksIn", round(source * TICKS)),
            element("pproTicksOut", round((source + end - start) * TICKS)),
            id=f"clipitem-{self.clips}",
            frameBlend="FALSE",
        )

    def once(self, name: str, whole: object) -> Element:
        """A file in full where it is first used, by its id afterwards."""
        if name in self.told:
            return element("file", id=name)
        self.told.add(name)
        assert callable(whole)
        made: Element = whole(name)
        return made


def _links(items: list[_Item]) -> Iterator[Element]:
    for item in items:
        link = element(
            "link",
            element("linkclipref", item.made.get("id", "")),
            element("mediatype", item.kind),
            element("trackindex", item.track),
            element("clipindex", item.index),
        )
        if item.kind == "audio":
            link.append(element("groupindex", 1))
        yield link


def _channel(number: int) -> Element:
    channel = element("channel", element("index", number))
    return element(
        "group", element("index", number), element("numchannels", 1), element("downmix", 0), channel
    )


def _source(channel: int) -> Element:
    return element("sourcetrack", element("mediatype", "audio"), element("trackindex", channel))
