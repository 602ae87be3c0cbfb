"""What an audit rule must hold to: pure, plain about what it could not ask, able to fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from circletake.model.audit import Outcome, Scope, Severity
from circletake.model.case import AuditCase
from circletake.model.manifest import Check, Credentials
from circletake.testing.contract import PluginContract
from circletake.testing.values import audit_case, file_case
from circletake.testing.watching import pure


class RuleContract(PluginContract):
    """Inherit, name the ``module``, and give a case that :meth:`holds` and one that :meth:`breaks`."""

    hook = "circletake_audit_rules"

    def holds(self, item: Any) -> AuditCase | None:
        """A case this rule passes."""
        return None

    def breaks(self, item: Any) -> AuditCase | None:
        """A case this rule fails."""
        return None

    def outcomes(self, item: Any, case: AuditCase) -> list[Outcome]:
        """Its answers about a case."""
        return list(item.check(case, self.settings_for(item)))

    def cases(self, item: Any) -> list[AuditCase]:
        """Cases every rule may meet: whole, unsigned, unreadable, foreign, empty; and its own."""
        unsigned = Credentials(False)
        whole = item.card.scope is Scope.RELEASE
        files = (
            file_case(),
            file_case("bare.mp4", credentials=unsigned),
            file_case(
                "broken.mp4", credentials=unsigned, media=None, unreadable="no picture that can be read"
            ),
            file_case("notes.txt", kind="other", credentials=unsigned, media=None),
        )
        common = [
            audit_case(*files, whole=whole),
            audit_case(*files, whole=whole, library=True, lists=("C2PA",)),
        ]
        if whole:
            common.append(AuditCase("empty", ()))
        else:
            common += [replace(common[0], file=file) for file in files]
        return [*common, *(own for own in (self.holds(item), self.breaks(item)) if own)]

    def test_its_card_tells_people_everything(self, item: Any) -> None:
        card = item.card
        for field in ("id", "title", "meaning", "source", "remedy"):
            assert getattr(card, field).strip(), f"the card says nothing under {field}"
        assert card.severity in Severity and card.scope in Scope

    def test_every_answer_is_its_own_and_whole(self, item: Any) -> None:
        for case in self.cases(item):
            paths = {"", *(file.path for file in case.files)}
            for outcome in self.outcomes(item, case):
                assert outcome.rule == item.card.id, f"it answers as {outcome.rule!r}"
                assert outcome.file in paths, f"{outcome.file!r} is no file of the case"
                if outcome.check is Check.NOT_CHECKED:
                    assert outcome.reason, "not checked, and no reason why"
                if outcome.check is Check.FAILED:
                    assert outcome.seen or outcome.expected, "it fails without saying what was seen"

    def test_it_says_the_same_again(self, item: Any) -> None:
        for case in self.cases(item):
            first, again = self.outcomes(item, case), self.outcomes(item, case)
            assert first == again, f"asked again it says {again}, not {first}"

    def test_it_opens_nothing(self, item: Any) -> None:
        cases = self.cases(item)
        for case in cases:
            self.outcomes(item, case)
        with pure():
            for case in cases:
                self.outcomes(item, case)

    def test_it_can_pass(self, item: Any) -> None:
        self._shows(item, self.holds(item), Check.PASSED)

    def test_it_can_fail(self, item: Any) -> None:
        self._shows(item, self.breaks(item), Check.FAILED)

    def _shows(self, item: Any, case: AuditCase | None, wanted: Check) -> None:
        assert case is not None, f"no case given by {'holds' if wanted is Check.PASSED else 'breaks'}()"
        said = {outcome.check for outcome in self.outcomes(item, case)}
        assert wanted in said, f"it should say {wanted}, and says {sorted(said) or 'nothing'}"
        if wanted is Check.PASSED:
            assert Check.FAILED not in said, "it fails what it should pass"
