"""A certificate from an authority: ask for one, take in what it sends.

What was there keeps signing until the new key is proven, and is kept afterwards.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from circletake.errors import CircletakeError, KeyProblem
from circletake.files import write_whole
from circletake.provenance.acceptance import lacking
from circletake.provenance.certificates import Algorithm, algorithm_of, new_key, request
from circletake.provenance.keyfiles import (
    chain_pem,
    checked_name,
    key_pem,
    loaded_key,
    public_of,
    read_chain,
    read_private,
    read_some,
)
from circletake.provenance.keys import ANCHOR, CHAIN, KEY, FileSigner, KeyInfo, KeyRing

REQUESTED = "requested.key"
"""The fresh key that waits for its certificate."""


def ask(
    ring: KeyRing,
    organisation: str = "",
    country: str = "",
    algorithm: Algorithm = "es256",
    *,
    fresh: bool = False,
) -> tuple[bytes, Path]:
    """A request for a certificate, to be sent to an authority.

    Args:
        organisation: who signs; as the present certificate says where empty.
        algorithm: of a fresh key.
        fresh: ask for another key than the one that signs now; it waits in ``requested.key``.

    Returns:
        The request (PKCS#10, PEM), and where the private key lies that it is about.

    Raises:
        KeyProblem: no name was given or is known, or the folder or key is unsafe.
    """
    ring.refuse_library()
    if not organisation and ring.exists:
        organisation = ring.show().organisation
    name = checked_name(organisation, country)
    place = ring.folder / KEY
    if fresh or not place.exists():
        place = ring.folder / REQUESTED
        if not place.exists():
            ring.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(place, key_pem(new_key(algorithm)))
    return request(loaded_key(read_private(place), place), name, country.upper()), place


def take_in(
    ring: KeyRing,
    key_file: Path,
    chain_file: Path,
    *,
    replace: bool = False,
    passphrase: Callable[[], str] = lambda: "",
) -> KeyInfo:
    """Sign from now on with a key and certificates that came from elsewhere.

    Everything is made ready in a folder beside the keys, proven by a signature that reads back, and takes
    its place as a whole. Former keys are kept in a folder of their own.

    Args:
        key_file: the private key (PEM); it is kept unencrypted, in a file that its owner alone can read.
        chain_file: the signing certificate, then those above it (PEM).
        replace: put it in the place of keys that are there.
        passphrase: asked where the key is encrypted.

    Raises:
        KeyProblem: what lacks, by name; keys that were there still sign.
    """
    ring.refuse_library()
    if ring.exists and not replace:
        raise KeyProblem(
            str(ring.folder), "there are keys already", "say --replace; the former ones are kept beside"
        )
    chain = read_chain(chain_file)
    key = loaded_key(read_some(key_file), key_file, passphrase)
    wrong = lacking(chain)
    if public_of(key) != public_of(chain[0]):
        wrong.insert(0, "its first certificate belongs to another key")
    if wrong:
        raise KeyProblem(
            str(chain_file), "; ".join(wrong), "nothing was imported; ask the authority that issued it"
        )
    _prove(FileSigner(algorithm_of(chain[0]), chain_pem(chain).decode("ascii"), key), chain_file)
    home = ring.folder.parent
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _staging(home) as staged:
            write_whole(staged / ANCHOR, chain_pem(chain[-1:]))
            write_whole(staged / KEY, key_pem(key))
            write_whole(staged / CHAIN, chain_pem(chain))
            _put(staged, ring.folder)
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise KeyProblem(str(home), reason, "nothing was imported; check that the folder has room") from error
    return ring.show()


@contextlib.contextmanager
def _staging(home: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=home, prefix=".keys-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prove(signer: FileSigner, chain_file: Path) -> None:
    """Seal a record and read it again, since C2PA may refuse what our own list of reasons does not know."""
    from circletake.provenance.signing import seal

    with tempfile.TemporaryDirectory(prefix="circletake-") as folder:
        record = Path(folder) / "proof.json"
        record.write_text("{}")
        try:
            seal(record, signer, when=datetime.now(UTC))
        except CircletakeError as error:
            reason = f"a signature made with it does not verify: {error.reason}"
            raise KeyProblem(str(chain_file), reason, "nothing was imported") from error


def _put(staged: Path, folder: Path) -> None:
    """Give new keys their place; the former ones move beside it, and back where that fails."""
    if not folder.exists():
        staged.rename(folder)
        return
    waiting = folder / REQUESTED
    answered = waiting.is_file() and waiting.read_bytes() == (staged / KEY).read_bytes()
    former = next(place for place in _beside(folder) if not place.exists())
    folder.rename(former)
    try:
        staged.rename(folder)
    except OSError:
        former.rename(folder)
        raise
    if answered:
        (former / REQUESTED).unlink()
    with contextlib.suppress(OSError):  # it stays where anything is left in it
        former.rmdir()


def _beside(folder: Path) -> Iterator[Path]:
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    yield folder.with_name(f"{folder.name}.until-{day}")
    for number in range(2, 10_000):
        yield folder.with_name(f"{folder.name}.until-{day}-{number}")
