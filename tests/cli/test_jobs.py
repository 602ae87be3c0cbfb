"""What ``generate`` says of lists, costs and lineage, what ``jobs`` says, and who hints at open jobs."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from circletake.plugins.manager import PluginManager
from circletake.workflows.intake import patience
from tests import backends
from tests.backends import KEY, SECRET, Studio, studio

Cli = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("no_workers")
ASKED = ("generate", "--backend", "studio", "--model", "s1", "--prompt", "night bus", "--shot", "SH010")


@pytest.fixture
def provider(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A studio that the library knows."""
    load = PluginManager.load

    def loaded(blocked: tuple[str, ...] = (), files: Sequence[Path] = ()) -> PluginManager:
        manager = load(blocked, files=files)
        manager.add("studio", backends)
        return manager

    monkeypatch.setattr(PluginManager, "load", loaded)
    monkeypatch.setattr(patience, "_FIRST_RETRY", 0.01)
    monkeypatch.setenv(KEY, SECRET)
    with studio(tmp_path) as answering, Path("circletake.toml").open("a") as settings:
        settings.write(f'\n[at_once]\nstudio = 2\n\n[plugins.studio]\nurl = "{answering.url}"\n')
        settings.flush()
        yield answering


def test_a_dry_run_of_a_list_is_a_table_with_what_it_costs(cli: Cli, provider: Studio) -> None:
    Path("shots.csv").write_text("shot,prompt,takes,seeds\nSH010,night bus,2,7\nSH020,river,3,\n")
    asked = ("generate", "--from", "shots.csv", "--backend", "studio", "--model", "s1", "--param", "fps=24")
    status, out, err = cli(*asked, "--dry-run")
    first, second = (line.split() for line in out.splitlines()[1:3])
    assert status == 0
    assert " ".join(first) == "SH010 studio s1 2 7 to 8 0.25 USD 0.50 USD night bus"
    assert (second[0], second[3], second[-1]) == ("SH020", "3", "river")
    assert out.splitlines()[3:] == [
        "5 takes, cost: 1.25 USD",
        "Nothing was asked. Run it without --dry-run.",
    ]
    assert err.splitlines() == ["SH010: fps: s1 has no such setting", "SH020: fps: s1 has no such setting"]
    said = json.loads(cli(*asked, "--dry-run", "--json")[1])
    assert (said["cost"], len(said["plans"])) == ("1.25 USD", 2)
    assert cli(*asked, "--max-cost", "1 USD")[0] == 2
    assert provider.calls == {}
    assert cli(*asked)[1].splitlines()[0] == "5 takes: SH010/1, SH010/2, SH020/1, SH020/2, SH020/3"


def test_a_list_with_a_bad_row_asks_for_nothing(cli: Cli, provider: Studio) -> None:
    Path("shots.yaml").write_text("- {prompt: a, model: s1}\n- {prompt: b, model: s9}\n")
    status, _, err = cli("generate", "--from", "shots.yaml", "--backend", "studio")
    assert status == 2
    assert "shots.yaml row 2: no such model" in err
    assert provider.calls == {}


def test_a_retake_asks_as_its_take_was_asked(cli: Cli, provider: Studio) -> None:
    cli(*ASKED, "--seed", 5, "--param", "steps=9")
    assert cli("generate", "--retake", "SH010/1", "--seed", 6)[1].startswith("1 take: SH010/2")
    said = json.loads(cli("show", "SH010/2", "--json")[1])["recipe"]
    assert (said["derived_by"]["value"], said["param.steps"]["value"]) == ("retake", "9")
    assert cli("generate", "--remix", "SH010/1", "--extend", "SH010/1")[0] == 2
    status, _, err = cli("generate", "--extend", "SH010/1")
    assert (status, "s1 does not extend takes" in err) == (2, True)


def test_open_jobs_are_listed_hinted_at_and_resumed(
    cli: Cli, provider: Studio, monkeypatch: pytest.MonkeyPatch, clip: Callable[..., Path]
) -> None:
    provider.faults["file"] = ["expired"] * patience.TRIES
    provider.faults["submit"] = ["", *["429"] * patience.TRIES]
    status, out, err = cli(*ASKED, "--takes", 2, "--seed", 5)
    assert status == 1
    assert "2 of them may still give their takes: circletake jobs resume" in out
    hint = "1 job may have been paid for and not fetched, 1 job not sent yet: circletake jobs resume\n"
    assert err.endswith(hint)

    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", lambda *_, **__: pytest.fail("reached the network"))
        for words in (["takes"], ["import", clip("a.mp4")], ["contact"]):
            assert hint in cli(*words)[2], words
        listed = cli("jobs")[1].splitlines()
    assert {line.split()[1] for line in listed[1:3]} == {"submitted", "intended"}
    assert listed[-1] == "2 waiting. Finish them: circletake jobs resume"

    assert cli("jobs", "resume")[1].startswith("2 takes from 2 jobs, 0 failed")
    assert hint not in cli("takes")[2]


def test_a_job_is_cancelled_retried_and_followed_by_the_end_of_its_id(cli: Cli, provider: Studio) -> None:
    provider.faults["submit"] = ["429"] * patience.TRIES
    cli(*ASKED)
    (job,) = json.loads(cli("jobs", "--json")[1])
    short = job["id"][-8:]
    status, out, err = cli("jobs", "follow", short)
    assert (status, out.split()[:2]) == (1, [short, "intended"])
    assert "nobody works on 1 job of these: circletake jobs resume" in err
    assert cli("jobs", "cancel", short)[1] == f"{short}  cancelled\n"
    assert cli("jobs", "cancel", short)[1] == f"{short}  is over already: cancelled\n"
    assert cli("jobs", "retry", short)[1].startswith("1 take from 1 job, 0 failed")
    assert cli("jobs", "retry", "nosuch")[0] == 2
    for words in (["cancel"], ["retry"], ["cancel", short, "--all"]):
        assert cli("jobs", *words)[0] == 2


def test_a_provider_that_cannot_be_asked_leaves_the_decision_to_a_person(cli: Cli, provider: Studio) -> None:
    with Path("circletake.toml").open("a") as settings:
        settings.write("lists = false\n")
    provider.faults["submit"] = ["lost"]
    status, out, _ = cli(*ASKED)
    assert status == 1
    assert "nobody can tell whether it got the request" in out
    listed = cli("jobs")[1].splitlines()[1]
    assert listed.split()[1] == "sent?"
    assert cli("jobs", "retry", listed.split()[0], "--known-as", "p-1")[1].startswith("1 take from 1 job")
    assert len(provider.jobs) == 1
