"""What a person means by a word: one take, some takes of a shot, or the whole shot."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from circletake.errors import BadInput, NotFound
from circletake.model.take import Take
from circletake.model.text import natural, printable
from circletake_registry import rows
from circletake_registry.tables import shots, takes

_DIGITS = re.compile(r"[0-9a-fA-F]{4,64}")
_IN_SHOT = re.compile(r"(?P<shot>[^/]+)/(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?")
_FORMS = "a take is named SH010/3 or c71f02ab, several are SH010/3-7 or SH010; circletake takes lists them"


def resolve(connection: Connection, word: str) -> list[Take]:
    """The takes ``word`` names, by shot and number. A shot's code comes before hex digits.

    Raises:
        NotFound: nothing is called so.
        BadInput: the digits fit several takes, or the word is of none of the known forms.
    """
    word = word.strip()
    numbered = _IN_SHOT.fullmatch(word)
    if numbered:
        first = int(numbered["first"])
        return _in_shot(connection, numbered["shot"], first, int(numbered["last"] or first))
    whole = _shot(connection, word)
    if whole is not None:
        return _takes(connection, takes.c.shot_id == whole[0])
    if _DIGITS.fullmatch(word):
        return [_by_digits(connection, word.lower())]
    shown = printable(word, 60) or "an empty name"
    if re.fullmatch(r"[\w.-]+", word):
        raise NotFound(shown, "no shot and no take is called so", _FORMS)
    raise BadInput(shown, "is not the name of a take", _FORMS)


def shot(connection: Connection, code: str) -> tuple[str, str]:
    """Id and code of the shot people call ``code``, whatever its case.

    Raises:
        NotFound: names the shots there are.
    """
    found = _shot(connection, code)
    if found is None:
        raise NotFound(
            f"shot {printable(code, 60)}", f"no such shot; there are {_codes(connection)}", "circletake takes"
        )
    return found


def _in_shot(connection: Connection, code: str, first: int, last: int) -> list[Take]:
    shot_id, code = shot(connection, code)
    if first > last:
        raise BadInput(f"{code}/{first}-{last}", "runs backwards", f"write {code}/{last}-{first}")
    named = takes.c.number.between(first, last)
    there = _takes(connection, (takes.c.shot_id == shot_id) & named)
    have = {take.number for take in there}
    for number in (first, last):
        if number not in have:
            every = connection.scalars(select(takes.c.number).where(takes.c.shot_id == shot_id)).all()
            raise NotFound(
                f"{code}/{number}",
                f"no such take; {code} has {_ranges(every)}",
                f"circletake takes --shot {code}",
            )
    return there


def _by_digits(connection: Connection, digits: str) -> Take:
    found = _takes(connection, takes.c.sha256.between(digits, digits + "g"))
    if not found:
        raise NotFound(digits, "no take's sha256 begins so", _FORMS)
    if len(found) > 1:
        longest = next(n for n in range(8, 65) if len({take.sha256[:n] for take in found}) == len(found))
        listed = ", ".join(f"{take.label} ({take.sha256[:longest]})" for take in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise BadInput(digits, f"fits {len(found)} takes: {listed}{more}", "give more digits")
    return found[0]


def _shot(connection: Connection, code: str) -> tuple[str, str] | None:
    condition = func.lower(shots.c.code) == code.lower()
    row = connection.execute(select(shots.c.id, shots.c.code).where(condition)).first()
    return (row.id, row.code) if row is not None else None


def _takes(connection: Connection, condition: object) -> list[Take]:
    query = rows.select_takes().where(condition).order_by(shots.c.code, takes.c.number)  # type: ignore[arg-type]  # columns
    return [rows.take(row) for row in connection.execute(query)]


def _codes(connection: Connection) -> str:
    codes = sorted(connection.scalars(select(shots.c.code)), key=natural)
    if not codes:
        return "none yet"
    return ", ".join(codes[:8]) + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")


def _ranges(numbers: Sequence[int]) -> str:
    """``1-6, 9`` for the numbers 1 to 6 and 9."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs) or "none yet"
