"""Text from strangers, made safe for each place that shows it."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from circletake.model.text import (
    counted,
    csv_cell,
    csv_value,
    file_stem,
    fitted,
    human_size,
    natural,
    printable,
    with_fingerprints,
)


@given(st.text())
def test_printable_text_is_one_line_without_hidden_characters(text: str) -> None:
    shown = printable(text)
    assert all(
        c == " " or c in "\u200d\ufe0f" or not unicodedata.category(c).startswith(("C", "Zl", "Zp"))
        for c in shown
    )


@given(st.text(), st.integers(1, 40))
def test_printable_text_keeps_to_its_width(text: str, width: int) -> None:
    assert len(printable(text, width)) <= width


@given(st.text())
def test_no_cell_of_a_table_is_a_formula(text: str) -> None:
    assert not csv_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_a_cell_comes_back_as_it_went(text: str) -> None:
    if not text.startswith("'"):
        assert csv_value(csv_cell(text)) == text


@given(st.text())
def test_a_file_stem_is_plain_and_never_empty_or_a_device(text: str) -> None:
    stem = file_stem(text)
    assert stem
    assert stem.isascii()
    assert not set(stem) & set('/\\:*?"<>| ')
    assert stem.upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    assert not stem.startswith((".", "-"))


def test_sizes_are_said_as_disks_are_sold() -> None:
    assert [human_size(n) for n in (12, 41_200, 41_200_000_000)] == ["12 B", "41.2 kB", "41.2 GB"]


def test_one_thing_is_said_as_one() -> None:
    assert [counted(n, "take") for n in (0, 1, 2)] == ["0 takes", "1 take", "2 takes"]
    assert [counted(n, "person", "people") for n in (1, 2)] == ["1 person", "2 people"]


@given(st.text(), st.integers(0), st.integers(0))
def test_numbers_in_names_count(word: str, one: int, other: int) -> None:
    def name(number: int) -> str:
        return f"{word} {number}.mp4"

    assert (natural(name(one)) < natural(name(other))) == (one < other)


@given(st.text(), st.text())
def test_any_two_names_have_an_order(one: str, other: str) -> None:
    first, second = natural(one), natural(other)
    assert (first < second) + (second < first) + (first == second) == 1


@given(st.text(), st.integers(10, 60))
def test_a_path_that_is_cut_keeps_its_beginning_and_its_end(text: str, width: int) -> None:
    whole, shown = printable(text), fitted(text, width)
    assert len(shown) <= width and shown[0:1] == whole[0:1] and shown[-1:] == whole[-1:]
    assert fitted(text, None) == whole


@given(st.text(max_size=200))
def test_a_fingerprint_is_never_cut(before: str) -> None:
    mark = ":".join(f"{n:02X}" for n in range(32))
    assert mark in with_fingerprints(f"{before} {mark} and more{'!' * 200}", 40)
    assert len(with_fingerprints(before, 40)) <= 40


def test_bytes_of_a_name_that_are_no_text_are_spelt_out() -> None:
    names = [bytes([byte]).decode("utf-8", "surrogateescape") + ".mp4" for byte in (0xFF, 0xFE)]
    assert [printable(name) for name in names] == ["\\xff.mp4", "\\xfe.mp4"]
    assert [csv_cell(name) for name in names] == ["\\xff.mp4", "\\xfe.mp4"]
