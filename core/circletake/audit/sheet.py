"""What the pages about a release share: one template engine, one style, one policy.

Nothing in a page is fetched and nothing in it runs. All text of an audited folder is a
stranger's: the template engine escapes it, control and bidi characters are taken out before, and
the page's own policy forbids scripts outright.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from circletake.audit import sealing
from circletake.audit.wording import moment
from circletake.model.text import clock, counted, printable

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

_ON_NONE = re.compile(r"\b(is )?on none of your lists(?: of signers| of timestampers)?")
_YOURS = re.compile(r"\byour ((?:trust )?lists(?: of signers| of timestampers)?)")

LONGEST = 20_000
"""Characters of one text that a page shows at most."""


def render(template: str, *, mark: str, seal: str, record: str = "", release: str = "", **values: Any) -> str:
    """A whole page.

    Args:
        mark: stands in its head, so that only such a page is ever replaced by one.
        seal: name of the file that will seal it, which stands there too; empty where none will.
        record: sha256 of the ``release.json`` the page is about; empty where there is none.
        release: name of that release.
    """
    style = _template("sheet.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _engine()
        .get_template(template)
        .render(
            style=style,
            style_hash=digest,
            mark=mark,
            seal=seal,
            seal_name=sealing.NAME,
            record=record,
            record_name=sealing.RECORD_NAME,
            release=release,
            release_name=sealing.RELEASE_NAME,
            counted=counted,
            **values,
        )
    )


def prose(text: str) -> str:
    """Text of several lines without hidden characters, of a length a page can bear."""
    lines = (printable(line) for line in text[:LONGEST].splitlines())
    return "\n".join(lines) + ("\n…" if len(text) > LONGEST else "")


def theirs(text: str, *, lists: bool = True) -> str:
    """``text`` for a page that is handed on: lists that were "yours" are those of whoever made it.

    Args:
        lists: whether whoever made it has any; without, nobody was looked up.
    """
    if not lists:
        text = _ON_NONE.sub(lambda found: f"{'was ' if found[1] else ''}looked up on no list", text)
    told = _YOURS.sub(r"the \1 of whoever made this report", text)
    return told.replace("you have none yet", "whoever made it has none")


def _theirs(context: Context, text: str) -> str:
    audit = context.get("audit")
    return theirs(text, lists=audit is None or bool(audit.lists or audit.clocks))


@lru_cache(maxsize=1)
def _engine() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined, pass_context

    engine = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters.update(
        line=printable, prose=prose, theirs=pass_context(_theirs), clock=clock, moment=moment
    )
    return engine


def _template(name: str) -> str:
    return (files("circletake.audit") / "templates" / name).read_text("utf-8")
