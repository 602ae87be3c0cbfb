"""Who may import whom is held by contracts; here, that they cover the tree and that they can break."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

FORBIDDEN = {
    "core/circletake/model/take.py": "circletake.media.probe",
    "core/circletake/media/sprites.py": "circletake.fingerprint.hashes",
    "core/circletake/workflows/pool.py": "circletake_rules.asking",
    "plugins/video/circletake_video/exporter.py": "circletake_rules.asking",
    "plugins/rules/circletake_rules/asking.py": "circletake.model.text",
    "plugins/local/circletake_local/finding.py": "circletake.model.text",
    "plugins/sora/circletake_sora/service.py": "circletake.plugins.downloading",
    "core/circletake/audit/judge.py": "circletake",
    "core/circletake/workflows/curation/curate.py": "sqlmodel",
    "core/circletake/workflows/leaving/release.py": "c2pa",
    "core/circletake/timeline/otio.py": "av",
    "core/circletake/cuesheet/rows.py": "circletake.timeline.otio",
    "core/circletake/media/render.py": "opentimelineio",
}
"""What each of these files may not import."""


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def module_of(path: str) -> str:
    """``core/circletake/model/take.py`` as ``circletake.model.take``."""
    parts = Path(path).with_suffix("").parts
    return ".".join(parts[2 if parts[0] == "plugins" else 1 :])


def test_every_built_in_plugin_is_shipped_typed_sorted_and_under_contract() -> None:
    settings = project()
    tool = settings["tool"]
    built_in = {f"circletake_{Path(path).name}" for path in tool["uv"]["workspace"]["exclude"]}
    layers, public, *_ = tool["importlinter"]["contracts"]
    named = {
        "entry points": set(settings["project"]["entry-points"]["circletake"].values()),
        "wheel": {Path(path).name for path in tool["hatch"]["build"]["targets"]["wheel"]["packages"]},
        "import-linter": set(tool["importlinter"]["root_packages"]),
        "top layer": set(layers["layers"][0].split(" | ")),
        "public names": set(public["source_modules"]),
        "isort": set(tool["ruff"]["lint"]["isort"]["known-first-party"]),
        "mypy": {f"circletake_{Path(path).name}" for path in tool["mypy"]["mypy_path"]},
    }
    assert {where: sorted(built_in - names) for where, names in named.items() if built_in - names} == {}


def test_every_other_plugin_is_a_distribution_under_the_same_rules_that_the_core_does_not_need() -> None:
    settings = project()
    tool = settings["tool"]
    own = [tomllib.loads(path.read_text())["project"] for path in ROOT.glob("plugins/*/pyproject.toml")]
    assert own
    modules = {module for each in own for module in each["entry-points"]["circletake"].values()}
    names = {each["name"] for each in own}
    layers, public, *_ = tool["importlinter"]["contracts"]
    named = {
        "import-linter": set(tool["importlinter"]["root_packages"]),
        "top layer": set(layers["layers"][0].split(" | ")),
        "public names": set(public["source_modules"]),
        "isort": set(tool["ruff"]["lint"]["isort"]["known-first-party"]),
        "mypy": {f"circletake_{Path(path).name}" for path in tool["mypy"]["mypy_path"]},
        "tests": {f"circletake_{Path(path).name}" for path in tool["pytest"]["ini_options"]["pythonpath"]},
    }
    assert {where: sorted(modules - there) for where, there in named.items() if modules - there} == {}
    # torch is a gigabyte: make test-local sets that one up in an environment of its own.
    assert names - {"circletake-local"} <= set(settings["dependency-groups"]["dev"])
    assert not names & {line.split(">")[0] for line in settings["project"]["dependencies"]}
    assert all(name.startswith("circletake-") for name in names), "pika is the name of something else"
    assert all("circletake" in each["dependencies"] for each in own)


def test_every_contract_notices_what_it_forbids(tmp_path: Path) -> None:
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    for part in ("core", "registry", "plugins"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    for path, name in FORBIDDEN.items():
        with (tmp_path / path).open("a") as file:
            file.write(f"\nimport {name}\n")
    roots = [tmp_path / "core", tmp_path / "registry", *tmp_path.glob("plugins/*")]
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; lint_imports(no_cache=True)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots)), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    unnoticed = [
        (path, name) for path, name in FORBIDDEN.items() if f"{module_of(path)} -> {name} " not in done.stdout
    ]
    assert unnoticed == [], done.stdout + done.stderr
    assert f"0 kept, {len(project()['tool']['importlinter']['contracts'])} broken" in done.stdout
