"""The plugin manager: finds plugins, blocks before importing, loads each behind a fence.

A plugin is an entry point of the group ``circletake``. Built-ins come through the same door.
One that cannot be imported, speaks another API version or names a hook wrongly is recorded
with its reason; the others go on.
"""

from __future__ import annotations

import importlib.metadata
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TextIO, TypeVar

import pluggy

from circletake import hookspecs
from circletake.errors import PluginError
from circletake.hookspecs import API_VERSION

if TYPE_CHECKING:
    from circletake.protocols import AuditRule, Exporter, Generator, RecipeReader, Scorer, SignerProvider

T = TypeVar("T")
GROUP = hookspecs.PROJECT


_aside = threading.Lock()
_calls: list[TextIO] = []


@contextmanager
def aside() -> Iterator[None]:
    """What a plugin prints while it is called goes to stderr; stdout is for results.

    Plugins may be called by several threads at once: the first call that begins turns stdout
    away, the last that ends turns it back.
    """
    with _aside:
        _calls.append(sys.stdout if not _calls else _calls[0])
        sys.stdout = sys.stderr
    try:
        yield
    finally:
        with _aside:
            before = _calls.pop()
            if not _calls:
                sys.stdout = before


@dataclass(frozen=True, slots=True)
class PluginRef:
    """What names a plugin to a worker process: never the object itself.

    Attributes:
        file: the single file it was loaded from, empty for an installed one.
    """

    plugin: str
    distribution: str
    version: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class PluginRecord:
    """What became of one plugin.

    Attributes:
        status: ``loaded``, ``blocked`` or ``broken``.
        hooks: names of the hooks it implements, without their prefix.
        error: why it is broken; the latest fault of a call, too.
        summary: first line of its docstring.
    """

    ref: PluginRef
    status: str
    hooks: tuple[str, ...] = ()
    error: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Offered(Generic[T]):
    """One object a plugin yielded, with the plugin it came from."""

    ref: PluginRef
    item: T


