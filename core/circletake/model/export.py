"""Leaving the library: what an exporter is given and gives, and what a release records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from circletake.model.cut import Cut
from circletake.model.place import media_path, media_url
from circletake.model.slate import Slate
from circletake.model.take import AudioFacts

SCHEMA = "circletake.release/1"
"""Version of ``release.json``; docs/release.md describes it."""


@dataclass(frozen=True, slots=True)
class SongFile:
    """The song of a cut where it lies beside what names it.

    Attributes:
        seconds: its whole length.
    """

    path: Path
    seconds: Fraction
    audio: AudioFacts


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What an exporter is asked to make.

    Attributes:
        name: stem of the file to make.
        cut: what to make it of; a single take is a cut of one whole event.
        slates: by take id, everything known of each take used (or chosen, for a contact sheet).
        media: by take id, where to read it: the library's file for an exporter that renders,
            the signed file for one that packages.
        whole: the take is wanted as it is, uncut; a renderer need not re-encode.
        stills: by take id, poster and hover sprite (JPEG), for an exporter that shows takes;
            a path that does not exist stands for a picture that was not made yet.
        bins: the takes of ``cut`` are wanted as such, in a bin for each shot, and not its edit.
        folder: absolute path under which the staged files will lie on the machine that opens them;
            empty where names relative to the timeline are wanted.
        elsewhere: that is another machine than this one, so formats that could name media
            relative to themselves name them whole.
        song: its file, where the song of ``cut`` comes along.
    """

    name: str
    cut: Cut
    slates: Mapping[str, Slate]
    media: Mapping[str, Path]
    whole: bool = False
    stills: Mapping[str, tuple[Path, Path]] = field(default_factory=dict)
    bins: bool = False
    folder: str = ""
    elsewhere: bool = False
    song: SongFile | None = None

    def url(self, file: Path, staging: Path, *, relative: bool = False) -> str:
        """The percent-encoded URL of a staged file as a timeline names it.

        Args:
            relative: the format can name it relative to itself, and does so on this machine.
        """
        inside = file.relative_to(staging).as_posix()
        return media_url("" if relative and not self.elsewhere else self.folder, inside)

    def path(self, file: Path, staging: Path) -> str:
        """The path of a staged file on the machine that opens the timeline; relative on this one."""
        return media_path(self.folder if self.elsewhere else "", file.relative_to(staging).as_posix())


@dataclass(frozen=True, slots=True)
class ProducedFile:
    """A file an exporter left in the staging folder.

    Attributes:
        path: inside the staging folder.
        kind: ``video``, ``still`` (a frame of a take, as JPEG or PNG), ``timeline``, ``sheet``, ``archive``.
            The core signs videos and stills.
        actions: C2PA actions done to the picture, e.g. ``c2pa.transcoded``; empty when none.
        not_carried: what the format could not hold, in words.
        take_id: of a still, the take it is of.
        at: of a still, the second of the take it shows.
    """

    path: Path
    kind: str
    actions: tuple[str, ...] = ()
    not_carried: tuple[str, ...] = ()
    take_id: str = ""
    at: Fraction | None = None


STILL = "still"
"""The kind of a picture that is a frame of a take."""


class ExportState(StrEnum):
    """A row is staged before its file is moved into place, published after."""

    STAGED = "staged"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class ExportRow:
    """The registry's record of one file that left, or is about to leave, the library.

    Attributes:
        kind: as in :class:`ReleasedFile`.
        take_id: the take a signed clip holds; empty for a cut.
        recipe_digest: revision of the recipe (or of the cut) it was made from.
        prompts: by sha256 of a take used, the prompt in force when it was made; its digest
            where only that travels.
        certificate: SHA-256 fingerprint of the signing certificate.
        actions: what was done to the picture, joined by spaces.
        release: name of the release, empty for a single export and for the cache of signed takes.
        sidecar: path of a manifest that could not be embedded, empty otherwise.
    """

    sha256: str
    path: str
    kind: str
    size: int
    take_id: str
    cut: str
    recipe_digest: str
    policy: str
    certificate: str
    actions: str
    release: str
    state: ExportState
    at: datetime
    prompts: Mapping[str, str] = field(default_factory=dict)
    sidecar: str = ""


BLACK = "black"
"""The origin of a stretch between the clips of a cut."""


