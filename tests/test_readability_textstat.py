"""Our formula values beside those of textstat, where a developer has it installed; it is no dependency.

Sentences and words are cut the same way on plain prose, so what differs is syllables and the list of easy words. textstat
0.7.8 was used; later versions download word lists and fail offline.
"""

import pytest

from evals.readability.formulas import (
    Counts,
    ari,
    coleman_liau,
    dale_chall_score,
    flesch_kincaid,
    gunning_fog,
    smog,
)
from evals.readability.tokens import count, tokens
from evals.sentences import split_sentences

pytest.importorskip("textstat", reason="textstat is not installed; this is a cross-check for developers")

from textstat import textstat  # only after we know that it is there

TEXTS = {
    "plain": (
        "Chemo can make you feel tired for some days after each visit. Rest when you need to and ask friends for help. "
        "Drink water through the day and eat small meals if food does not taste good. Some people lose their hair, and it "
        "grows back in most cases. Your nurse can help you with all of this at any time. Tell your team if you feel worse. "
    )
    * 5,
    "official": (
        "The applicability of the recommendations depends on the characteristics of the individual patient and on the "
        "preferences expressed during consultation. Multidisciplinary evaluation incorporates laboratory investigations, "
        "imaging and pathological examination of the tissue. Subsequent treatment requires deliberate consideration of "
        "the potential benefits and of the anticipated complications. "
    )
    * 8,
}


def _counted(text: str) -> Counts:
    total = Counts()
    for span in split_sentences(text):
        total += Counts(sentences=1) + count(tokens(text, span.start, span.end))
    return total


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(
    ("ours", "theirs", "within"),
    [
        (flesch_kincaid, "flesch_kincaid_grade", 0.8),
        (smog, "smog_index", 0.8),
        (coleman_liau, "coleman_liau_index", 0.7),
        (ari, "automated_readability_index", 0.7),
        (gunning_fog, "gunning_fog", 1.8),
    ],
)
def test_a_formula_gives_what_textstat_gives(text, ours, theirs, within) -> None:
    assert ours(_counted(text)) == pytest.approx(getattr(textstat, theirs)(text), abs=within)


def test_the_dale_chall_score_of_a_hard_text_is_about_that_of_textstat() -> None:
    # textstat counts regular forms of easy words as hard and has the published list; on easy texts the step at 5% decides.
    text = TEXTS["official"]
    assert dale_chall_score(_counted(text)) == pytest.approx(textstat.dale_chall_readability_score(text), abs=2.5)
