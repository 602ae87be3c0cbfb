"""For the tests of plugin authors: contracts to inherit, and helpers to run one object as the core would.

::

    from circletake.testing import ScorerContract, moving_frames, run_scorer
    from circletake_bright.scorer import Bright

    class TestContract(ScorerContract):
        module = "circletake_bright"

    def test_a_black_take_is_dark():
        frames, seconds = moving_frames(level=0)
        assert run_scorer(Bright(), frames, seconds).scores[0].value == 0

Installed with circletake, a pytest plugin brings the fixtures of :mod:`circletake.testing.fixtures`.
It is loaded in every run of pytest, so names are fetched from their modules when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from circletake.testing.contract import PluginContract, check_plugin
    from circletake.testing.exporters import ExporterContract
    from circletake.testing.generators import GeneratorContract
    from circletake.testing.readers import ReaderContract
    from circletake.testing.rules import RuleContract
    from circletake.testing.scorers import ScorerContract, frames_for, moving_frames, run_scorer
    from circletake.testing.signers import SignerContract
    from circletake.testing.values import (
        audit_case,
        export_request,
        file_case,
        media_facts,
        slate,
        source_file,
    )
    from circletake.testing.watching import offline, pure

__all__ = [
    "ExporterContract",
    "GeneratorContract",
    "PluginContract",
    "ReaderContract",
    "RuleContract",
    "ScorerContract",
    "SignerContract",
    "audit_case",
    "check_plugin",
    "export_request",
    "file_case",
    "frames_for",
    "media_facts",
    "moving_frames",
    "offline",
    "pure",
    "run_scorer",
    "slate",
    "source_file",
]

_HOMES = {
    "contract": "PluginContract check_plugin",
    "exporters": "ExporterContract",
    "generators": "GeneratorContract",
    "readers": "ReaderContract",
    "rules": "RuleContract",
    "scorers": "ScorerContract frames_for moving_frames run_scorer",
    "signers": "SignerContract",
    "values": "audit_case export_request file_case media_facts slate source_file",
    "watching": "offline pure",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Fetch a name from its module the first time somebody asks for it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
