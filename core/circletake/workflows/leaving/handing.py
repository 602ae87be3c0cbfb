"""Handing a cut or takes to an editor: the signed media and the song, collected beside the timelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from circletake.errors import BadInput, MediaError
from circletake.files import sha256_of
from circletake.model.cut import Cut, Song
from circletake.model.export import ExportRequest, SongFile
from circletake.model.place import rewritten
from circletake.model.policy import PromptPolicy
from circletake.model.slate import Slate
from circletake.model.text import file_stem
from circletake.workflows.contents import kind_of
from circletake.workflows.leaving.workbench import CLIPS, Made, Workbench
from circletake.workflows.progress import Progress
from circletake.workflows.writing import place

if TYPE_CHECKING:
    from circletake.model.take import MediaFacts

_SOUND_ALONE = (".wav", ".mp3", ".flac", ".ogg", ".aiff", ".aif", ".aac")
"""Songs that come along. Other containers may hold a video, which nobody would have signed."""

_CREDENTIALS = "c2pa.assertions"
"""Stands in every manifest store, in whatever file that lies."""

_SOUND_IF_SAID = (".m4a", ".m4b")
"""Of the family of MP4: they come along where their first bytes say that they are sound."""


@dataclass(frozen=True, slots=True)
class Handing:
    """How timelines and their media are laid out.

    Attributes:
        bins: takes are handed over in a bin for each shot, rather than as an edit.
        collect: name of the folder, beside the timelines, in which the media lie.
        conform: exporter that gives every clip the cut's size and rate; as they are without one.
        relative: media are named relative to the timelines wherever they are named.
        rewrite: a folder of this machine, and what the editor's machine calls it.
    """

    bins: bool = False
    collect: str = CLIPS
    conform: str = ""
    relative: bool = False
    rewrite: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        folder = PurePosixPath(self.collect)
        if folder.is_absolute() or ".." in folder.parts or not folder.parts or "\\" in self.collect:
            raise BadInput(
                "--collect", f"{self.collect!r} is no folder beside the timeline", "a name such as media"
            )
        if self.relative and self.rewrite:
            raise BadInput(
                "--rewrite", "names relative to the timeline have no folder", "leave out --relative"
            )

    def seen_as(self, to: Path) -> str:
        """The folder ``to`` as the editor's machine calls it; empty for relative names.

        Raises:
            BadInput: it does not lie below the folder that is to be rewritten.
        """
        if self.relative:
            return ""
        if self.rewrite is None:
            return str(to)
        before, after = str(Path(self.rewrite[0]).absolute()), self.rewrite[1]
        seen = rewritten(str(to), before, after)
        if seen is None:
            raise BadInput("--rewrite", f"{to} does not lie in {before}", "name a folder above --to")
        return seen


@dataclass(frozen=True, slots=True)
class Collected:
    """Media that lie beside a timeline.

    Attributes:
        slates: by take id, with the facts of the files as they lie there.
        media: by take id.
    """

    made: tuple[Made, ...]
    slates: Mapping[str, Slate]
    media: Mapping[str, Path]
    song: SongFile | None

    def request(self, name: str, cut: Cut) -> ExportRequest:
        """What an exporter that packages them is asked."""
        return ExportRequest(name, cut, self.slates, self.media, song=self.song)


def collected(
    bench: Workbench,
    cut: Cut,
    slates: Mapping[str, Slate],
    staged: Path,
    handing: Handing,
    progress: Progress,
) -> Collected:
    """Put every take of a cut, signed, and its song into the folder for media inside ``staged``.

    Raises:
        MediaError, SigningError, PluginError: as they say.
    """
    folder = staged / handing.collect
    clips: dict[str, Made] = {}
    known = dict(slates)
    if handing.conform:
        for number, slate in enumerate(slates.values()):
            clip = bench.conformed(slate, cut, handing.conform, folder)
            clips[slate.take.id] = clip
            known[slate.take.id] = replace(slate, take=replace(slate.take, media=_facts(clip.path)))
            progress.step(number + 1, len(slates), slate.take.label)
    else:
        with closing(bench.in_turn(slates.values())) as signed:
            clips = {s.take.id: bench.clip(s, folder, s.take.slate) for s in signed}
    song = None if cut.song is None or handing.bins else _song(bench, cut.song, slates.values(), folder)
    made = list(clips.values())
    if song:
        made.append(Made(song.path, bench.ledger.row(song.path, "sound", [], cut=cut)))
    return Collected(tuple(made), known, {take_id: each.path for take_id, each in clips.items()}, song)


def _facts(path: Path) -> MediaFacts:
    from circletake.media.probe import probe

    return probe(path).facts


def _sound_alone(source: Path) -> bool:
    """Whether a song's container holds no video. Whatever leaves is looked into again at the gate."""
    suffix = source.suffix.lower()
    if suffix in _SOUND_ALONE:
        return True
    return suffix in _SOUND_IF_SAID and source.is_file() and kind_of(source) == "sound"


def _without_prompts(bench: Workbench, source: Path, path: Path, slates: Iterable[Slate]) -> str:
    """Put a song whose credentials hold no prompt at ``path``: its own, or a redacted copy that is told.

    Returns:
        why there is none; empty where it lies there.
    """
    from circletake.provenance.container import MIMES, has_credentials
    from circletake.provenance.derived import plan_redacted
    from circletake.provenance.keeping import prompts_of
    from circletake.provenance.redaction import assertions_in, held, still_in, telling, words_in
    from circletake.provenance.signing import sign

    known = prompts_of(slates)
    found = words_in(source, known=known)
    if not assertions_in(source) and (has_credentials(source) or still_in(source, (_CREDENTIALS,))):
        return "it carries credentials that cannot be read, and may hold prompts"
    if found.fixed:
        return f"no redaction reaches what may be words in its credentials ({found.fixed[0]})"
    if not found.places:
        place(source, path)
    elif source.suffix.lower() not in MIMES:
        return "its credentials hold a prompt, and a file of its kind cannot be signed without it"
    else:
        terms = bench.terms
        plan = plan_redacted(source, found, when=terms.when, by=terms.by)
        path.parent.mkdir(parents=True, exist_ok=True)
        sign(plan, source, path, terms.signer, timestamper=terms.timestamper)
        bench.warnings.append(f"{path.name} is a copy: prompts were taken out of its credentials")
    if held(path).places or still_in(path, telling([*known, *found.texts])):
        path.unlink()
        return "a prompt that is kept back stands in it"
    return ""


def _song(bench: Workbench, song: Song, slates: Iterable[Slate], folder: Path) -> SongFile | None:
    """A copy of the song; ``None``, with a warning, where it cannot come along."""
    from circletake.media.soundtrack import song_facts

    source = Path(song.path)
    if not _sound_alone(source):
        bench.warnings.append(
            f"{song.name} stays: its container may hold a video; bring it as wav, flac or mp3"
        )
        return None
    if not source.is_file() or sha256_of(source) != song.sha256:
        bench.warnings.append(f"{song.name} stays: it is gone, or is another file than when it was added")
        return None
    try:
        seconds, audio = song_facts(source)
    except MediaError as error:
        bench.warnings.append(f"{song.name} stays: {error.reason}")
        return None
    path = folder / f"{file_stem(Path(song.name).stem)}{source.suffix.lower()}"
    if bench.terms.policy is PromptPolicy.FULL:
        place(source, path)
    elif why := _without_prompts(bench, source, path, slates):
        bench.warnings.append(f"{song.name} stays: {why}; bring it without them, or: --prompts full")
        return None
    return SongFile(path, seconds, audio)
