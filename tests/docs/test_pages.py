"""The pages hang together: nothing points nowhere, nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("plugins/*/README.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_to_a_file_or_a_heading_that_is_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in link:
            continue
        path, _, heading = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE) if heading else []
        assert not heading or heading in {
            re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings
        }


def test_the_readme_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in readme] == []


def test_the_architecture_names_every_room_and_no_other() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawn = re.search(r"^core/circletake/\n(.*?)^registry/", page, re.MULTILINE | re.DOTALL)
    assert drawn
    core = ROOT / "core" / "circletake"
    folders = {
        f"{path.parent.name}/" for place in (core, core / "workflows") for path in place.glob("*/__init__.py")
    }
    modules = {path.name for path in core.glob("*.py")}
    assert set(re.findall(r"^ +([\w.]+/?) ", drawn[1], re.MULTILINE)) == folders | modules