class PluginManager:
    """Everything installed, loaded once, asked hook by hook."""

    def __init__(self) -> None:
        self._pluggy = pluggy.PluginManager(hookspecs.PROJECT)
        self._pluggy.add_hookspecs(hookspecs)
        self._records: dict[str, PluginRecord] = {}

    @classmethod
    def load(
        cls, blocked: Collection[str] = (), only: Collection[str] | None = None, files: Iterable[Path] = ()
    ) -> PluginManager:
        """Load what is installed, and the single files somebody named.

        Args:
            blocked: names that are not even imported.
            only: load just these names, as a worker does; ``None`` for all.
            files: plugins of one file each.

        Raises:
            PluginError: one of ``files`` is blocked, is named as another plugin is, or does not load:
                somebody asked for it, so it is not merely left out.
        """
        manager = cls()
        found = importlib.metadata.entry_points(group=GROUP)
        shipped = cache(_shipped)
        for entry in sorted(found, key=lambda e: e.name):
            if only is not None and entry.name not in only:
                continue
            manager._admit(entry, PluginRef(entry.name, *shipped(entry.dist)), entry.name in blocked)
        for path in files:
            manager._try(path, blocked)
        return manager

    @classmethod
    def for_worker(cls, ref: PluginRef) -> PluginManager:
        """Just the plugin named, as a worker needs it."""
        return cls.load(only=(), files=(Path(ref.file),)) if ref.file else cls.load(only=(ref.plugin,))

    @property
    def records(self) -> tuple[PluginRecord, ...]:
        """Every plugin that was found, in the order of names."""
        return tuple(self._records.values())

    def add(self, name: str, plugin: object) -> None:
        """Register an object as a plugin; for tests of plugin authors."""
        self._register(PluginRef(name, name, "0"), plugin)

    def generators(self) -> list[Offered[Generator[Any]]]:
        """Every backend."""
        return self._offered("circletake_generators")

    def recipe_readers(self) -> list[Offered[RecipeReader[Any]]]:
        """Every recipe reader."""
        return self._offered("circletake_recipe_readers")

    def scorers(self) -> list[Offered[Scorer[Any]]]:
        """Every scorer."""
        return self._offered("circletake_scorers")

    def exporters(self) -> list[Offered[Exporter[Any]]]:
        """Every exporter."""
        return self._offered("circletake_exporters")

    def signers(self) -> list[Offered[SignerProvider[Any]]]:
        """Every place a signing key may live."""
        return self._offered("circletake_signers")

    def audit_rules(self) -> list[Offered[AuditRule[Any]]]:
        """Every audit rule."""
        return self._offered("circletake_audit_rules")

    def generator(self, name: str) -> Offered[Generator[Any]]:
        """The backend called ``name``."""
        return self._named("generator", name, self.generators())

    def exporter(self, name: str) -> Offered[Exporter[Any]]:
        """The exporter called ``name``."""
        return self._named("exporter", name, self.exporters())

    def signer(self, name: str) -> Offered[SignerProvider[Any]]:
        """The signer provider called ``name``."""
        return self._named("signer", name, self.signers())

    def names(self) -> frozenset[str]:
        """Names that a new plugin cannot have: those of plugins and of all they offer."""
        asked = (
            self.generators,
            self.recipe_readers,
            self.scorers,
            self.exporters,
            self.signers,
            self.audit_rules,
        )
        objects = {_about_name(offered.item) for ask in asked for offered in ask()}
        return frozenset(objects | self._records.keys())

    def blame(self, ref: PluginRef, error: BaseException) -> None:
        """Record that a call into a plugin failed, so that ``plugins list`` can tell."""
        record = self._records.get(ref.plugin)
        if record is not None:
            self._records[ref.plugin] = replace(record, error=_said(error))

    def _named(self, kind: str, name: str, offered: list[Offered[T]]) -> Offered[T]:
        by_name = {_about_name(o.item): o for o in offered}
        if name not in by_name:
            have = ", ".join(sorted(by_name)) or "none"
            raise PluginError(
                f"{kind} {name!r}", f"no such {kind}; there are: {have}", "circletake plugins list"
            )
        return by_name[name]

    def _admit(self, entry: importlib.metadata.EntryPoint, ref: PluginRef, blocked: bool) -> None:
        if entry.name in self._records:
            other = self._records[entry.name].ref.distribution
            self._records[f"{entry.name} ({ref.distribution})"] = PluginRecord(
                ref, "broken", error=f"{other} offers a plugin of the same name; uninstall one"
            )
            return
        if blocked:
            self._records[entry.name] = PluginRecord(ref, "blocked")
            return
        try:
            with aside():
                plugin = entry.load()
        except (Exception, SystemExit) as error:  # a plugin may fail in any way; it is recorded, left out
            self._records[entry.name] = PluginRecord(ref, "broken", error=_said(error))
            return
        self._register(ref, plugin)

    def _try(self, path: Path, blocked: Collection[str]) -> None:
        from circletake.plugins.single import load_file, plugin_name

        name = plugin_name(path)
        if name in blocked:
            raise PluginError(
                str(path), f"{name} is blocked by the library", "take it out of blocked in circletake.toml"
            )
        if name in self._records:
            raise PluginError(str(path), f"a plugin called {name} is installed already", "rename the file")
        with aside():
            module = load_file(path)
        self._register(PluginRef(name, path.name, "-", str(path.resolve())), module)
        record = self._records[name]
        if record.status != "loaded":
            raise PluginError(str(path), f"is no plugin: {record.error}", "mend it")

    def _register(self, ref: PluginRef, plugin: object) -> None:
        summary = next(iter((plugin.__doc__ or "").strip().splitlines()), "")
        wants = getattr(plugin, "CIRCLETAKE_API", API_VERSION)
        try:
            if wants != API_VERSION:
                raise PluginError(ref.plugin, f"written for plugin API {wants}, this is {API_VERSION}")
            self._pluggy.register(plugin, name=ref.plugin)
            unknown = _unknown_hooks(plugin)
            if unknown:
                raise PluginError(ref.plugin, f"no such hook: {', '.join(unknown)}")
            self._pluggy.check_pending()
        except Exception as error:  # as above: recorded, left out
            if self._pluggy.has_plugin(ref.plugin):
                self._pluggy.unregister(name=ref.plugin)
            self._records[ref.plugin] = PluginRecord(ref, "broken", error=_said(error), summary=summary)
            return
        callers = self._pluggy.get_hookcallers(plugin) or []
        hooks = tuple(sorted(caller.name.removeprefix("circletake_") for caller in callers))
        self._records[ref.plugin] = PluginRecord(ref, "loaded", hooks, summary=summary)

    def _offered(self, hook: str) -> list[Offered[Any]]:
        offered: list[Offered[Any]] = []
        taken: dict[str, PluginRef] = {}
        for name, record in list(self._records.items()):
            if record.status != "loaded" or hook.removeprefix("circletake_") not in record.hooks:
                continue
            plugin = self._pluggy.get_plugin(name)
            implementation: Callable[[], Iterable[Any]] = getattr(plugin, hook)
            try:
                with aside():
                    for item in implementation():
                        label = _about_name(item)
                        if label in taken:
                            raise PluginError(label, f"already offered by {taken[label].distribution}")
                        taken[label] = record.ref
                        offered.append(Offered(record.ref, item))
            except Exception as error:  # one plugin's fault is its own
                self.blame(record.ref, error)
        return offered


def _shipped(dist: importlib.metadata.Distribution | None) -> tuple[str, str]:
    """Name and version of a distribution. Reading them parses its metadata, which is slow."""
    said = dist.metadata if dist else {"Name": "?", "Version": "?"}
    return said["Name"], said["Version"]


def _unknown_hooks(plugin: object) -> list[str]:
    """Names that look like hooks, are marked as such, and are none of ours."""
    known = {name for name in vars(hookspecs) if name.startswith("circletake_")}
    return [
        name
        for name in dir(plugin)
        if name.startswith("circletake_")
        and name not in known
        and callable(getattr(plugin, name, None))
        and hasattr(getattr(plugin, name), f"{hookspecs.PROJECT}_impl")
    ]


def _about_name(item: Any) -> str:
    return str(item.about.name)


def _said(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
