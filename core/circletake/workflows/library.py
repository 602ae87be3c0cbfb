"""A library: one folder with its settings, registry, media store and derived files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import LibraryError, MediaError
from circletake.model.location import LocationState
from circletake.workflows.settings import SETTINGS, Settings, first_settings, read_settings, root_above
from circletake.workflows.staging import staged

if TYPE_CHECKING:
    from types import TracebackType

    from circletake.model.take import Take
    from circletake_registry.media_store import MediaStore
    from circletake_registry.registry import Registry

_READABLE = (LocationState.OK, LocationState.MISSING, LocationState.REWRAPPED)
"""A place marked missing may be there again; one that was altered shows another picture."""

HOME = ".circletake"


@dataclass(frozen=True, slots=True)
class Library:
    """An open library. Use it as a context manager, so that the registry is closed."""

    root: Path
    settings: Settings
    registry: Registry
    store: MediaStore

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.registry.close()

    @property
    def home(self) -> Path:
        """The folder for everything circletake keeps for itself."""
        return self.root / HOME

    def media(self, take: Take) -> Path:
        """Where the take's bytes can be read now.

        Raises:
            MediaError: none of its known places holds a file, or one that shows another picture.
        """
        what, known = f"{take.label} ({take.name})", self.registry.media.locations(take.sha256)
        for location in known:
            path = self.store.path(location)
            if location.state in _READABLE and path.is_file():
                return path
        if any(location.state not in _READABLE for location in known):
            raise MediaError(
                what, "its file was altered", "put the original back, then: circletake library verify"
            )
        raise MediaError(what, "its file is gone", "circletake library relink FOLDER")

    def poster(self, sha256: str) -> Path:
        """The take's still picture (JPEG); it may not be there yet."""
        return self.home / "pictures" / sha256[:2] / f"{sha256}.poster.jpg"

    def sprite(self, sha256: str) -> Path:
        """The take's hover sprite (JPEG); it may not be there yet."""
        return self.home / "pictures" / sha256[:2] / f"{sha256}.sprite.jpg"

    def credentials(self, sha256: str) -> Path:
        """The manifest store the file carried on import, byte for byte; it may not be there."""
        return self.home / "credentials" / sha256[:2] / f"{sha256}.c2pa"

    @property
    def signed_folder(self) -> Path:
        """Where takes signed for export are kept for the next one."""
        return self.home / "signed"

    @property
    def previews_folder(self) -> Path:
        """Where previews of cuts are kept; they are not signed and never leave."""
        return self.home / "previews"

    @property
    def staging_folder(self) -> Path:
        """Where work in progress lies."""
        return self.home / "staging"

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A fresh folder on the library's own disk, gone afterwards; what killed work left goes first."""
        with staged(self.staging_folder) as folder:
            yield folder


def create_library(root: Path) -> Library:
    """Make a library in ``root``, a new or existing folder.

    Raises:
        LibraryError: there is one already, or the folder lies inside another library.
    """
    from circletake_registry.registry import Registry

    root = root.expanduser().resolve()
    if (root / SETTINGS).exists():
        raise LibraryError(str(root), "is a library already", "circletake takes")
    outer = next((p for p in root.parents if (p / SETTINGS).is_file()), None)
    if outer:
        raise LibraryError(str(root), f"lies inside the library {outer}", "choose a folder outside it")
    if root.exists() and not root.is_dir():
        raise LibraryError(str(root), "is a file", "name a folder")
    home = root / HOME
    home.mkdir(parents=True, exist_ok=True)
    # The settings file comes last: a folder is a library only once everything else is there.
    Registry.create(home / "registry.sqlite").close()
    staged = root / f".{SETTINGS}.new"
    staged.write_text(first_settings(root.name), encoding="utf-8")
    staged.replace(root / SETTINGS)
    return _open(root)


def find_library(start: Path | None = None) -> Library:
    """Open the library that ``start`` (or the working folder) lies in.

    ``CIRCLETAKE_LIBRARY`` names one for every command where no ``start`` is given.

    Raises:
        LibraryError: there is none here or above.
    """
    named = os.environ.get("CIRCLETAKE_LIBRARY", "")
    here = (start or Path(named or ".")).expanduser().resolve()
    root = root_above(here)
    if root is None:
        raise LibraryError(str(here), "no library here or in any folder above", "circletake init")
    return _open(root)


def user_home() -> Path:
    """Where keys and trust lists live: ``$CIRCLETAKE_HOME``, or a folder of the user's own."""
    named = os.environ.get("CIRCLETAKE_HOME", "")
    if named:
        return Path(named).expanduser().resolve()
    config = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(config) if config else Path.home() / ".config") / "circletake"


def _open(root: Path) -> Library:
    from circletake_registry.media_store import MediaStore
    from circletake_registry.registry import Registry

    settings = read_settings(root)
    database = root / HOME / "registry.sqlite"
    if not database.is_file():
        raise LibraryError(str(root), "its registry is missing", f"put a backup at {database}")
    return Library(root, settings, Registry.open(database), MediaStore(root / HOME / "media"))
