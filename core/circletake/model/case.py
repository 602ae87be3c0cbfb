"""What an audit knows before any rule looks: of one file, and of the whole folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from circletake.model.belonging import LABEL, Belonging
from circletake.model.manifest import Check, Credentials
from circletake.model.parts import Part, Stray, parts_of

if TYPE_CHECKING:
    from circletake.model.export import Release, ReleasedFile, SoundUse, Use
    from circletake.model.registered import Registered
    from circletake.model.take import MediaFacts

OWN_KEY = "your own key"
"""Name of the trust list that holds nothing but the user's own authority: nobody else's word."""

ENDS_EARLY = "ends early"
"""Why a file cannot be read that stops before its own container says it should."""

_OFFSETS = ("stco", "co64")
"""Boxes that say where the pieces of a track lie, which C2PA 1 left out of what is signed."""

_OURS = "circletake"
"""How the name of the software that signed begins, where it was ours."""

_PAPERS = ("record", "sums", "report")
_SEALS = ("release.json.c2pa", "report.html.c2pa")
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")
_LITTERED = (".Spotlight-V100", ".Trashes", ".fseventsd", ".TemporaryItems", "__MACOSX")


@dataclass(frozen=True, slots=True)
class Shown:
    """A stretch of a file without credentials that shows a take.

    Attributes:
        start: seconds of the file.
        distance: mean Hamming distance of the frames compared, of 256 bits.
    """

    take: str
    start: float
    end: float
    distance: float


@dataclass(frozen=True, slots=True)
class PictureMatch:
    """What of a library a file without credentials shows, as far as pictures tell.

    Attributes:
        take: label of the take; of a film that shows several, of the first; empty for an exported cut.
        distance: mean Hamming distance, of 256 bits.
        export: name of the exported file whose picture it is, empty where none is known.
        release: the release that export belongs to, empty where none.
        exact: the coded picture itself is equal; no frame was compared.
        parts: for a film that shows several takes, which where.
        unmatched: seconds of such a film in which no take was found.
    """

    take: str
    take_sha256: str
    distance: float
    export: str = ""
    release: str = ""
    exact: bool = False
    parts: tuple[Shown, ...] = ()
    unmatched: float = 0.0

    @property
    def shows(self) -> str:
        """What it matches, in a few words: ``SH020/3``, ``night_bus.mp4 of Night Bus``."""
        labels = list(dict.fromkeys(part.take for part in self.parts)) or [self.take]
        if self.export and not self.take:
            return f"{self.export} of {self.release}" if self.release else self.export
        return labels[0] if len(labels) == 1 else f"{labels[0]} and {len(labels) - 1} more"


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry holds of an exported file.

    Attributes:
        prompts: by sha256 of a take used, the prompt in force when it was exported.
        fingerprinted: the library holds a fingerprint of every take used.
    """

    sha256: str
    release: str
    exported: str
    prompts: Mapping[str, str]
    fingerprinted: bool = False


@dataclass(frozen=True, slots=True)
class ListUsed:
    """A trust list an audit was made with.

    Attributes:
        label: as verdicts name it, date included.
        date: ISO date it bears; empty where it bears none.
        kind: whom it vouches for, ``signers`` or ``timestampers``.
    """

    label: str
    date: str = ""
    kind: str = "signers"


@dataclass(frozen=True, slots=True)
class Layout:
    """How an MP4 or MOV file is put together, apart from its picture.

    Attributes:
        sha256: over its top-level boxes without credentials and free space, chunk offsets left out: the
            same before signing, after it, and after the credentials are cut out again; another one
            after the file was written anew.
        backwards: chunk offsets of a track that point before the chunk that comes before them.
        astray: chunks of picture or sound that do not lie whole in an ``mdat``, but in a box that signatures
            may pass over.
        opening: the first piece of a stream, which describes pictures that lie in other files.
        media: bytes of picture and sound, described or not: what its ``mdat`` boxes hold.
        overlapping: chunks that begin inside another one.
    """

    sha256: str
    backwards: int = 0
    astray: int = 0
    opening: bool = False
    media: int = 0
    overlapping: int = 0


