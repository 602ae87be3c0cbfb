"""Which pictures this installation can read and write, as its libraries tell."""

from __future__ import annotations

from circletake.errors import MediaError

ENCODERS = ("libx264", "aac", "prores_ks", "dnxhd")
"""What rendering and conforming use."""


def decoding() -> str:
    """Version of FFmpeg's decoders, in words."""
    import av

    major, minor, micro = av.library_versions["libavcodec"]
    return f"PyAV {av.__version__}, libavcodec {major}.{minor}.{micro}"


def encoding() -> str:
    """The encoders that are there, of those circletake uses.

    Raises:
        MediaError: H.264 or AAC cannot be written, so nothing can be rendered.
    """
    able = [name for name in ENCODERS if _listed(name)]
    missing = {"libx264", "aac"} - set(able)
    if missing:
        raise MediaError(
            "PyAV", f"was built without {', '.join(sorted(missing))}", "pip install --force-reinstall av"
        )
    return ", ".join(able)


def _listed(name: str) -> bool:
    import av

    try:
        return av.codec.Codec(name, "w").is_encoder
    except (av.error.FFmpegError, ValueError):
        return False
