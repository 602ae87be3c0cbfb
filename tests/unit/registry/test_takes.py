"""Takes enter once; what is learnt of them is only ever added."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.errors import BadInput, NotFound
from circletake.model.location import Location
from circletake.model.recipe import Evidence, Recipe
from circletake.model.take import Origin
from circletake_registry.registry import Registry
from tests.factories import claim, media_facts, new_take, sha256


def test_a_take_comes_back_as_it_went_in(registry: Registry) -> None:
    facts = media_facts(width=1920, height=1080, rate=None)
    take = new_take(registry, "bus", media=facts, origin=Origin.CAMERA, size=7_000_000_000)

    assert registry.takes.get(take.id) == take
    assert registry.takes.by_sha256(sha256("bus")) == take
    assert (take.media, take.origin, take.size, take.label) == (
        facts,
        Origin.CAMERA,
        7_000_000_000,
        "SH010/1",
    )
    assert registry.takes.sha256s() == {take.sha256}
    assert registry.takes.count() == 1


def test_an_unknown_take_is_not_found(registry: Registry) -> None:
    assert registry.takes.by_sha256(sha256("nobody")) is None
    with pytest.raises(NotFound):
        registry.takes.get("01890000-0000-7000-8000-000000000000")
    with pytest.raises(NotFound):
        registry.takes.add_claims("01890000-0000-7000-8000-000000000000", [claim()])


def test_the_same_bytes_again_add_claims_and_a_place_but_no_take(registry: Registry) -> None:
    first = new_take(registry, "bus", claims=[claim(value="night bus")])
    elsewhere = Location(first.sha256, "/other/bus.mp4", False, 1000, 2)
    again = new_take(
        registry, "bus", name="copy.mp4", shot="OTHER", claims=[claim("seed", "7")], location=elsewhere
    )

    assert again == first
    assert registry.takes.count() == 1
    assert [c.field for c in registry.takes.claims(first.id)] == ["prompt", "seed"]
    assert {place.path for place in registry.media.locations(first.sha256)} == {
        f"/clips/{first.sha256[:12]}.mp4",
        "/other/bus.mp4",
    }
    assert [shot.code for shot in registry.takes.shots()] == ["SH010"]


def test_takes_of_one_title_share_a_shot_and_shots_count_in_tens(registry: Registry) -> None:
    labels = [
        new_take(registry, word, title=title).label
        for word, title in [("a", "night bus"), ("b", "harbour"), ("c", "night bus")]
    ]
    assert labels == ["SH010/1", "SH020/1", "SH010/2"]
    assert [(shot.code, shot.title) for shot in registry.takes.shots()] == [
        ("SH010", "night bus"),
        ("SH020", "harbour"),
    ]


def test_a_named_shot_is_used_whatever_its_case_and_the_next_code_follows_it(registry: Registry) -> None:
    assert new_take(registry, "a", shot="SH115").label == "SH115/1"
    assert new_take(registry, "b", shot="sh115").label == "SH115/2"
    assert new_take(registry, "c", title="harbour").label == "SH120/1"


@pytest.mark.parametrize("code", ["a/b", "../up", "two words", "-x", "é", "x" * 65])
def test_a_shot_code_that_could_not_be_typed_or_be_a_folder_is_refused(registry: Registry, code: str) -> None:
    with pytest.raises(BadInput, match="letters, digits"):
        new_take(registry, "a", shot=code)
    assert registry.takes.count() == 0


def test_the_same_statement_is_kept_once_unless_a_person_accepts_it(registry: Registry) -> None:
    take = new_take(registry, "a", claims=[claim(evidence=Evidence.FILENAME)])
    assert registry.takes.add_claims(take.id, [claim(evidence=Evidence.FILENAME)]) == 0
    assert registry.takes.add_claims(take.id, [claim(evidence=Evidence.FILENAME, accepted=True)]) == 1
    assert registry.takes.add_claims(take.id, [claim("seed", "1"), claim("seed", "1")]) == 1
    assert Recipe.of(registry.takes.claims(take.id)).in_force["prompt"].accepted


HOSTILE = ["\x00", "a\x00b", "\ud800", "\x1b[31m", "\u202eevil", "'; DROP TABLE takes; --", "🎬" * 3000]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_stored_and_is_the_same_statement_the_second_time(
    registry: Registry, text: str
) -> None:
    take = new_take(registry, "a", name=text or "x", title=text, claims=[claim(value=text, source=text)])
    assert registry.takes.add_claims(take.id, [claim(value=text, source=text)]) == 0
    assert new_take(registry, "b", title=text).shot == take.shot
    assert registry.takes.get(take.id).name == take.name


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.builds(
            claim, st.sampled_from(["prompt", "seed"]), st.text(max_size=3), st.sampled_from(list(Evidence))
        )
    )
)
def test_telling_it_all_twice_changes_nothing(registry: Registry, said: list) -> None:  # type: ignore[type-arg]
    take = new_take(registry, registry.takes.count(), claims=said)
    once = registry.takes.claims(take.id)
    assert registry.takes.add_claims(take.id, said) == 0
    assert registry.takes.claims(take.id) == once


def test_a_batch_is_kept_whole_or_not_at_all(registry: Registry) -> None:
    with pytest.raises(RuntimeError), registry.batch():
        new_take(registry, "a")
        assert registry.takes.count() == 1
        raise RuntimeError
    assert registry.takes.count() == 0


def test_a_write_that_fails_inside_a_batch_takes_only_itself_back(registry: Registry) -> None:
    with registry.batch():
        new_take(registry, "a")
        with pytest.raises(BadInput):
            new_take(registry, "b", shot="not a code")
        new_take(registry, "c")
    assert [take.name for take in registry.takes.resolve("SH010")] == ["a.mp4", "c.mp4"]


def test_everything_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    with Registry.create(tmp_path / "r.sqlite") as registry:
        take = new_take(registry, "a", claims=[claim()])
    with Registry.open(tmp_path / "r.sqlite") as registry:
        assert registry.takes.get(take.id) == take
        assert registry.takes.claims(take.id)[0].said == claim().said


def test_takes_of_one_coded_picture_are_told_whatever_their_files(registry: Registry) -> None:
    same = media_facts(picture_sha256="a" * 64)
    one, other = (new_take(registry, word, media=same).id for word in ("one", "other"))
    alone = new_take(registry, "alone", media=media_facts(picture_sha256="b" * 64)).id
    assert registry.takes.rewrapped() == {one, other}
    assert registry.takes.ids() == {one, other, alone}
