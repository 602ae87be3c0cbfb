"""What a recipe reader must hold to: pure, quiet about what it does not know, unmoved by hostile files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from circletake.model.recipe import Evidence, RecipeClaim, is_field
from circletake.protocols import SourceFile
from circletake.testing.contract import PluginContract
from circletake.testing.values import HOSTILE, source_file
from circletake.testing.watching import pure

LEARNT = (Evidence.SIGNED, Evidence.EMBEDDED, Evidence.SIDECAR, Evidence.FILENAME)
"""The evidence a file can give. What was observed, declared or matched is not for a reader to say."""

_HOSTILE = (
    b"",
    b"\x00" * 64,
    b"\xff\xfe\xfa broken",
    b'{"prompt": ',
    b"[" * 100_000,
    b'{"prompt": {"prompt": []}, "seed": 1e999, "model": null, "recipe": [1], "workflow": "x"}',
    b'{"seed": ' + b"9" * 5000 + b"}",
    b"null",
)


class ReaderContract(PluginContract):
    """Inherit, name the ``module``, and give a :meth:`sample` of what each reader is for."""

    hook = "circletake_recipe_readers"

    def sample(self, item: Any) -> SourceFile:
        """A file that this reader has something to say about."""
        raise NotImplementedError("give a SourceFile: source_file('clip.mp4', sidecars={...})")

    def read(self, item: Any, source: SourceFile) -> list[RecipeClaim]:
        """Its claims about a file."""
        return list(item.read(source, self.settings_for(item)))

    def test_it_reads_what_it_is_for(self, item: Any) -> None:
        claims = self.read(item, self.sample(item))
        assert claims, "it has nothing to say of its own sample"
        for claim in claims:
            assert is_field(claim.field), f"{claim.field!r} is no field of a recipe; see circletake.Field"
            assert isinstance(claim.value, str) and claim.value, (
                f"{claim.field}: a value is text, never empty"
            )
            assert claim.evidence in LEARNT, f"{claim.field}: a file cannot give evidence {claim.evidence!r}"
            assert claim.source and claim.by, f"{claim.field}: who says so?"

    def test_a_file_that_tells_nothing_gives_nothing(self, item: Any) -> None:
        claims = self.read(item, source_file("clip.mp4"))
        assert claims == [], f"it makes up {claims}"

    def test_it_says_the_same_again(self, item: Any) -> None:
        source = self.sample(item)
        assert self.read(item, source) == self.read(item, source), "asked again it says something else"

    def test_it_opens_nothing(self, item: Any) -> None:
        source = self.sample(item)
        self.read(item, source)
        with pure():
            self.read(item, source)

    def test_hostile_files_do_not_break_it(self, item: Any) -> None:
        for what, source in _attacks(self.sample(item)):
            try:
                claims = self.read(item, source)
            except Exception as error:
                raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
            odd = [claim.field for claim in claims if not isinstance(claim.value, str)]
            assert not odd, f"{what}: values that are no text: {odd}"


def _attacks(sample: SourceFile) -> Iterator[tuple[str, SourceFile]]:
    """The sample with each of its parts replaced by something broken."""
    for bad in _HOSTILE:
        for name in sample.sidecars:
            yield f"sidecar {bad[:30]!r}", replace(sample, sidecars={**sample.sidecars, name: bad})
        text = bad.decode("utf-8", "replace")
        for tag in sample.tags:
            yield f"tag {text[:30]!r}", replace(sample, tags={**sample.tags, tag: text})
    yield "hostile name", replace(sample, name=HOSTILE.replace("/", "-") + ".mp4")
    yield "no suffix", replace(sample, name="take")
    yield "bare dot", replace(sample, name=".mp4")
