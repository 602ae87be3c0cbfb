"""The options that say which takes are meant, the same on every command that takes a set."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from circletake.errors import BadInput
from circletake.model.event import Verdict
from circletake.model.slate import TakeFilter

Words = Annotated[
    list[str] | None,
    typer.Argument(
        help="SH010/3-7, c71f02ab, SH010; without any, the options say which.", metavar="[TAKE]..."
    ),
]

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "shot": (Annotated[list[str] | None, typer.Option(help="Only this shot; may be repeated.")], None),
    "stack": (Annotated[int | None, typer.Option(help="Only this stack, folded takes included.")], None),
    "verdict": (
        Annotated[list[str] | None, typer.Option(help="circled, hold, ng or unreviewed; may be repeated.")],
        None,
    ),
    "stars": (Annotated[int, typer.Option(help="At least so many stars.", min=0, max=5)], 0),
    "score": (Annotated[str, typer.Option(help="A condition such as 'sharpness>=10'.")], ""),
    "model": (Annotated[str, typer.Option(help="Part of the model's or generator's name.")], ""),
    "prompt": (Annotated[str, typer.Option(help="Words that must all be in the prompt.")], ""),
    "missing": (Annotated[str, typer.Option(help="A recipe field nothing is known of.")], ""),
    "finding": (Annotated[str, typer.Option(help="A kind of finding, or 'any'.")], ""),
    "all_": (Annotated[bool, typer.Option("--all", help="Folded takes too.")], False),
}


def selecting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options above; it gets them as one ``TakeFilter`` named ``which``.

    Takes folded under a keeper are left out unless ``--all``, a stack or takes by name
    (the command's ``words``) ask for them: nobody decides about what they were not shown.
    """

    @wraps(command)
    def wrapped(**given: Any) -> None:
        chosen = {name: given.pop(name) for name in _OPTIONS}
        command(which=_filter(chosen, bool(given.get("words"))), **given)

    own = inspect.signature(command, eval_str=True)
    kept = [p for name, p in own.parameters.items() if name != "which"]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, (hint, default) in _OPTIONS.items()
    ]
    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in kept]
    wrapped.__signature__ = own.replace(parameters=[*keyword, *options])  # type: ignore[attr-defined]  # typer reads it
    wrapped.__annotations__ = {p.name: p.annotation for p in (*keyword, *options)}
    return wrapped


def _filter(chosen: dict[str, Any], named: bool) -> TakeFilter:
    verdicts = tuple(chosen["verdict"] or ())
    for word in verdicts:
        if word not in set(Verdict):
            raise BadInput(f"--verdict {word}", "no such verdict", f"one of {', '.join(Verdict)}")
    return TakeFilter(
        shots=tuple(chosen["shot"] or ()),
        verdicts=verdicts,
        stack=chosen["stack"],
        min_stars=chosen["stars"],
        prompt=chosen["prompt"],
        model=chosen["model"],
        missing=chosen["missing"],
        finding=chosen["finding"],
        score=chosen["score"],
        folded=chosen["all_"] or named or chosen["stack"] is not None,
    )
