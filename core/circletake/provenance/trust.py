"""Whose signatures count: named, dated lists of certificate authorities, kept by the user.

Nothing is bundled and nothing is fetched: a list is trusted because a person added it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast, get_args

from circletake.errors import KeyProblem, NotFound
from circletake.files import write_whole
from circletake.model.case import OWN_KEY
from circletake.model.manifest import plainly
from circletake.model.text import printable
from circletake.provenance.certificates import fingerprint
from circletake.provenance.listfiles import Kind, read_list

STALE_DAYS = 180
"""A list that promised no date of its next edition is old after so many days."""


@dataclass(frozen=True, slots=True)
class TrustList:
    """A list of authorities.

    Attributes:
        date: ISO date of the list, as whoever published it dates it.
        pem: the certificates, one after the other.
        kind: whom it vouches for; a list of one kind says nothing of the other.
        next_update: ISO date by which its publisher promised another, empty where none was promised.
    """

    name: str
    date: str
    pem: str
    kind: Kind = "signers"
    next_update: str = ""

    @property
    def label(self) -> str:
        """How a verdict names it: ``C2PA 2026-08-05``."""
        return f"{self.name} {self.date}"


@dataclass(frozen=True, slots=True)
class Authority:
    """One certificate on a list, told to people.

    Attributes:
        subject: its name, as it calls itself; of a self-made one, that it is.
        sha256: fingerprint, ``9A:41:...``.
        not_before: start of its validity (UTC).
        not_after: end of its validity (UTC).
    """

    subject: str
    sha256: str
    not_before: datetime.datetime
    not_after: datetime.datetime

    def current(self, at: datetime.datetime) -> bool:
        """Whether it is valid at a moment."""
        return self.not_before <= at < self.not_after


def staleness(trusted: TrustList, at: datetime.date) -> str:
    """Why a list should be renewed, in words; empty where it need not be.

    A list of one's own making has no later edition; it is told as old all the same, since signers come
    and go. One's own key is no list that anybody publishes.
    """
    if trusted.name == OWN_KEY:
        return ""
    if trusted.next_update:
        if at.isoformat() > trusted.next_update:
            return f"its next edition was due on {trusted.next_update}"
        return ""
    try:
        days = (at - datetime.date.fromisoformat(trusted.date)).days
    except ValueError:
        return ""
    return f"it is {days} days old" if days > STALE_DAYS else ""


class TrustStore:
    """The lists of one user.

    Args:
        home: the user's configuration folder; lists lie in ``home/trust.json``.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "trust.json"

    def add(
        self, name: str, file: Path, date: str = "", kind: Kind = "signers", next_update: str = ""
    ) -> TrustList:
        """Trust the authorities in ``file`` under ``name``; a list of that name is replaced.

        Args:
            file: PEM, or the JSON of the C2PA trust lists, which tells its own dates.
            date: ISO date of the list; where empty, as the file says.
            kind: whom the list vouches for.
            next_update: ISO date of its next edition, where its publisher promised one.

        Raises:
            KeyProblem: a private key in the file, no certificate of an authority in it, a name or
                date that makes no sense, or a list that says itself that it is of the other kind.
        """
        if not name.strip() or printable(name, 60) != name:
            raise KeyProblem("trust list", "its name must be 1 to 60 plain characters", "choose another name")
        read = read_list(file)
        if read.kind and read.kind != kind:
            option = "with" if read.kind == "timestampers" else "without"
            raise KeyProblem(
                str(file), f"calls itself a list of {read.kind}", f"add it {option} --timestampers"
            )
        date, next_update = date or read.date, next_update or read.next_update
        for day in filter(None, (date or "nothing", next_update)):
            try:
                datetime.date.fromisoformat(day)
            except ValueError as error:
                reason = f"'{printable(day, 20)}' is not a date" if date else "its date was not given"
                raise KeyProblem(name, reason, "--date, written as 2026-08-05") from error
        added = TrustList(name, date, read.pem, kind, next_update)
        self._save([each for each in self.lists() if each.name != name] + [added])
        return added

    def lists(self) -> list[TrustList]:
        """Every list, in the order they were added.

        Raises:
            KeyProblem: the file is damaged.
        """
        try:
            stored = json.loads(self._path.read_text("utf-8"))
            return [_stored(row) for row in stored]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeyProblem(
                str(self._path), "the trust lists cannot be read", "move the file away and add them again"
            ) from error

    def get(self, name: str) -> TrustList:
        """One list.

        Raises:
            NotFound: there is none of that name.
        """
        found = next((each for each in self.lists() if each.name == name), None)
        if found is None:
            raise NotFound(f"trust list {printable(name, 60)}", "there is none", "see: circletake trust list")
        return found

    def remove(self, name: str) -> None:
        """Trust this list no more.

        Raises:
            NotFound: there is none of that name.
        """
        self.get(name)
        self._save([each for each in self.lists() if each.name != name])

    def _save(self, lists: list[TrustList]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(self._path, json.dumps([asdict(each) for each in lists], indent=1).encode())


def _stored(row: Mapping[str, object]) -> TrustList:
    kind = row.get("kind", "signers")
    if kind not in get_args(Kind):
        raise ValueError(f"no kind of list: {kind!r}")
    return TrustList(
        str(row["name"]), str(row["date"]), str(row["pem"]), cast(Kind, kind), str(row.get("next_update", ""))
    )


def authorities(file: Path) -> str:
    """The certificates of authorities in a file, as PEM; see :func:`read_list`.

    Raises:
        KeyProblem: unreadable, a private key in it, or no certificate that may issue others.
    """
    return read_list(file).pem


def fingerprints(trusted: TrustList) -> dict[str, str]:
    """SHA-256 fingerprint and name of each authority on a list."""
    return {each.sha256: each.subject for each in members(trusted)}


def members(trusted: TrustList) -> list[Authority]:
    """Every authority on a list, in its order."""
    from cryptography import x509

    return [
        Authority(
            plainly(each.subject.rfc4514_string()),
            fingerprint(each),
            each.not_valid_before_utc,
            each.not_valid_after_utc,
        )
        for each in x509.load_pem_x509_certificates(trusted.pem.encode("ascii"))
    ]
