"""What a generator must hold to: nothing is lost, doubled or sent by mistake, whenever it is stopped."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from circletake.errors import Cancelled, CircletakeError, Unanswered
from circletake.files import sha256_of
from circletake.media.probe import probe
from circletake.model.generation import (
    ALGORITHMIC,
    TRAINED,
    FetchedFile,
    GenerationRequest,
    JobState,
    Phase,
)
from circletake.model.recipe import is_field
from circletake.plugins.settings import settings_json
from circletake.testing.contract import PluginContract
from circletake.testing.watching import offline

_WAITING = (Phase.QUEUED, Phase.RUNNING)


class GeneratorContract(PluginContract):
    """Inherit, name the ``module``, and start what it talks to (a fake of the service) where there is such.

    Attributes:
        parameters: of the request that is made, e.g. a small size and a short length.
        deterministic: one request always gives the same bytes.
        patience: seconds to wait for a job.
    """

    hook = "circletake_generators"
    parameters: ClassVar[Mapping[str, str]] = {}
    deterministic: ClassVar[bool] = False
    patience: ClassVar[float] = 60.0

    def request(self, item: Any) -> GenerationRequest:
        """What is asked: its first model. Override it for a generator that needs more."""
        model = item.models(self.settings_for(item))[0]
        seed = "1" if model.seeds else ""
        return GenerationRequest(model.name, "night bus, rain", seed, parameters=dict(self.parameters))

    def submitted(self, item: Any) -> str:
        """The id of a job that was just sent."""
        job: str = item.submit(self.request(item), self.settings_for(item), self.context(item))
        return job

    def finished(self, item: Any, job: str) -> JobState:
        """The last state of a job, waiting as long as :attr:`patience` allows."""
        end = time.monotonic() + self.patience
        state: JobState = item.poll(job, self.settings_for(item), self.context(item))
        while state.phase in _WAITING and time.monotonic() < end:
            time.sleep(min(state.retry_after or 0.05, 1.0))
            state = item.poll(job, self.settings_for(item), self.context(item))
        return state

    def found(self, item: Any, asked: GenerationRequest) -> str | None:
        """What ``find`` says of a request; ``None`` too where the backend cannot be asked that."""
        try:
            found: str | None = item.find(asked, self.settings_for(item), self.context(item))
        except Unanswered:
            return None
        return found

    def fetched(self, item: Any, job: str, into: Path) -> Sequence[FetchedFile]:
        """What a finished job brings into a new folder."""
        into.mkdir()
        files: Sequence[FetchedFile] = item.fetch(job, into, self.settings_for(item), self.context(item))
        return files

    def test_models_are_told_whole_and_offline(self, item: Any) -> None:
        with offline():
            cards = list(item.models(self.settings_for(item)))
        names = [card.name for card in cards]
        assert names, "no models"
        assert len(set(names)) == len(names), "two models of one name"
        for card in cards:
            assert card.name and card.provider, f"{card.name or 'a model'} has no name or provider"
            assert card.source_type in (TRAINED, ALGORITHMIC), (
                f"{card.name}: source type {card.source_type!r}"
            )

    def test_a_request_is_checked_offline(self, item: Any) -> None:
        asked = self.request(item)
        with offline():
            check = item.check(asked, self.settings_for(item))
        assert check.problems == (), "the request of this test has problems"

    def test_a_model_that_is_not_there_is_a_problem_and_is_not_sent(self, item: Any) -> None:
        settings = self.settings_for(item)
        wrong = replace(self.request(item), model="no such model")
        assert item.check(wrong, settings).problems, "check finds no problem in a model that is not there"
        try:
            item.submit(wrong, settings, self.context(item))
        except CircletakeError as error:
            assert error.reason, "it is refused without a reason"
        except Exception as error:
            raise AssertionError(f"submit raises {type(error).__name__}; raise PluginError") from error
        else:
            raise AssertionError("a model that is not there was sent")

    def test_a_job_comes_to_an_end(self, item: Any) -> None:
        state = self.finished(item, self.submitted(item))
        assert state.phase is Phase.DONE, f"{state.phase} after {self.patience:.0f} s: {state.error}"

    def test_asking_how_far_it_is_changes_nothing(self, item: Any, tmp_path: Path) -> None:
        job = self.submitted(item)
        done = self.finished(item, job)
        for _ in range(3):
            again = item.poll(job, self.settings_for(item), self.context(item))
            assert again == done, f"asked again it says {again}, not {done}"
        assert self.fetched(item, job, tmp_path / "after"), "nothing to fetch after it was polled again"

    def test_it_brings_clips_and_only_into_the_folder(self, item: Any, tmp_path: Path) -> None:
        job = self.submitted(item)
        self.finished(item, job)
        folder = tmp_path / "here"
        files = self.fetched(item, job, folder)
        assert files, "it brought nothing"
        for file in files:
            assert folder in file.path.absolute().parents, f"{file.path} is outside the folder it was given"
            assert probe(file.path).facts.seconds > 0
            assert all(is_field(name) for name in file.recipe), (
                f"no fields of a recipe: {sorted(file.recipe)}"
            )
            assert all(isinstance(value, str) for value in file.recipe.values()), (
                "values of a recipe are text"
            )
        strays = {p for p in folder.rglob("*") if p.is_file()} - {file.path for file in files}
        assert not strays, f"left behind: {sorted(p.name for p in strays)}"

    def test_it_can_be_fetched_again(self, item: Any, tmp_path: Path) -> None:
        job = self.submitted(item)
        self.finished(item, job)
        first, again = (self.fetched(item, job, tmp_path / name) for name in ("first", "again"))
        told = [[(file.path.name, dict(file.recipe)) for file in files] for files in (first, again)]
        assert told[0] == told[1], f"fetched again it brings {told[1]}, not {told[0]}"

    def test_another_process_can_fetch_it(self, item: Any, tmp_path: Path) -> None:
        """The process that asked may be killed; all that is left of the job then is its id."""
        from circletake.testing.elsewhere import fetched

        job = self.submitted(item)
        assert isinstance(job, str) and job, "a job's id is text"
        self.finished(item, job)
        given = settings_json(self.settings_for(item))
        assert fetched(self.module, item.about.name, given, job, tmp_path), "nothing came"

    def test_a_lost_answer_is_found_or_unknown_never_another_job(self, item: Any) -> None:
        asked, settings = self.request(item), self.settings_for(item)
        other = replace(asked, prompt="another prompt altogether", seed="2" if asked.seed else "")
        unsent = self.found(item, other)
        job = item.submit(asked, settings, self.context(item))
        found = self.found(item, asked)
        assert found in (None, job), "find names another job than submit did"
        assert unsent is None or unsent != job, "find takes one request for another"

    def test_it_stops_when_the_person_does(self, item: Any, tmp_path: Path) -> None:
        job = self.submitted(item)
        self.finished(item, job)
        try:
            item.fetch(job, tmp_path, self.settings_for(item), self.context(item, cancelled=True))
        except Cancelled:
            return
        raise AssertionError("fetch goes on after the person stopped; call ctx.check_cancelled() as it works")

    def test_cancelling_too_late_does_no_harm(self, item: Any) -> None:
        job = self.submitted(item)
        self.finished(item, job)
        item.cancel(job, self.settings_for(item), self.context(item))

    def test_one_request_gives_the_same_bytes(self, item: Any, tmp_path: Path) -> None:
        """Only where :attr:`deterministic` says so."""
        if not self.deterministic:
            import pytest

            pytest.skip("not deterministic, it says")
        made = []
        for name in ("one", "two"):
            job = self.submitted(item)
            self.finished(item, job)
            made.append([sha256_of(file.path) for file in self.fetched(item, job, tmp_path / name)])
        assert made[0] == made[1], "asked twice, the clips differ"
