"""Plugins wrong in one way each: what ``plugins new`` writes with a change, and which test must notice."""

from __future__ import annotations

from dataclasses import dataclass

from circletake.plugins.scaffold import Kind

GENERATOR = '''\
"""A generator that speaks the whole protocol."""

import json
import time

from circletake import (
    ALGORITHMIC,
    About,
    FetchedFile,
    JobState,
    ModelCard,
    NoSettings,
    Phase,
    PluginError,
    RequestCheck,
    hookimpl,
)

JOBS = []


class Whole:
    about = About("whole", "for a test", "1", NoSettings)

    def models(self, settings):
        return [ModelCard("m1", "1", "tests", ALGORITHMIC)]

    def check(self, request, settings):
        return RequestCheck(() if request.model == "m1" else ("no such model",))

    def submit(self, request, settings, ctx):
        for problem in self.check(request, settings).problems:
            raise PluginError("whole", problem)
        return json.dumps([request.prompt, request.seed])

    def find(self, request, settings, ctx):
        return self.submit(request, settings, ctx)

    def poll(self, job, settings, ctx):
        return JobState(Phase.DONE, 1.0)

    def fetch(self, job, into, settings, ctx):
        ctx.check_cancelled()
        from circletake.testing.values import draw_clip

        clip = draw_clip(into / "take.mp4", json.loads(job)[1])
        return [FetchedFile(clip, {"param.look": "silk"})]

    def cancel(self, job, settings, ctx):
        pass


@hookimpl
def circletake_generators():
    yield Whole()
'''

CONNECTS = "__import__('socket').getaddrinfo('localhost', 80)"
VARIES = """\
from dataclasses import replace
    from time import time_ns

    made = WScorer()
    made.about = replace(made.about, version=str(time_ns()))
    yield made
"""
OPENS = "open(__file__).close()"


@dataclass(frozen=True)
class Wrong:
    """A plugin with a fault.

    Attributes:
        check: the test of the contract that must notice.
        says: part of what it must say.
        changes: text and what stands in its place; an empty text is the end of the plugin's ``__init__``.
    """

    kind: Kind
    check: str
    says: str
    changes: tuple[tuple[str, str], ...]


def of(kind: Kind, check: str, says: str, *changes: tuple[str, str]) -> Wrong:
    return Wrong(kind, f"test_{check}", says, changes)


ANY = Kind.SCORER
"""What every plugin must hold to is tried on a scorer."""

