"""What ``circletake.toml`` says; the file that makes a folder a library."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from circletake.errors import BadInput
from circletake.model.policy import PromptPolicy

SETTINGS = "circletake.toml"

_FIRST = """\
# A circletake library. What a plugin offers has its settings in a section of its own, such as
# [plugins.frozen] for the scorer called frozen.
# Plugins named in `blocked` are not even imported.

[library]
name = {name}

[plugins]
blocked = []
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``circletake.toml`` says.

    Attributes:
        blocked: plugins that are never imported for this library.
        signer: the provider whose key signs exports; empty for the key of ``keys init``.
        timestamper: address that is asked for the time of each signature; empty for none, ``None`` where
            the library leaves it to ``CIRCLETAKE_TIMESTAMP``.
        prompts: what of prompts travels where an export does not say; see :class:`PromptPolicy`.
        at_once: jobs in flight at a time, by backend; what a model's card says holds for others.
    """

    name: str
    blocked: tuple[str, ...] = ()
    plugins: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    signer: str = ""
    timestamper: str | None = None
    prompts: PromptPolicy = PromptPolicy.FULL
    at_once: Mapping[str, int] = field(default_factory=dict)

    def plugin(self, name: str) -> Mapping[str, object]:
        """The settings given for one plugin object; empty where there are none."""
        return self.plugins.get(name, {})


def root_above(here: Path) -> Path | None:
    """The library that a folder is or lies in."""
    return next((f for f in (here, *here.parents) if (f / SETTINGS).is_file()), None)


def blocked_here() -> tuple[str, ...]:
    """Plugins blocked by the library at hand, without opening it; none where there is no library."""
    root = root_above(Path(os.environ.get("CIRCLETAKE_LIBRARY", "") or ".").expanduser().resolve())
    return read_settings(root).blocked if root else ()


def first_settings(name: str) -> str:
    """The text of a new library's settings."""
    return _FIRST.format(name=_quoted(name))


def read_settings(root: Path) -> Settings:
    """The settings of the library in ``root``.

    Raises:
        BadInput: the file is not TOML, or a value in it is of the wrong kind.
    """
    import tomllib

    path = root / SETTINGS
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"not valid TOML: {error}", "mend the file") from error
    named = ("library", "plugins", "signing", "export", "at_once")
    tables = {table: data.get(table, {}) for table in named}
    for table, values in tables.items():
        if not isinstance(values, dict):
            raise BadInput(str(path), f"{table} must be a table", f"write [{table}] above its settings")
    library, plugins, signing = tables["library"], tables["plugins"], tables["signing"]
    at_once, blocked = tables["at_once"], plugins.get("blocked", [])
    signer, timestamper = signing.get("provider", ""), signing.get("timestamp")
    prompts = tables["export"].get("prompts", PromptPolicy.FULL)
    if not isinstance(blocked, list) or not all(isinstance(each, str) for each in blocked):
        raise BadInput(str(path), "plugins.blocked must be a list of names", "mend the file")
    if not isinstance(signer, str):
        raise BadInput(str(path), "signing.provider must be the name of a signer", "mend the file")
    if not isinstance(timestamper, str | None):
        raise BadInput(str(path), "signing.timestamp must be the address of a timestamper", "mend the file")
    if prompts not in list(PromptPolicy):
        choices = ", ".join(PromptPolicy)
        raise BadInput(str(path), f"export.prompts must be one of {choices}", "mend the file")
    for backend, jobs in at_once.items():
        if type(jobs) is not int or jobs < 1:
            raise BadInput(str(path), f"at_once.{backend} must be 1 or more", f"write {backend} = 2")
    sections = {name: values for name, values in plugins.items() if isinstance(values, dict)}
    name = str(library.get("name", root.name))
    policy = PromptPolicy(prompts)
    return Settings(name, tuple(blocked), sections, signer, timestamper, policy, at_once)


def _quoted(text: str) -> str:
    """A TOML string; what TOML cannot hold, such as half of a character, becomes a mark."""
    whole = text.encode("utf-8", "replace").decode()
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in whole) + '"'