@dataclass(frozen=True, slots=True)
class Use:
    """A stretch of a video and what it was made of, as ``release.json`` records it.

    A take whose source range is longer or shorter than its record range was sped up or slowed down.

    Attributes:
        record_in: seconds of the video, exact, as text like ``7/2``.
        take: label, e.g. ``SH010/31``.
        take_sha256: of the take's file in the library.
        model: model and version in force; empty where unknown.
        model_evidence: how the model was learnt; empty where unknown.
        prompt: in force and allowed by policy; empty otherwise.
        prompt_digest: what travels of a prompt that is hashed by policy; empty otherwise.
        source_type: last part of the IPTC digital source type; empty where nobody knows.
        origin: ``generated`` or ``camera``; ``black`` where nothing is shown, and no take named.
    """

    record_in: str
    record_out: str
    source_in: str
    source_out: str
    take: str
    take_sha256: str
    model: str = ""
    model_evidence: str = ""
    prompt: str = ""
    prompt_evidence: str = ""
    seed: str = ""
    source_type: str = ""
    origin: str = ""
    declared_by: str = ""
    prompt_digest: str = ""

    @property
    def is_black(self) -> bool:
        """Declared black, with nothing else said of it."""
        said = (self.take, self.take_sha256, self.model, self.prompt, self.source_type)
        return self.origin == BLACK and not any(said)


def black_use(start: Fraction, end: Fraction) -> Use:
    """A stretch of black, in seconds of the video."""
    return Use(str(start), str(end), "0", "0", "", "", origin=BLACK)


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a release.

    Attributes:
        path: relative to the release folder, with forward slashes.
        kind: ``take``, ``cut``, ``still``, ``timeline``, ``credentials``, ``sheet``.
        seconds: exact length of a video, as text; empty for other files.
        certificate: SHA-256 fingerprint of the signing certificate; empty for unsigned kinds.
        uses: what it was made of, in record order.
        picture_sha256: digest of a video's coded picture alone, so that a stripped file can be
            told from a re-encoded one; empty for other files.
        layout_sha256: digest of how an MP4 or MOV file is put together, without its credentials,
            so that a stripped file can be told from a remuxed one; empty for other files.
    """

    path: str
    kind: str
    sha256: str
    size: int
    mime: str = ""
    seconds: str = ""
    certificate: str = ""
    uses: tuple[Use, ...] = ()
    not_carried: tuple[str, ...] = ()
    picture_sha256: str = ""
    layout_sha256: str = ""


@dataclass(frozen=True, slots=True)
class SoundUse:
    """The song of a release, or sound of a film, with what was declared of it.

    Attributes:
        at: the day on which it was declared (ISO 8601), where that was before this file was signed.
    """

    name: str
    sha256: str
    origin: str
    declared_by: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """How many takes were made and chosen, and by whom: evidence of human selection.

    Attributes:
        people: names of persons whose verdicts stand on the takes used.
        scripted: verdicts on used takes that a script made.
    """

    made: int
    used: int
    people: tuple[str, ...]
    scripted: int


@dataclass(frozen=True, slots=True)
class Release:
    """What ``release.json`` records.

    Attributes:
        id: random; its videos name it in their manifests. Empty in releases made before they did.
    """

    name: str
    created: str
    generator: str
    prompt_policy: str
    signer: str
    certificate: str
    files: tuple[ReleasedFile, ...]
    chosen: Chosen
    sound: SoundUse | None = None
    id: str = ""

    def to_json(self) -> dict[str, Any]:
        """The document, with its schema's name first."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Release:
        """Read what :meth:`to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the document is not of this schema.
        """
        if data.get("schema") != SCHEMA:
            raise ValueError(f"schema is not {SCHEMA}")
        files = tuple(
            ReleasedFile(
                **{
                    **entry,
                    "uses": tuple(Use(**use) for use in entry["uses"]),
                    "not_carried": tuple(entry["not_carried"]),
                }
            )
            for entry in data["files"]
        )
        chosen = data["chosen"]
        sound = data["sound"]
        return cls(
            name=data["name"],
            created=data["created"],
            generator=data["generator"],
            prompt_policy=data["prompt_policy"],
            signer=data["signer"],
            certificate=data["certificate"],
            files=files,
            chosen=Chosen(**{**chosen, "people": tuple(chosen["people"])}),
            sound=SoundUse(**sound) if sound else None,
            id=data.get("id", ""),
        )
