"""Codecs that cuts and conformed clips are written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Codec:
    """How a file is encoded.

    Attributes:
        encoder: FFmpeg's name of the video encoder.
        pixels: FFmpeg's pixel format.
        muxer: of the file; ``mp4`` or ``mov``.
        sound: FFmpeg's name of the audio encoder.
        bitrate: of the sound, bits a second; empty for one without.
    """

    encoder: str
    pixels: str
    muxer: str
    sound: str
    bitrate: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """Of a file's name."""
        return f".{self.muxer}"


H264 = Codec("libx264", "yuv420p", "mp4", "aac", "192k", {"crf": "18", "preset": "medium"})
"""Small; what everything plays."""

PRORES = Codec("prores_ks", "yuv422p10le", "mov", "pcm_s16le", "", {"profile": "standard", "vendor": "apl0"})
"""Apple ProRes 422."""

DNXHR = Codec("dnxhd", "yuv422p", "mov", "pcm_s16le", "", {"profile": "dnxhr_sq"})
"""Avid DNxHR SQ."""

CODECS = {"h264": H264, "prores": PRORES, "dnxhr": DNXHR}
