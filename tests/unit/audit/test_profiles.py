"""Profiles weigh what rules found; they ask nothing new and soften no error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from circletake import Check, Outcome, RuleCard, Severity
from circletake.audit.explaining import card_named, explanation, explanation_json
from circletake.audit.profiles import HOUSE, profile_named, profile_names, profiles, weighed
from circletake.errors import NotFound
from circletake.model.audit import Mapped, Profile
from tests.cases import RULES

CARDS = [rule.card for rule in RULES.values()]


def card(severity: Severity = Severity.WARNING) -> RuleCard:
    return RuleCard("a.rule", "it holds", "it does not", severity, "somewhere", "mend it")


def outcome(severity: Severity = Severity.WARNING, check: Check = Check.FAILED) -> Outcome:
    return Outcome("a.rule", check, severity=severity)


def profile(severity: Severity | None = None, whole: bool = False) -> Profile:
    rules = {"a.rule": Mapped(severity, "why", "source", "2026-01-01")} if severity else {}
    return Profile("p", "evidence for p", rules, whole)


def test_a_profile_raises_and_lowers_what_it_names() -> None:
    for severity in Severity:
        assert weighed(outcome(), card(), profile(severity)).severity is severity


def test_what_a_profile_does_not_name_keeps_its_errors_and_loses_its_warnings() -> None:
    error = weighed(outcome(Severity.ERROR), card(Severity.ERROR), profile())
    assert error.severity is Severity.ERROR
    assert weighed(outcome(), card(), profile()).severity is Severity.NOTE
    assert weighed(outcome(), card(), profile(whole=True)).severity is Severity.WARNING


def test_what_a_rule_lowered_for_one_case_stays_lowered() -> None:
    told_elsewhere = outcome(Severity.NOTE)
    assert weighed(told_elsewhere, card(), profile(Severity.ERROR)) == told_elsewhere


def test_what_did_not_fail_is_not_weighed() -> None:
    passed = outcome(check=Check.PASSED)
    assert weighed(passed, card(), profile(Severity.ERROR)) == passed


def test_every_profile_names_rules_that_exist_with_a_source_and_a_date() -> None:
    assert profile_names() == ("ca-sb942", "cn-gb45438", "eu-art50", HOUSE, "youtube")
    for each in profiles():
        assert each.title.startswith("evidence for")
        assert each.left_out <= RULES.keys()
        assert each.rules.keys() <= RULES.keys() - each.left_out
        for mapped in each.rules.values():
            assert mapped.why and mapped.source and date.fromisoformat(mapped.date)


def test_no_profile_softens_what_says_that_a_file_is_not_what_was_released() -> None:
    intact = ("c2pa.state", "c2pa.signature", "bytes.exact", "manifest.own", "seal.intact", "files.known")
    for each in profiles():
        for rule in intact:
            given = RULES[rule].card
            failed = Outcome(rule, Check.FAILED, severity=given.severity)
            assert weighed(failed, given, each).severity is Severity.ERROR


def test_no_profile_speaks_of_compliance() -> None:
    folder = Path(__file__).resolve().parents[3] / "core" / "circletake" / "audit" / "profiles"
    assert len(list(folder.glob("*.toml"))) == len(profile_names())
    for file in folder.glob("*.toml"):
        assert "complian" not in file.read_text("utf-8").lower()


@pytest.mark.parametrize("name", ["eu", "../house", "house.toml", ""])
def test_an_unknown_profile_is_refused_with_the_list(name: str) -> None:
    with pytest.raises(NotFound, match="ca-sb942, cn-gb45438, eu-art50, house, youtube"):
        profile_named(name)


def test_a_rule_is_explained_in_full_with_who_asks() -> None:
    lines = explanation(card_named("ai.provider", CARDS))
    assert lines[0] == "ai.provider"
    assert [line[:9].strip() for line in lines[1:]] == [
        "Passes",
        "Fails",
        "Mend",
        "Matters",
        "Source",
        "Profile",
    ]
    assert lines[-1].startswith("Profile  ca-sb942: error; evidence for (A): the name of the provider")
    assert lines[4] == "Matters  note: told with --all, no finding"


def test_who_does_not_ask_is_told_too() -> None:
    told = explanation_json(card_named("label.aigc", CARDS))
    assert told["left_out_by"] == ["ca-sb942", "eu-art50", "house", "youtube"]
    assert list(told["profiles"]) == ["cn-gb45438"]
    assert explanation(card_named("label.aigc", CARDS))[-1].endswith(
        "not asked by ca-sb942, eu-art50, house, youtube"
    )


def test_every_rule_can_be_explained() -> None:
    for each in CARDS:
        assert len(explanation(each)) >= 6


def test_an_unknown_rule_is_refused_with_those_near_it() -> None:
    with pytest.raises(NotFound, match=r"near it: .*c2pa\.state"):
        card_named("c2pa.stat", CARDS)
