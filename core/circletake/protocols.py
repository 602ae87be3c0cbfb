"""What plugins yield and what the core hands them: the typed half of the contract.

Every plugin object is a stateless descriptor with an :class:`About`; its settings are a
frozen dataclass that the core fills from the library's ``circletake.toml``. Names used
here are frozen values from :mod:`circletake.model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from circletake.model.audit import Outcome, RuleCard
    from circletake.model.case import AuditCase
    from circletake.model.export import ExportRequest, ProducedFile
    from circletake.model.generation import FetchedFile, GenerationRequest, JobState, ModelCard, RequestCheck
    from circletake.model.manifest import Credentials
    from circletake.model.recipe import RecipeClaim
    from circletake.model.score import Measured
    from circletake.model.take import MediaFacts

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class NoSettings:
    """For plugins that have nothing to set."""


@dataclass(frozen=True, slots=True)
class About(Generic[S]):
    """A plugin object, told to the core.

    Attributes:
        name: unique among plugins of its kind; also its section in ``circletake.toml``.
        summary: one line for ``plugins list``.
        version: raised when results change, so that work is done again.
        settings: a frozen dataclass with a default for every field.
    """

    name: str
    summary: str
    version: str
    settings: type[S]


class Context(Protocol):
    """What a call may ask of the core; one per call, never pickled."""

    def check_cancelled(self) -> None:
        """Raise :class:`circletake.errors.Cancelled` when the person stopped the work."""

    def progress(self, fraction: float | None, note: str = "") -> None:
        """Say how far the work is, 0-1, or ``None`` where nobody can tell."""

    def warn(self, code: str, text: str) -> None:
        """Say something a person should know that does not stop the work."""

    def secret(self, name: str) -> str:
        """A key from the environment or the keyring; only in the coordinating process."""

    def is_known(self, job: str) -> bool:
        """Whether the library has this id as that of another job, so that ``find`` is not looking for it."""


class Plugin(Protocol[S]):
    """What every plugin object has."""

    @property
    def about(self) -> About[S]:
        """Its name, version and settings."""


class Generator(Plugin[S], Protocol[S]):
    """A backend that makes takes. ``poll`` is idempotent, ``fetch`` repeatable.

    Several threads may call it at once, each for a job of its own. Whatever a call cannot do
    now and did not do is raised as :class:`circletake.errors.Transient`, with the seconds the
    backend wishes to be left alone; it is asked again. Any other error of ``submit`` is taken
    as a refusal, unless it is one of the unforeseen.
    """

    def models(self, settings: S) -> Sequence[ModelCard]:
        """What it can make takes with, told without the network."""

    def check(self, request: GenerationRequest, settings: S) -> RequestCheck:
        """Problems, warnings and cost of a request, told without the network."""

    def submit(self, request: GenerationRequest, settings: S, ctx: Context) -> str:
        """Send the request; the backend's own id of the job comes back.

        Raises:
            Unanswered: no answer came back, so it may have been sent. Raise it for a connection
                that broke after the request left; ``find`` is asked then.
        """

    def find(self, request: GenerationRequest, settings: S, ctx: Context) -> str | None:
        """The id of a request whose answer was lost; ``None`` where the backend has no such job.

        Requests without a seed are alike: of several that match, those that ``ctx.is_known`` are
        other takes.

        Raises:
            Unanswered: the backend cannot be asked that. The request is then never repeated by
                itself: a person is told.
        """

    def poll(self, job: str, settings: S, ctx: Context) -> JobState:
        """Where the job is."""

    def fetch(self, job: str, into: Path, settings: S, ctx: Context) -> Sequence[FetchedFile]:
        """Bring what the job made into the empty folder ``into``; links are asked for anew each time."""

    def cancel(self, job: str, settings: S, ctx: Context) -> None:
        """Ask the backend to stop; it may be too late."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The frames and sound a scorer wants; equal needs share one conversion.

    Attributes:
        long_side: pixels of the longer side, ``None`` for the take's own size.
        fps: samples a second, or every frame.
        pixels: ``gray`` gives (n, h, w), ``rgb24`` (n, h, w, 3), ``None`` no picture at all.
        audio_hz: rate of mono sound, ``None`` for none.
        recipe: the score depends on the recipe, which then joins the score's key.
    """

    long_side: int | None = None
    fps: Fraction | Literal["native"] = "native"
    pixels: Literal["gray", "rgb24"] | None = "gray"
    audio_hz: int | None = None
    recipe: bool = False


@dataclass(frozen=True, slots=True)
class TakeFacts:
    """What a scorer knows of the take before the first frame.

    Attributes:
        recipe: the recipe in force, only where the scorer's needs asked for it.
    """

    sha256: str
    media: MediaFacts
    recipe: Mapping[str, str] = field(default_factory=dict)


class Scoring(Protocol):
    """One take being scored; lives and dies in one worker."""

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        """A run of frames, read-only, in order, with the time of each."""

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        """A run of mono samples in -1..1, and the time of the first."""

    def finish(self) -> Measured:
        """Scores and findings, once everything was shown."""


class Scorer(Plugin[S], Protocol[S]):
    """Measures takes, from the one pass that decodes them."""

    def needs(self, settings: S) -> Needs:
        """The frames and sound it wants."""

    def start(self, take: TakeFacts, settings: S, ctx: Context) -> Scoring:
        """Begin with one take."""


class Exporter(Plugin[S], Protocol[S]):
    """Makes files in a staging folder; the core signs and publishes them."""

    @property
    def reads(self) -> Literal["library", "signed"]:
        """``library``: renders. ``signed``: packages media that the core has signed."""

    def export(
        self, request: ExportRequest, staging: Path, settings: S, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Make the files of one request inside ``staging``."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file on import, as a recipe reader sees it. All of it is untrusted.

    Attributes:
        name: without folders.
        tags: container tags, keys in lower case.
        sidecars: bytes by file name of small files beside it that share its stem.
        credentials: what its C2PA manifest said, ``None`` without one.
    """

    name: str
    sha256: str
    media: MediaFacts
    tags: Mapping[str, str]
    sidecars: Mapping[str, bytes]
    credentials: Credentials | None = None


class RecipeReader(Plugin[S], Protocol[S]):
    """Recovers how a take was made. Pure: claims come out, nothing is opened."""

    def read(self, source: SourceFile, settings: S) -> Iterable[RecipeClaim]:
        """What this file tells of how it was made; nothing where it tells nothing."""


class AuditRule(Plugin[S], Protocol[S]):
    """One question an audit asks. Pure, without I/O."""

    @property
    def card(self) -> RuleCard:
        """The rule, told to people."""

    def check(self, case: AuditCase, settings: S) -> Iterable[Outcome]:
        """What the rule says of this case: passed, failed, or not checked and why."""


class OpenSigner(Protocol):
    """A signer ready for use in this process.

    ``sign`` gets the bytes to be signed and returns a raw ``r || s`` or DER signature;
    what it raises is told to the person as it is.
    """

    @property
    def algorithm(self) -> Literal["es256", "es384", "ps256", "ed25519"]:
        """The signature's algorithm, by its C2PA name."""

    @property
    def chain_pem(self) -> str:
        """The signing certificate and those above it, PEM."""

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``."""

    def close(self) -> None:
        """Let go of the key."""


class SignerProvider(Plugin[S], Protocol[S]):
    """Opens a signer: key files, a KMS, a token."""

    def open(self, settings: S, ctx: Context) -> OpenSigner:
        """A signer for this process."""
