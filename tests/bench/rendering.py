"""What rendering a cut costs: ``python -m tests.bench rendering [FOLDER] [--fit blur] [--rounds 5]``.

CPU seconds of one process that renders a cut of pieces of some clips to H.264, beside an ``ffmpeg`` command
that does the same with one filter graph for each piece and one encoder with the same settings, start included
in both. They run in turn. ``--speed`` plays every piece faster or slower. Sound is left out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from circletake.media.probe import probe
from circletake.model.cut import Cut, CutEvent, Fit
from tests.bench.clips import Material, chosen, take_clips
from tests.bench.cost import cpu_of

_OURS = """
import json, sys
from pathlib import Path
from circletake.media.render import render
from circletake.model.cut import Cut
render(Cut.from_json(json.loads(sys.argv[1])), {p: Path(p) for p in sys.argv[3:]}, Path(sys.argv[2]))
"""

_COLOURS = "flags=bicubic:out_color_matrix=bt709:out_range=limited"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    take_clips(parser, count=12)
    parser.add_argument("--fit", choices=[each.value for each in Fit], default=Fit.LETTERBOX.value)
    parser.add_argument("--speed", type=Fraction, default=Fraction(1))
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--rate", type=Fraction, default=Fraction(24))
    parser.add_argument("--longest", type=Fraction, default=Fraction(3), help="seconds of a clip")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--ffmpeg", default=shutil.which("ffmpeg") or "", help="the command to hold it against"
    )


def run(asked: argparse.Namespace) -> int:
    """Measure, print the table, and return the exit status."""
    if not asked.ffmpeg:
        print("no ffmpeg command here: name one with --ffmpeg", file=sys.stderr)
        return 2
    cut = _cut(asked, chosen(asked))
    with tempfile.TemporaryDirectory() as made:
        out = Path(made) / "ours.mp4", Path(made) / "theirs.mp4"
        paths = list(cut.take_ids)
        commands = {
            "circletake": [sys.executable, "-c", _OURS, json.dumps(cut.to_json()), str(out[0]), *paths],
            "ffmpeg": _command(asked.ffmpeg, cut, out[1]),
        }
        took: dict[str, list[float]] = {name: [] for name in commands}
        for done in range(asked.rounds):
            for name, command in commands.items():
                took[name].append(cpu_of(command))
            print(f"round {done + 1}", file=sys.stderr)
        frames = [probe(path).facts.frames for path in out]
    ours, theirs = (statistics.median(values) for values in took.values())
    ratios = sorted(a / b for a, b in zip(*took.values(), strict=True))
    print(f"{len(cut.events)} pieces, {frames[0]} and {frames[1]} frames of {asked.size}, fit {cut.fit}")
    print(f"circletake {ours:.2f} s, ffmpeg {theirs:.2f} s CPU, {ours / theirs:.2f} times (medians)")
    print(f"by rounds {ratios[0]:.2f} to {ratios[-1]:.2f} times")
    return 0


def _cut(asked: argparse.Namespace, clips: Sequence[Material]) -> Cut:
    """A piece from the beginning of each clip, in whole frames."""
    width, height = map(int, asked.size.split("x"))
    events = []
    for clip in clips:
        length = min(asked.longest, Fraction(probe(clip.path).facts.seconds).limit_denominator(1000))
        frames = int(length / asked.speed * asked.rate)
        if frames:
            shown = frames / asked.rate * asked.speed
            events.append(CutEvent(str(clip.path), Fraction(0), shown, asked.speed))
    return Cut("bench", asked.rate, width, height, tuple(events), fit=Fit(asked.fit))


def _command(ffmpeg: str, cut: Cut, to: Path) -> list[str]:
    """One graph for each piece, then one encoder."""
    command = [ffmpeg, "-nostdin", "-v", "error", "-y"]
    graphs = []
    for index, event in enumerate(cut.events):
        command += ["-t", f"{float(event.source_out):.6f}", "-i", event.take_id]
        steps = f"[{index}:v:0]setpts=(PTS-STARTPTS)/{float(event.speed):.9f},fps={cut.rate}"
        steps += f",trim=end_frame={round(event.seconds * cut.rate)}"
        graphs.append(f"{steps},{_fitted(cut, index)},setsar=1,format=yuv420p[v{index}]")
    joined = "".join(f"[v{index}]" for index in range(len(cut.events)))
    graphs.append(f"{joined}concat=n={len(cut.events)}:v=1:a=0[out]")
    colours = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"]
    coded = ["-c:v", "libx264", "-preset", "medium", "-crf", "18", "-movflags", "+faststart", *colours]
    return [
        *command,
        "-filter_complex",
        ";".join(graphs),
        "-map",
        "[out]",
        "-r",
        str(cut.rate),
        *coded,
        str(to),
    ]


def _fitted(cut: Cut, index: int) -> str:
    width, height = cut.width, cut.height
    size = f"{width}:{height}"
    inside = f"scale={size}:force_original_aspect_ratio=decrease:force_divisible_by=2:{_COLOURS}"
    filling = f"scale={size}:force_original_aspect_ratio=increase:force_divisible_by=2:{_COLOURS}"
    if cut.fit is Fit.CROP:
        return f"{filling},crop={size}"
    if cut.fit is Fit.BLUR:
        small = f"scale={width // 8}:{height // 8}:force_original_aspect_ratio=increase:{_COLOURS}"
        grown = f"scale={size}:force_original_aspect_ratio=increase:flags=fast_bilinear,crop={size}"
        split = f"split[a{index}][b{index}];[a{index}]{small},format=yuv420p,gblur=sigma=4,{grown}[c{index}];"
        return (
            f"{split}[b{index}]{inside},format=yuv420p[d{index}];[c{index}][d{index}]overlay=(W-w)/2:(H-h)/2"
        )
    return f"{inside},pad={size}:-1:-1:black"