def offsets_left_out(exclusions: Iterable[str]) -> bool:
    """Whether a signature with these exclusions leaves out where the chunks of a track lie."""
    return any(table in where for where in exclusions for table in _OFFSETS)


@dataclass(frozen=True, slots=True)
class Traced:
    """A stretch of a video, what it was made of, and who says so.

    Attributes:
        use: as the file's own manifests say; what they are silent on, as the sealed record says.
        words: who says which model made it, for people.
        from_record: names of the fields of ``use`` that only the record tells.
        signed_by: signer of the manifest that says it, empty where nobody signed that.
        provider: who offers the system that made it, as manifests name them.
        when: moment of its making, as manifests state it, or of the first trusted timestamp.
        terms: licence of the model or of the clip, as recorded.
        withheld: why a manifest does not tell the prompt that its signer has: ``by policy``.
    """

    use: Use
    words: str = ""
    from_record: tuple[str, ...] = ()
    signed_by: str = ""
    provider: str = ""
    when: str = ""
    terms: str = ""
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class FileCase:
    """All that is known of one file before any rule looks at it.

    Attributes:
        path: relative to what was audited.
        kind: ``video``, ``image``, ``archive``, ``record``, ``sidecar``, ``sums``, ``timeline``,
            ``report``, ``other``.
        recorded: its entry in ``release.json``.
        media: facts of a readable video; the digest of its picture only where it has no credentials.
        unreadable: why it could not be looked at, empty otherwise.
        slack: bytes that something fills in ``free``/``skip`` boxes, or after the last box; neither zeros nor
            an empty box in another, nor the name of its muxer.
        exclusions: hash exclusions of the active manifest beyond the default set.
        members: names of videos inside an archive.
        summed: its digest in SHA256SUMS, empty where it is not listed.
        recorded_path: the path ``release.json`` has for these bytes, where it differs from ``path``.
        member_sums: sha256 of each of ``members``.
        traced: what it was made of, in the order of the video.
        tags: of the container, keys in lower case.
        layout: of an MP4 or MOV file, ``None`` for others.
        sounds: sound that is none of its takes', as its own manifest declares it.
        tail: bytes after the last box of an MP4 or MOV file, which are no part of a video.
        names_seal: the file that a report says it is sealed by; empty where it says nothing of one.
        names_record: sha256 of the ``release.json`` that a report says it is about; empty likewise.
        names_release: name of that release.
        uncovered: what is seen or heard of it that its signature leaves out, in words.
        untold: why it is not known what its signature leaves out; empty where it is.
        unjudged: it carries credentials, and is of a kind that no rule judges.
        uncompared: why its picture could not be held against all that the library knows, where nothing
            matches; empty otherwise.
        registered: what the library holds of takes it names, by their sha256; under an empty one of the take
            that it is, by its bytes or its picture, where it names none.
    """

    path: str
    kind: str
    size: int
    sha256: str
    credentials: Credentials
    recorded: ReleasedFile | None = None
    media: MediaFacts | None = None
    known: Known | None = None
    match: PictureMatch | None = None
    unreadable: str = ""
    slack: int = 0
    exclusions: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    summed: str = ""
    recorded_path: str = ""
    member_sums: tuple[str, ...] = ()
    traced: tuple[Traced, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    layout: Layout | None = None
    sounds: tuple[SoundUse, ...] = ()
    tail: int = 0
    names_seal: str = ""
    names_record: str = ""
    names_release: str = ""
    uncovered: str = ""
    untold: str = ""
    unjudged: bool = False
    uncompared: str = ""
    registered: Mapping[str, Registered] = field(default_factory=dict)

    @property
    def belongs(self) -> bool:
        """Listed in the record under its own name, or a paper beside the record, which cannot list it."""
        if self.recorded and not self.recorded_path:
            return True
        return "/" not in self.path and (self.kind in _PAPERS or self.path in _SEALS)

    @property
    def litter(self) -> bool:
        """What a file manager leaves in every folder; ``._clip.mp4`` holds no clip but what a disk cannot."""
        *folders, name = self.path.split("/")
        named = name in _LITTER or name.startswith("._") or any(each in _LITTERED for each in folders)
        return self.kind == "other" and named

    @property
    def cut_short(self) -> bool:
        """Whether it ends early; a file that is as long as the released one was altered, whatever it says."""
        released = self.recorded.size if self.recorded else 0
        return self.unreadable == ENDS_EARLY and not 0 < released <= self.size

    @property
    def displaced(self) -> bool:
        """Whether its chunks lie as nobody writes them, and no signature covers where they lie."""
        lie = self.layout
        odd = lie and (lie.backwards or lie.overlapping or lie.astray)
        return bool(odd) and offsets_left_out(self.exclusions)

    @property
    def signed_picture(self) -> bool:
        """A still that carries credentials, so that somebody vouches for it."""
        return self.kind == "image" and self.credentials.present

    @property
    def whole(self) -> bool:
        """A video or still that holds by its own signature."""
        said = self.credentials
        return (self.kind == "video" or self.signed_picture) and (
            Check.PASSED is said.integrity is said.signature and not self.unreadable
        )

    @property
    def by_circletake(self) -> bool:
        """Whether circletake signed it, as its own manifest says, whether or not that holds."""
        active = self.credentials.active
        return active is not None and active.generator.startswith(_OURS)

    @property
    def belonging(self) -> Belonging | None:
        """The release it names, where its own signature holds; nobody's word counts of other bytes."""
        active = self.credentials.active
        return Belonging.read(active.assertions.get(LABEL)) if active and self.whole else None


@dataclass(frozen=True, slots=True)
class AuditCase:
    """What a rule looks at: one file of a folder, or (``file`` is None) the whole of it.

    Attributes:
        release: what ``release.json`` records, ``None`` without one.
        seal: credentials of ``release.json`` itself.
        library: whether a registry was at hand.
        release_problem: why ``release.json`` could not be used, empty otherwise.
        listed_only: paths in SHA256SUMS that are not in the folder.
        lists: names of the lists of signers the audit was made with.
        clocks: names of its lists of timestampers.
        dated: all of them with their dates.
        at: the moment the audit judges for (UTC); ``None`` where nobody says.
        moment: that moment where another one than now was asked about.
        alone: a single file was named, and nothing beside it was looked at.
        stray: what ``release.json`` is where it is not the list of these files; ``release`` is ``None`` then.
        prompts: of takes whose prompt the credentials of several files tell, by sha256: each wording, with
            the first file that tells it.
        within: folders below this release that have lists of their own, with how many files lie in each: each
            is audited for itself. Anybody can put a list into a folder, so none of its files belongs here.
        beside: sha256 of the lists and the signed videos of releases that were audited beside these files.
    """

    root: str
    files: tuple[FileCase, ...]
    file: FileCase | None = None
    release: Release | None = None
    seal: Credentials | None = None
    library: bool = False
    release_problem: str = ""
    listed_only: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    dated: tuple[ListUsed, ...] = ()
    at: datetime | None = None
    moment: datetime | None = None
    alone: bool = False
    stray: Stray | None = None
    prompts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    within: Mapping[str, int] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is here of the releases that files name, but for copies of what lies in one beside."""
        return parts_of(f for f in self.files if f.sha256 not in self.beside)

    @property
    def unlisted(self) -> str:
        """Why no file here can be held against a list; empty where each can."""
        if self.release is not None:
            return ""
        told = f"release.json is {self.stray.told}" if self.stray else "no release.json"
        return self.release_problem or told

    @property
    def videos(self) -> tuple[FileCase, ...]:
        """The videos among the files."""
        return tuple(f for f in self.files if f.kind == "video")

    @property
    def record(self) -> str:
        """The sha256 of the ``release.json`` that is there; empty without one, or of another program's."""
        foreign = self.stray is not None and self.stray.kind == "foreign"
        return "" if foreign else next((f.sha256 for f in self.files if f.kind == "record"), "")

    @property
    def sealed(self) -> bool:
        """Whether ``release.json`` is there and is what its signer sealed."""
        seal = self.seal
        if self.release is None or seal is None or not seal.present:
            return False
        return seal.integrity is Check.PASSED and seal.signature is Check.PASSED
