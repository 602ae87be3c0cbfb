"""What a finished task brings: clips as they are, clips out of an archive, and a word about the rest."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from circletake import Context, PluginError

_CLIPS = (".mp4", ".mov", ".webm", ".mkv", ".m4v")
_KNOWN = (*_CLIPS, ".zip", ".wav", ".png", ".jpg", ".json")
_MOST = 20_000_000_000
"""Bytes of one member; more is no clip."""


def suffix_of(link: str) -> str:
    """The suffix of what a link leads to; ``.mp4`` where it has none that is known."""
    suffix = PurePosixPath(urlsplit(link).path).suffix.lower()
    return suffix if suffix in _KNOWN else ".mp4"


def clips(files: list[Path], ctx: Context) -> list[Path]:
    """The clips among ``files``; the others are removed, archives once their clips are out.

    Raises:
        PluginError: there is none, as where pictures were asked for.
    """
    found: list[Path] = []
    for file in files:
        if file.suffix in _CLIPS:
            found.append(file)
            continue
        if file.suffix == ".zip":
            found += _unpacked(file, ctx)
        else:
            ctx.warn("not_kept", f"the task also brought {file.name}, which is no clip")
        file.unlink()
    if not found:
        kinds = ", ".join(dict.fromkeys(file.suffix for file in files)) or "nothing"
        raise PluginError(
            "runway",
            f"the task brought no clip ({kinds})",
            "fetch it at Runway's site, or ask again with output_format=mp4 or prores",
        )
    return found


def _unpacked(archive: Path, ctx: Context) -> Iterator[Path]:
    """The clips of an archive, each under a name of ours."""
    try:
        with zipfile.ZipFile(archive) as bundle:
            for number, member in enumerate(bundle.infolist()):
                ctx.check_cancelled()
                suffix = PurePosixPath(member.filename).suffix.lower()
                if member.is_dir() or suffix not in _CLIPS or member.file_size > _MOST:
                    continue
                clip = archive.with_name(f"{archive.stem}-{number}{suffix}")
                with bundle.open(member) as packed, clip.open("wb") as file:
                    shutil.copyfileobj(packed, file)
                yield clip
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise PluginError("runway", f"the archive it brought cannot be read ({error})") from error