WRONG = [
    of(
        ANY,
        "it_loads_as_the_core_loads_it",
        "no such hook: circletake_scorer",
        ("", "\n\n@hookimpl\ndef circletake_scorer():\n    yield\n"),
    ),
    of(
        ANY,
        "asked_again_it_offers_the_same",
        "when asked again",
        ("    yield WScorer()", f"    {VARIES}"),
    ),
    of(
        ANY, "settings_cannot_change_and_all_have_defaults", "must be frozen", ("frozen=True, slots=True", "")
    ),
    of(ANY, "settings_cannot_change_and_all_have_defaults", "without a default", ("float = 16.0", "float")),
    of(ANY, "settings_survive_the_way_to_a_worker", "is not object", ("dark: float", "dark: object")),
    of(
        ANY,
        "settings_that_make_no_sense_are_refused",
        "is accepted",
        ('raise ValueError("dark must', 'str("dark must'),
    ),
    of(
        ANY,
        "settings_that_make_no_sense_are_refused",
        "raise ValueError",
        ("raise ValueError", "raise KeyError"),
    ),
    of(ANY, "importing_it_brings_nothing_heavy_along", "import these inside", ("", "\nimport numpy\n")),
    of(
        ANY,
        "importing_it_is_quick",
        "s of CPU time",
        ("", "\nimport time\n\nwhile time.process_time() < 1.5:\n    pass\n"),
    ),
    of(
        ANY,
        "importing_it_reaches_no_network",
        "reached for the network",
        ("", f"\ntry:\n    {CONNECTS}\nexcept OSError:\n    pass\n"),
    ),
    # generators
    of(
        Kind.GENERATOR,
        "models_are_told_whole_and_offline",
        "no models",
        ("return [Model", "return [] and [Model"),
    ),
    of(
        Kind.GENERATOR,
        "models_are_told_whole_and_offline",
        "source type",
        ('"tests", ALGORITHMIC', '"tests", "x"'),
    ),
    of(
        Kind.GENERATOR,
        "models_are_told_whole_and_offline",
        "not in this test",
        ("return [M", f"{CONNECTS}\n        return [M"),
    ),
    of(Kind.GENERATOR, "a_request_is_checked_offline", "has problems", ('model == "m1"', 'model == "m2"')),
    of(
        Kind.GENERATOR,
        "a_request_is_checked_offline",
        "not in this test",
        ("return Req", f"{CONNECTS}\n        return Req"),
    ),
    of(
        Kind.GENERATOR,
        "a_model_that_is_not_there_is_a_problem_and_is_not_sent",
        "finds no problem",
        ('== "m1"', ""),
    ),
    of(
        Kind.GENERATOR,
        "a_model_that_is_not_there_is_a_problem_and_is_not_sent",
        "was sent",
        ('raise PluginError("whole", problem)', "pass"),
    ),
    of(
        Kind.GENERATOR,
        "a_model_that_is_not_there_is_a_problem_and_is_not_sent",
        "raise PluginError",
        ("raise PluginError", "raise LookupError"),
    ),
    of(Kind.GENERATOR, "a_job_comes_to_an_end", "failed after", ("Phase.DONE", "Phase.FAILED")),
    of(
        Kind.GENERATOR,
        "asking_how_far_it_is_changes_nothing",
        "asked again",
        ("DONE, 1.0", "DONE, time.time()"),
    ),
    of(
        Kind.GENERATOR,
        "it_brings_clips_and_only_into_the_folder",
        "outside the folder",
        ('into / "take', 'into.parent / "take'),
    ),
    of(
        Kind.GENERATOR,
        "it_brings_clips_and_only_into_the_folder",
        "left behind",
        ("        return [F", '        (into / "log").touch()\n        return [F'),
    ),
    of(
        Kind.GENERATOR,
        "it_brings_clips_and_only_into_the_folder",
        "no fields of a recipe",
        ('"param.look"', '"look"'),
    ),
    of(Kind.GENERATOR, "it_can_be_fetched_again", "fetched again", ('"silk"', "str(time.time_ns())")),
    of(
        Kind.GENERATOR,
        "another_process_can_fetch_it",
        "process of its own",
        ("return json.dumps(", "JOBS.append("),
        ("request.seed])", "request.seed])\n        return str(len(JOBS) - 1)"),
        ("json.loads(job)[1]", "JOBS[int(job)][1]"),
    ),
    of(
        Kind.GENERATOR,
        "a_lost_answer_is_found_or_unknown_never_another_job",
        "names another job",
        ("return self.submit(", "return 'other' or ("),
    ),
    of(
        Kind.GENERATOR,
        "a_lost_answer_is_found_or_unknown_never_another_job",
        "one request for another",
        ("[request.prompt, request.seed]", '["", "1"]'),
    ),
    of(Kind.GENERATOR, "it_stops_when_the_person_does", "goes on", ("ctx.check_cancelled()", "")),
    of(
        Kind.GENERATOR,
        "cancelling_too_late_does_no_harm",
        "too late",
        ("        pass", '        raise RuntimeError("too late")'),
    ),
    of(
        Kind.GENERATOR,
        "one_request_gives_the_same_bytes",
        "the clips differ",
        ("json.loads(job)[1]", "str(time.time_ns())"),
    ),
    # scorers
    of(Kind.SCORER, "it_needs_something_that_can_be_had", "pixels 'yuv'", ('pixels="gray"', 'pixels="yuv"')),
    of(
        Kind.SCORER,
        "it_gives_plain_numbers_within_the_take",
        "is nan",
        ('mean, "0-255"', 'float("nan"), "0-255"'),
    ),
    of(
        Kind.SCORER,
        "it_gives_plain_numbers_within_the_take",
        "is a float64",
        ('mean, "0-255"', '__import__("numpy").float64(mean), "0-255"'),
    ),
    of(
        Kind.SCORER,
        "it_says_the_same_again",
        "asked again",
        ("mean = ", "mean = __import__('random').random() + "),
    ),
    of(
        Kind.SCORER,
        "how_frames_are_handed_over_does_not_matter",
        "in runs of 5",
        ("frames.mean(axis=(1, 2)).tolist()", "[float(len(frames))]"),
    ),
    of(
        Kind.SCORER,
        "two_takes_at_once_do_not_mix",
        "beside another take",
        ('"""One take being scored."""', '"""One take being scored."""\n    _means = []'),
        ("        self._means: list[float] = []\n", ""),
    ),
    of(
        Kind.SCORER,
        "a_take_of_one_frame_is_scored",
        "division",
        ("/ len(self._means)", "/ (len(self._means) - 1)"),
    ),
    of(
        Kind.SCORER,
        "a_silent_take_is_scored",
        "heard",
        ('pixels="gray"', 'pixels="gray", audio_hz=8000'),
        ('ask for it."""', 'ask for it."""\n        self.heard = True'),
        ("        mean = ", "        self.heard  # noqa\n        mean = "),
    ),
    # exporters
    of(Kind.EXPORTER, "it_says_what_it_reads", "it reads 'disk'", ('] = "library"', '] = "disk"')),
    of(
        Kind.EXPORTER,
        "it_makes_whole_files_in_its_folder",
        "kind 'text'",
        ('(made, "sheet")', '(made, "text")'),
    ),
    of(
        Kind.EXPORTER,
        "it_makes_whole_files_in_its_folder",
        "not in its folder",
        ("staging / f", "staging.parent / f"),
    ),
    of(
        Kind.EXPORTER,
        "it_makes_whole_files_in_its_folder",
        "no actions of C2PA",
        ('"sheet")', '"sheet", ("cut",))'),
    ),
    of(
        Kind.EXPORTER,
        "it_makes_whole_files_in_its_folder",
        "a still of no take",
        ('(made, "sheet")', '(made, "still")'),
    ),
    of(Kind.EXPORTER, "it_makes_whole_files_in_its_folder", "missing or empty", ('"".join(lines)', '""')),
    of(
        Kind.EXPORTER,
        "it_names_every_file_it_leaves",
        "without being named",
        ("        return [", '        (staging / "log").touch()\n        return ['),
    ),
    of(
        Kind.EXPORTER,
        "it_leaves_the_media_as_they_are",
        "changed what it was given",
        (
            "        return [",
            (
                "        for path in request.media.values():\n"
                '            path.write_bytes(b"x")\n        return ['
            ),
        ),
    ),
    of(
        Kind.EXPORTER,
        "it_reaches_no_network",
        "not in this test",
        ("        return [", f"        {CONNECTS}\n        return ["),
    ),
    of(
        Kind.EXPORTER,
        "asked_again_it_makes_the_same_files",
        "asked again",
        ("{request.name}.txt", "{__import__('time').time_ns()}.txt"),
    ),
    of(
        Kind.EXPORTER,
        "media_that_are_gone_are_told_in_words",
        "raise MediaError",
        (
            "        return [",
            "        for path in request.media.values():\n            path.read_bytes()\n        return [",
        ),
    ),
    of(Kind.EXPORTER, "it_stops_when_the_person_does", "goes on", ("ctx.check_cancelled()", "pass")),
    # readers
    of(Kind.READER, "it_reads_what_it_is_for", "nothing to say", ("if field in set(Field)", "if not field")),
    of(Kind.READER, "it_reads_what_it_is_for", "is no field", ("RecipeClaim(field,", 'RecipeClaim("look",')),
    of(
        Kind.READER,
        "it_reads_what_it_is_for",
        "cannot give evidence",
        ("Evidence.SIDECAR", "Evidence.OBSERVED"),
    ),
    of(
        Kind.READER,
        "a_file_that_tells_nothing_gives_nothing",
        "it makes up",
        (
            "        text = ",
            '        yield RecipeClaim("model", "m", Evidence.SIDECAR, name, "w")\n        text = ',
        ),
    ),
    of(
        Kind.READER,
        "it_says_the_same_again",
        "something else",
        ("(field, value,", "(field, str(__import__('time').time_ns()),"),
    ),
    of(
        Kind.READER,
        "it_opens_nothing",
        "not in this test",
        ("        text = ", f"        {OPENS}\n        text = "),
    ),
    of(Kind.READER, "hostile_files_do_not_break_it", "UnicodeDecodeError", ('"utf-8", "replace"', '"utf-8"')),
    # rules
    of(
        Kind.RULE,
        "its_card_tells_people_everything",
        "nothing under remedy",
        ('remedy="look at the end of the cut, and release again"', 'remedy=""'),
    ),
    of(
        Kind.RULE,
        "every_answer_is_its_own_and_whole",
        "answers as 'other'",
        ("rule=self.card.id", 'rule="other"'),
    ),
    of(Kind.RULE, "every_answer_is_its_own_and_whole", "no reason why", ("reason=why", 'reason=""')),
    of(
        Kind.RULE,
        "every_answer_is_its_own_and_whole",
        "is no file of the case",
        ("file=file.path", 'file="other.mp4"'),
    ),
    of(
        Kind.RULE,
        "every_answer_is_its_own_and_whole",
        "what was seen",
        ("{settings.seconds:g} s or more", ""),
        ("{seconds:.2f} s", ""),
        ("else Check.FAILED", "else Check.PASSED"),
        ("Check.PASSED if", "Check.FAILED if"),
    ),
    of(
        Kind.RULE,
        "it_says_the_same_again",
        "asked again",
        ("{seconds:.2f} s", "{__import__('time').time_ns()}"),
    ),
    of(
        Kind.RULE,
        "it_opens_nothing",
        "not in this test",
        ("        file = case.file\n", f"        {OPENS}\n        file = case.file\n"),
    ),
    of(Kind.RULE, "it_can_pass", "should say passed", ("Check.PASSED if", "Check.FAILED if")),
    of(Kind.RULE, "it_can_fail", "should say failed", ("else Check.FAILED", "else Check.PASSED")),
    # signers
    of(
        Kind.SIGNER,
        "its_algorithm_is_one_of_content_credentials",
        "'rs256' is none of",
        ('] = "es256"', '] = "rs256"'),
    ),
    of(
        Kind.SIGNER,
        "its_chain_begins_with_the_certificate_that_signs",
        "ssuer",
        (
            "self.chain_pem = chain_pem",
            (
                'first, second = chain_pem.split("-----BEGIN")[1:]\n'
                '        self.chain_pem = f"-----BEGIN{second}-----BEGIN{first}"'
            ),
        ),
    ),
    of(
        Kind.SIGNER,
        "its_signature_verifies_with_that_certificate",
        "does not verify",
        ("sign(data, E", 'sign(data + b"x", E'),
    ),
    of(
        Kind.SIGNER,
        "the_key_is_not_among_what_it_shows",
        "a private key stands",
        ("self.chain_pem = ", 'self._pem = "-----BEGIN PRIVATE KEY-----"\n        self.chain_pem = '),
    ),
    of(
        Kind.SIGNER,
        "it_opens_in_every_process_anew",
        "was closed",
        (
            "return Opened(key, chain)",
            "self.kept = getattr(self, 'kept', None) or Opened(key, chain)\n        return self.kept",
        ),
    ),
    of(
        Kind.SIGNER,
        "without_its_secret_it_says_so",
        "raise KeyProblem",
        ("raise KeyProblem(", "raise RuntimeError("),
    ),
]
