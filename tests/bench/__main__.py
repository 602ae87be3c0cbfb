"""The benches: ``python -m tests.bench BENCH ...``; ``docs/benchmarks.md`` says what each measures."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

BENCHES = {
    "imports": ("importing", "what importing costs, beside its peers"),
    "auditing": ("auditing", "what an audit costs, beside reading and hashing alone"),
    "copies": ("copies", "copies made by transforms: are they found, is nothing else"),
    "changes": (
        "changing",
        "what was done to a copy's levels, colours and picture: is it told, is nothing else",
    ),
    "siblings": ("siblings", "takes made from one still, and other looks of one motion: are they kept apart"),
    "cuts": ("cutting", "finding takes inside a finished cut"),
    "speed": ("speed", "what fingerprinting and locating cost beside decoding"),
    "rendering": ("rendering", "what rendering a cut costs, beside an ffmpeg command that does the same"),
    "scale": ("scale", "searching a large made-up library"),
    "folding": ("folding", "what the whole of circletake dedupe costs on such a library"),
}
"""Each bench with its module and what it is."""


def main() -> int:
    """Run one bench and return the exit status."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the workers do; before numpy is imported
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True, metavar="BENCH")
    wanted = next((word for word in sys.argv[1:] if word in BENCHES), None)
    for name, (module, about) in BENCHES.items():
        one = benches.add_parser(name, help=about, description=about)
        if name == wanted:  # the others load nothing
            bench = importlib.import_module(f"tests.bench.{module}")
            bench.arguments(one)
            one.set_defaults(run=bench.run)
    asked = parser.parse_args()
    import cv2

    cv2.setNumThreads(1)
    return int(asked.run(asked))


if __name__ == "__main__":
    sys.exit(main())
