"""A new plugin's distribution, written whole: code that works, its tests, types and a README.

The texts are templates in ``templates/``; a test writes all six kinds, checks and runs them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from circletake.errors import BadInput

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LONGEST = 24
"""Longer names would break lines of the templates."""


class Kind(StrEnum):
    """What a plugin may be."""

    GENERATOR = "generator"
    SCORER = "scorer"
    EXPORTER = "exporter"
    READER = "reader"
    RULE = "rule"
    SIGNER = "signer"

    @property
    def with_article(self) -> str:
        """``a scorer``, ``an exporter``."""
        return f"{'an' if self is Kind.EXPORTER else 'a'} {self.value}"


@dataclass(frozen=True, slots=True)
class _Words:
    """What a README says of one kind.

    Attributes:
        does: one sentence, also the module's docstring.
        use: the command that uses it; ``{}`` is its name.
        settings: lines of TOML.
    """

    hook: str
    does: str
    use: str
    settings: str = ""


_WORDS = {
    Kind.GENERATOR: _Words(
        "circletake_generators",
        "Makes takes: a bar that crosses a plain colour, until you put your own model there.",
        "circletake generate --backend {}",
    ),
    Kind.SCORER: _Words(
        "circletake_scorers",
        "Measures how bright a take is, and finds takes that are dark.",
        "circletake analyze",
        "dark = 16.0",
    ),
    Kind.EXPORTER: _Words(
        "circletake_exporters",
        "Writes what a cut is made of as plain text.",
        "circletake export --cut NAME --format {}",
        "width = 60",
    ),
    Kind.READER: _Words(
        "circletake_recipe_readers",
        "Reads recipes from a text file beside a clip.",
        "circletake import FOLDER --reread",
        'suffix = ".txt"',
    ),
    Kind.RULE: _Words(
        "circletake_audit_rules",
        "Asks in an audit whether a video is too short to be meant.",
        "circletake audit FOLDER",
        "seconds = 0.5",
    ),
    Kind.SIGNER: _Words(
        "circletake_signers",
        "Signs exports with a key in a PEM file, until you put your own KMS or token there.",
        'circletake keys show            # once [signing] has provider = "{}"',
        'key = ""\nchain = ""',
    ),
}


@dataclass(frozen=True, slots=True)
class NewPlugin:
    """A distribution that was written.

    Attributes:
        files: relative to ``folder``.
        work: the file where the work is done.
    """

    folder: Path
    module: str
    kind: Kind
    files: tuple[str, ...]
    work: str


def new_plugin(name: str, kind: Kind, into: Path, taken: Collection[str] = ()) -> NewPlugin:
    """Write the distribution ``circletake-<name>`` into a new folder inside ``into``.

    Args:
        name: lower-case words joined by ``-`` or ``_``.
        taken: names of plugins and their objects that are there already.

    Raises:
        BadInput: the name will not do, or something is in that place already; nothing was written.
    """
    import shutil
    import tempfile

    label = _label(name, taken)
    module = f"circletake_{label}"
    folder = into / f"circletake-{label.replace('_', '-')}"
    if folder.exists() or folder.is_symlink():
        raise BadInput(str(folder), "is there already", "choose another name, or another place with --to")
    if not into.is_dir():
        raise BadInput(str(into), "is no folder", "make it first")
    texts = _texts(kind, label, module, folder.name)
    staged = Path(tempfile.mkdtemp(dir=into, prefix=f".{folder.name}."))
    try:
        for path, text in texts.items():
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_text(text, encoding="utf-8", newline="\n")
        staged.chmod(0o755)
        staged.rename(folder)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return NewPlugin(folder, module, kind, tuple(texts), f"{module}/{kind}.py")


def _label(name: str, taken: Collection[str]) -> str:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise BadInput(
            name,
            f"is no name for a plugin: up to {_LONGEST} small letters, digits and -, beginning with a letter",
            "e.g. circletake plugins new night-glow --kind scorer",
        )
    label = name.replace("-", "_")
    if label.startswith("circletake"):
        raise BadInput(name, "circletake- is put before it anyway", "leave it out")
    if label in taken:
        raise BadInput(name, "a plugin has this name already", "choose another; see circletake plugins list")
    return label


def _texts(kind: Kind, label: str, module: str, distribution: str) -> dict[str, str]:
    """Every file of the distribution, by its path."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # Python and TOML, made of a name that was checked
    )
    words = _WORDS[kind]
    given = {
        "kind": kind.value,
        "a_kind": kind.with_article,
        "label": label,
        "module": module,
        "distribution": distribution,
        "class": "".join(word.capitalize() for word in (*label.split("_"), kind.value)),
        "hook": words.hook,
        "does": words.does,
        "use": words.use.format(label),
        "settings": words.settings,
    }
    templates = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        f"{module}/__init__.py": "init.py",
        f"{module}/{kind}.py": f"{kind}.py",
        f"tests/test_{label}.py": f"test_{kind}.py",
    }
    texts = {
        path: environment.get_template(f"{name}.jinja").render(given) for path, name in templates.items()
    }
    return texts | {f"{module}/py.typed": ""}
