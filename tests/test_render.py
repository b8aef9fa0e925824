"""Answer as it came -> plain text with blocks, hidden spans and links."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.records import TextFormat
from evals.render import Rendered, render, sniff
from tests.ending import comes_to_an_end

FORMATS: tuple[TextFormat, ...] = ("markdown", "html", "text")


def blocks(raw: str, fmt: TextFormat) -> list[tuple[str, int, str]]:
    rendered = render(raw, fmt)
    return [(block.kind, block.level, rendered.text[block.start : block.end]) for block in rendered.blocks]


def hidden(raw: str, fmt: TextFormat = "html") -> list[str]:
    rendered = render(raw, fmt)
    return [rendered.text[span.start : span.end] for span in rendered.hidden]


def links(raw: str, fmt: TextFormat) -> list[tuple[str, str]]:
    rendered = render(raw, fmt)
    return [(rendered.text[link.start : link.end], link.url) for link in rendered.links]


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "fmt", "text"),
    [
        ("<p>One</p><p>Two</p>", "html", "One\n\nTwo"),
        ("One\n\nTwo", "markdown", "One\n\nTwo"),
        ("One\n\n\n\nTwo", "text", "One\n\nTwo"),
        ("<ul><li>One</li><li>Two</li></ul><p>Then</p>", "html", "One\nTwo\n\nThen"),
        ("<p>a \t b\n c&nbsp;d</p>", "html", "a b c d"),
        ("<p>100.4&nbsp;&deg;F &lt;38 &amp; more</p>", "html", "100.4 °F <38 & more"),
        ("Counts <500 and >3, or <5% & more", "markdown", "Counts <500 and >3, or <5% & more"),
        ("<p>if ANC <500 call</p>", "html", "if ANC <500 call"),
        ("nul\x00 and \x07bell \x9b", "text", "nul and bell"),
        ("<p>nul&#0;&#7; char</p>", "html", "nul\N{REPLACEMENT CHARACTER} char"),
        ("a\ud800b", "html", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\r\nb\rc", "text", "a\n\nb\n\nc"),
        ("\ufeffBOM", "text", "BOM"),
        ("\u202eعربي \u200f😀 e\u0301", "html", "عربي \u200f😀 e\u0301"),
        ("st\u200bop tak\u00ading ta\u2060mox\u200difen\u200f now", "text", "stop taking tamoxifen\u200f now"),
        ("<p>st&#8203;op tak&shy;ing</p>", "html", "stop taking"),
        ("st&zwj;op", "markdown", "stop"),
        ("\x1b[1;31mstop\x1b[0m it", "text", "stop it"),
        ("👩\u200d⚕ می\u200cخواهم", "text", "👩\u200d⚕ می\u200cخواهم"),
        ("", "html", ""),
        (" \n\t ", "markdown", ""),
    ],
)
def test_the_text_is_plain(raw: str, fmt: TextFormat, text: str) -> None:
    assert render(raw, fmt).text == text


@pytest.mark.parametrize(
    "raw",
    [
        "<script>evil()</script><p>ok</p>",
        "<style>p{}</style><p>ok</p>",
        "<!-- note --><p>ok</p><!--[if IE]>no<![endif]-->",
        "<html><head><title>no</title><meta name=x></head><body>ok",
        "<p>ok<script>document.write('no')</script></p>",
        '<p onclick="no()">ok</p><img src=x alt="no" onerror="no()">',
        "<p>ok</p><iframe>no</iframe>",
        "<nav><a href=/>Home</a> | <a href=/a>About us</a></nav><p>ok</p>",
        "<!DOCTYPE html><?xml version='1.0'?><p>ok",
    ],
)
def test_what_is_no_text_vanishes(raw: str) -> None:
    rendered = render(raw, "html")
    assert (rendered.text, rendered.hidden) == ("ok", ())


def test_a_nav_of_questions_is_kept() -> None:
    assert render("<nav><a href=/q>Is stage 4 cancer always terminal?</a></nav>", "html").text


def test_raised_numbers_do_not_run_into_what_stands_before_them() -> None:
    raw = "<p>10<sup>9</sup>/L in 90%<sup><a href='#r'>3</a>,4</sup> and 10<sup>-3</sup>, the 2<sup>nd</sup></p>"
    assert render(raw, "html").text == "10⁹/L in 90%³,4 and 10⁻³, the 2nd"


# --- blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<h1>A</h1><h3>B <b>c</b></h3>", [("heading", 1, "A"), ("heading", 3, "B c")]),
        ("<div role=heading aria-level=2>A</div>b", [("heading", 2, "A"), ("paragraph", 0, "b")]),
        ("<p>a<p>b<ul><li>x<li>y</ul>", [("paragraph", 0, "a"), ("paragraph", 0, "b"), ("item", 1, "x"), ("item", 1, "y")]),
        (
            "<ul><li>a<ol><li>b</li></ol>tail</li><li><p>c</p><p>d</p></li></ul>",
            [("item", 1, "a"), ("item", 2, "b"), ("paragraph", 0, "tail"), ("item", 1, "c"), ("paragraph", 0, "d")],
        ),
        ("<ul><li>• a</li><li>2. b</li></ul>", [("item", 1, "a"), ("item", 1, "b")]),
        ("<p>• a<br>◦ b<br>• c</p>", [("item", 1, "a"), ("item", 2, "b"), ("item", 1, "c")]),
        ("<p>Ask:<br>1) a<br>2) b</p>", [("paragraph", 0, "Ask:"), ("item", 1, "a"), ("item", 1, "b")]),
        ("<p>a<br>b<br><br>c</p>", [("paragraph", 0, "a\nb"), ("paragraph", 0, "c")]),
        ("<p style='white-space:pre-wrap'>a\n\n- b\n- c</p>", [("paragraph", 0, "a"), ("item", 1, "b"), ("item", 1, "c")]),
        (
            "<table><caption>T</caption><tr><th>A</th><th>B</th></tr><tr><td>1</td><td><p>2</p><p>3</p></td></tr></table>",
            [("paragraph", 0, "T"), ("row", 0, "A | B"), ("row", 0, "1 | 2 3")],
        ),
        ("<table><tr><td><h1>A</h1><p>b</p></td></tr></table>", [("heading", 1, "A"), ("paragraph", 0, "b")]),
        ("<table role=presentation><tr><td>a</td></tr></table>", [("paragraph", 0, "a")]),
        ("<blockquote><p>q</p><ul><li>i</li></ul></blockquote>", [("quote", 0, "q"), ("item", 1, "i")]),
        ("<pre>x  y\n\n z</pre>", [("code", 0, "x y\nz")]),
        ("<h2>Never closed<p>para", [("heading", 2, "Never closed"), ("paragraph", 0, "para")]),
        ("<span>a</span><span>b</span><div>c</div>", [("paragraph", 0, "ab"), ("paragraph", 0, "c")]),
        ("By <b>A</b><div>Updated</div>tail", [("paragraph", 0, "By A"), ("paragraph", 0, "Updated"), ("paragraph", 0, "tail")]),
    ],
)  # fmt: skip
def test_html_comes_out_in_blocks(raw: str, expected: list[tuple[str, int, str]]) -> None:
    assert blocks(raw, "html") == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("# A\n\n### B #", [("heading", 1, "A"), ("heading", 3, "B")]),
        ("a\nb", [("paragraph", 0, "a\nb")]),
        ("    not code", [("paragraph", 0, "not code")]),
        ("```\ncode\n```", [("code", 0, "code")]),
        ("- a\n  1. b\n- c", [("item", 1, "a"), ("item", 2, "b"), ("item", 1, "c")]),
        ("Call if:\n• fever\n• chills\n2) rash", [("paragraph", 0, "Call if:"), ("item", 1, "fever"), ("item", 1, "chills"), ("item", 1, "rash")]),
        ("> a\n> b", [("quote", 0, "a\nb")]),
        ("| A | B |\n|---|---|\n| 1 | 2 |", [("row", 0, "A | B"), ("row", 0, "1 | 2")]),
        ("**b** <u>x</u><br>y", [("paragraph", 0, "b x\ny")]),
        ("It was grade\n3. The team knew.", [("paragraph", 0, "It was grade\n3. The team knew.")]),
    ],
)  # fmt: skip
def test_markdown_comes_out_in_blocks(raw: str, expected: list[tuple[str, int, str]]) -> None:
    assert blocks(raw, "markdown") == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Title\n=====\nText.", [("heading", 1, "Title"), ("paragraph", 0, "Text.")]),
        ("Intro.\n\nPart\n----\nText.", [("paragraph", 0, "Intro."), ("heading", 2, "Part"), ("paragraph", 0, "Text.")]),
        ("WHAT TO DO\nCall now.", [("heading", 1, "WHAT TO DO"), ("paragraph", 0, "Call now.")]),
        ("A first line.\n\nHow it works\n\nIt works.", [("paragraph", 0, "A first line."), ("heading", 2, "How it works"), ("paragraph", 0, "It works.")]),
        ("## Part ##\ntext", [("heading", 2, "Part"), ("paragraph", 0, "text")]),
        ("One sentence.\nAnother one.", [("paragraph", 0, "One sentence."), ("paragraph", 0, "Another one.")]),
        ("CALL 911 NOW!\nGo.", [("paragraph", 0, "CALL 911 NOW!"), ("paragraph", 0, "Go.")]),
        ("Updated March 3, 2026\n\nText.", [("paragraph", 0, "Updated March 3, 2026"), ("paragraph", 0, "Text.")]),
        ("Ask:\nWhy me?\nWhy now?", [("paragraph", 0, "Ask:"), ("paragraph", 0, "Why me?"), ("paragraph", 0, "Why now?")]),
        ("• a\n   – b\n   – c\n• d", [("item", 1, "a"), ("item", 2, "b"), ("item", 2, "c"), ("item", 1, "d")]),
        ("1. a\n- b\n- c\n2. d", [("item", 1, "a"), ("item", 2, "b"), ("item", 2, "c"), ("item", 1, "d")]),
        ("* a\n\na) b\nb) c", [("item", 1, "a"), ("item", 1, "b"), ("item", 1, "c")]),
        ("- a that\n  goes on\n- b", [("item", 1, "a that goes on"), ("item", 1, "b")]),
        ("> q\n> r\nText.", [("quote", 0, "q r"), ("paragraph", 0, "Text.")]),
        ("| A | B |\n|---|---|\n| 1 | 2 |", [("row", 0, "A | B"), ("row", 0, "1 | 2")]),
        ("In 2021. The rest.\n2021. A year.", [("paragraph", 0, "In 2021. The rest."), ("paragraph", 0, "2021. A year.")]),
        ("A. Smith wrote this.", [("paragraph", 0, "A. Smith wrote this.")]),
        ("***\n---\ntext", [("paragraph", 0, "text")]),
    ],
)  # fmt: skip
def test_plain_text_comes_out_in_blocks(raw: str, expected: list[tuple[str, int, str]]) -> None:
    assert blocks(raw, "text") == expected


@pytest.mark.parametrize("fmt", ["text", "markdown"])
def test_lines_that_were_only_wrapped_are_joined(fmt: TextFormat) -> None:
    raw = (
        "A low-dose CT scan is a quick picture of the lungs that takes less than a\n"
        "minute. You lie still while it is taken, and there is no needle at any time.\n"
        "Most people go home right away. Screening is for people who feel well, and it\n"
        "is done once a year."
    )
    assert len(blocks(raw, fmt)) == 1
    assert "\n" not in render(raw, fmt).text


# --- what a reader does not see --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        "<p style='display:none'>no</p>",
        "<p style='DISPLAY : none !important; color:red'>no</p>",
        "<div style='visibility:hidden'><p>no</p></div>",
        "<p hidden>no</p>",
        "<p aria-hidden=true>no</p>",
        "<p style='font-size:0px'>no</p>",
        "<p style='color:#fff;background:#ffffff'>no</p>",
        "<div style='background-color: white'><p style='color: rgb(255, 255, 255)'>no</p></div>",
        "<p style='opacity:0'>no</p>",
        "<p class='x sr-only'>no</p>",
        "<p class=visually-hidden>no</p>",
        "<template><p>no</p></template>",
        "<noscript>no</noscript>",
        "<dialog>no</dialog>",
        "<p style='position:absolute;left:-9999px'>no</p>",
        "<style>.n { display: none }</style><p class='n'>no</p>",
        "<style>p.n, #m { display: none }</style><p class='n'>no</p>",
    ],
)
def test_words_that_cannot_be_seen_are_hidden(raw: str) -> None:
    assert hidden(f"<p>yes</p>{raw}<p>also</p>") == ["no"]


@pytest.mark.parametrize(
    "raw",
    [
        "<p style='display:block'>yes</p>",
        "<p style='visibility:hidden'><span style='visibility:visible'>yes</span></p>",
        "<p style='font-size:0'><span style='font-size:12px'>yes</span></p>",
        "<p style='color:#fff;background:#000'>yes</p>",
        "<p style='color:#fff'>yes</p>",
        "<p style='opacity:0.5'>yes</p>",
        "<p class='hidden md:block'>yes</p>",
        "<details open><summary>yes</summary>yes</details>",
        "<dialog open>yes</dialog>",
        "<style>@media print { p { display: none } }</style><p>yes</p>",
        "<style>.menu { display: none } .menu.open { display: block }</style><p class='menu open'>yes</p>",
        "<style>/* p { display: none } */</style><p>yes</p>",
    ],
)
def test_words_that_can_be_seen_are_not_hidden(raw: str) -> None:
    assert hidden(raw) == []


def test_closed_details_show_their_summary_only() -> None:
    assert hidden("<details><summary>More</summary>one<p>two</p></details>") == ["one", "two"]


def test_hidden_words_in_a_sentence_keep_their_place() -> None:
    rendered = render("<p>not <span hidden>ever <b>at all</b></span> safe</p>", "html")
    assert rendered.text == "not ever at all safe"
    assert [(span.start, span.end) for span in rendered.hidden] == [(4, 15)]


def test_html_inside_markdown_is_hidden_too() -> None:
    assert hidden('Hi\n\n<div style="display:none">no</div>\n\nyou', "markdown") == ["no"]


# --- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "fmt", "expected"),
    [
        ('<a href=" https://a.b/c ">the <i>site</i></a>', "html", [("the site", "https://a.b/c")]),
        ("[x](https://a.b) y", "markdown", [("x", "https://a.b")]),
        ("see (https://a.b/c).", "text", [("https://a.b/c", "https://a.b/c")]),
        ("<a href='javascript:x()'>x</a><a>y</a><a href=''>z</a>", "html", [("x", "javascript:x()")]),
        ("<a href=/q><h3>A</h3><p>b</p></a>", "html", [("A", "/q"), ("b", "/q")]),
        ("<a href='https://a.b'>https://a.b</a>", "html", [("https://a.b", "https://a.b")]),
    ],
)
def test_links_keep_their_words_and_address(raw: str, fmt: TextFormat, expected: list[tuple[str, str]]) -> None:
    assert links(raw, fmt) == expected


# --- formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "suffix", "fmt"),
    [
        ("# not HTML", ".HTML", "html"),
        ("<p>x</p>", ".md", "markdown"),
        ("# x", ".txt", "text"),
        ("<!doctype html><p>x", "", "html"),
        ("<p>One</p>\n<p>Two</p>", "", "html"),
        ("# Title\n\nText", "", "markdown"),
        ("Some **bold** words", "", "markdown"),
        ("- a\n- b", "", "markdown"),
        ("# T\n\n<details><summary>a</summary></details><p>x</p><p>y</p><p>z</p>", "", "markdown"),
        ("Plain words, 5 < 6.\n\n• a\n• b", "", "text"),
        ("", "", "text"),
    ],
)
def test_the_format_is_told_by_suffix_then_by_content(raw: str, suffix: str, fmt: TextFormat) -> None:
    assert sniff(raw, suffix) == fmt


# --- properties ------------------------------------------------------------------------------------------------------

_PIECES = (
    "<p>", "</p>", "<div hidden>", "</div>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<h2>", "</h2>",
    "<details>", "<summary>", "<!--", "-->", "<script>", "</script>", "<pre>", "<br>", "<a href=x>", "</a>", "<sup>", "</sup>",
    "<blockquote>", "<nav>", "<style>p{display:none}</style>", "&nbsp;", "&#0;", "&lt;", "<span style='font-size:0'>", "\n",
    "\n\n", "  ", "# ", "## ", "- ", "• ", "1. ", "2) ", "a) ", "> ", "| a | b |\n|---|---|\n", "**", "_", "`", "```\n", "[", "](u)",
    "![", "===\n", "---\n", "Word", "two words.", "CAPS LINE\n", "é", "😀", "\u202e", "\x00", "\ud800", "https://a.b/c", "10", "?",
)  # fmt: skip
_ANY = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(_PIECES), max_size=40).map("".join),
    st.text(alphabet="<>/ap\n *_-[]()#&;|!`=\"'1.•", max_size=120),
)


def check(rendered: Rendered) -> None:
    text, at = rendered.text, 0
    for block in rendered.blocks:
        assert at <= block.start < block.end <= len(text)
        assert not text[at : block.start].strip()
        assert text[block.start : block.end].strip() == text[block.start : block.end]
        assert (block.level > 0) == (block.kind in ("heading", "item"))
        at = block.end
    assert not text[at:].strip()
    assert not any((ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in text)
    for spans in (rendered.hidden, rendered.links):
        for before, after in pairwise(spans):
            assert before.end <= after.start
        assert all(0 <= span.start < span.end <= len(text) for span in spans)


@settings(max_examples=150, deadline=None)
@given(raw=_ANY, fmt=st.sampled_from(FORMATS))
def test_blocks_cover_any_text_and_spans_lie_in_it(raw: str, fmt: TextFormat) -> None:
    rendered = render(raw, fmt)
    check(rendered)
    assert render(raw, fmt) == rendered


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.from_regex(r"[A-Za-z]{1,8}", fullmatch=True), min_size=1, max_size=30))
def test_no_word_of_a_plain_text_is_lost(words: list[str]) -> None:
    assert render(" ".join(words), "text").text.split() == words
    assert render(f"<p>{' '.join(words)}</p>", "html").text.split() == words


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("piece", ["<div>", "[", "*", "a ", "- a", "> ", "<!--", "&", '<a b="', "a\n"])
def test_a_megabyte_is_read_to_its_end(piece: str, fmt: TextFormat) -> None:
    with comes_to_an_end():
        check(render(piece * (1_000_000 // len(piece)), fmt))


def test_the_innermost_words_of_deep_nesting_are_kept() -> None:
    assert render("<div>" * 20_000 + "deep", "html").text == "deep"
    deep = "".join(f"{'  ' * level}- level {level}\n" for level in range(200))
    assert "level 199" in render(deep, "markdown").text


def test_brackets_past_counting_stay_as_they_are() -> None:
    raw = "[" * 40_000 + " <b>"
    assert render(raw, "markdown").text == raw
