"""What is here of the releases that signed files name, and whether the list that lies here is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from circletake.model.belonging import missing
from circletake.model.text import counted

if TYPE_CHECKING:
    from circletake.model.case import FileCase


@dataclass(frozen=True, slots=True)
class Part:
    """The files here that name one release and hold by their own signatures.

    Attributes:
        release: its id.
        signer: who signed them, as the certificate says; whoever signs can name any release.
        certificate: fingerprint of that certificate.
        of: signed files that the release has, as they say.
        numbers: which of them are here, each once.
        files: their paths.
    """

    release: str
    signer: str
    certificate: str
    of: int
    numbers: tuple[int, ...]
    files: tuple[str, ...]

    @property
    def told(self) -> str:
        """``10 of the 12 signed files of a release (without numbers 3 and 7)``; of one alone, its number."""
        whole = counted(self.of, "signed file")
        if len(self.numbers) >= self.of:
            return f"the one {whole[2:]} of a release" if self.of == 1 else f"all {whole} of a release"
        if len(self.numbers) == 1:
            which = f"number {self.numbers[0]}"
        else:
            gone = missing(self.numbers, self.of)
            which = f"without number{'' if self.of - len(self.numbers) == 1 else 's'} {gone}"
        return f"{len(self.numbers)} of the {whole} of a release ({which})"


@dataclass(frozen=True, slots=True)
class Stray:
    """A list that lies here and is not the list of the files here.

    Attributes:
        kind: ``signer``: somebody else sealed a list of files of these names; ``release``: it is the signer's
            own, of another release than its files name; ``elsewhere``: none of its files is here;
            ``foreign``: it is no list that circletake wrote.
        name: of the release it lists.
        sealed_by: who sealed it; empty where its seal does not hold.
        certificate: fingerprint of that certificate.
        listed: the sha256 it has of each signed file, by path.
    """

    kind: str
    name: str = ""
    sealed_by: str = ""
    certificate: str = ""
    listed: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What it is, to follow on ``release.json is``."""
        sealed = f", sealed by {self.sealed_by}" if self.sealed_by else ""
        if self.kind == "foreign":
            return "no release list of circletake"
        if self.kind == "elsewhere":
            return f"the list of another release, “{self.name}”{sealed}: none of its files is here"
        if self.kind == "release":
            return f"the list of another release, “{self.name}”{sealed}"
        return f"another signer's list{sealed}"

    @property
    def whose(self) -> str:
        """Whose list it is, in a word or two."""
        return "another signer's list" if self.kind == "signer" else "another release's list"

    @property
    def changed(self) -> str:
        """What was done to the release's own list, to follow on ``was``; empty where it may just lie here."""
        return {
            "signer": "sealed by somebody who did not sign its files",
            "release": "made for another release than its files name",
        }.get(self.kind, "")


def parts_of(files: Iterable[FileCase]) -> tuple[Part, ...]:
    """The releases that files name, those with most files first.

    A file that names the same id and was signed by another is told apart: anybody can name any id.
    """
    found: dict[tuple[str, str], list[FileCase]] = {}
    for file in files:
        if place := file.belonging:
            active = file.credentials.active
            signer = active.signer if active else None
            found.setdefault((place.release, signer.sha256 if signer else ""), []).append(file)
    parts = []
    for (release, certificate), same in found.items():
        places = [place for file in same if (place := file.belonging)]
        active = same[0].credentials.active
        parts.append(
            Part(
                release,
                active.signer.name if active and active.signer else "somebody unnamed",
                certificate,
                max(place.of for place in places),
                tuple(sorted({place.number for place in places})),
                tuple(file.path for file in same),
            )
        )
    return tuple(sorted(parts, key=lambda part: (-len(part.files), part.files)))
