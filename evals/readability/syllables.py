"""Syllables of English words: a rule, and a list of the words it gets wrong.

The rule counts groups of vowels, takes off the silent ones and adds those that two vowels in a row hide. The list
(`datasets/lexicons/syllables.txt`) holds the words of the CMU Pronouncing Dictionary whose first pronunciation has
another count. `VERSION` names both; it is part of what a readability score depends on.
"""

import re
from functools import cache, lru_cache

from evals.lexicons import lexicon_path
from evals.tables import read_text

VERSION = "rule-1+cmudict-exceptions-1"

_GROUPS = re.compile(r"[aeiouy]+")
_NOT_A_LETTER = re.compile(r"[^a-z]")
_SIBILANT_END = re.compile(r"(?:s|x|z|ch|sh|ce|ge|se|ze)\Z")
# An e that is written and not said: at the end, in -es and -ed, and before an ending that starts with a consonant.
_SILENT = re.compile(
    r"(?<=[^aeiouy])e(?=(?:ly|less|lessly|lessness|ness|nesses|ful|fully|fulness|some|ments?|mental|mentally)\Z)"
    r"|(?<=[^aeiouy])e(?=man\Z|men\Z|woman\Z|women\Z|land\Z|wood\Z|work|where|thing)"
    r"|(?<=[^aeiouytd])e(?=d\Z)"
    r"|(?<=[^aeiouyscxzg])e(?=s\Z)"
    r"|(?<=[^aeiouy])e\Z"
    r"|(?<=[gq]u)e(?=s?\Z)"
)
# ... but said in "table", "tables", "churches" and after "l" or "r" with a consonant before it.
_SAID = re.compile(r"(?:[^aeiouylr]le|[^aeiouylr]les|[^aeiouylr]re|[^aeiouylr]res|[csxz]hes)\Z")
# Two vowels in a row that are two syllables.
_HIATUS = re.compile(
    r"(?<![tscgx])i[ao](?=n|l|t|c|r|m|s|d|b|p|g|k|\Z)(?!ou)"
    r"|(?<=[aeiouy])ing"
    r"|(?<=[^tscg])ious|(?<=[^aeiou])iu|(?<=[^aeiouyq])uous"
    r"|(?<=[^tsc])ie(?=r|st|nc|nt|ty)(?!r[^s])"
    r"|(?<=[ay])er(?=s?\Z)"
    r"|eo(?=l|n|g|p|b|d|m|s|t|v|r[^g]|\Z)(?<!geo)"
    r"|(?<=[cr])ea(?=t(?:e|i|or))"
    r"|(?<=[^qgaeiou])ua(?!r)|(?<=[^qgaeiou])ue(?=[ln])|uo(?!us|y)"
    r"|ism(?=s?\Z)|(?<=[cdkt])'?t\Z"
)


def by_rule(word):
    w = re.sub(r"[^a-z]", "", word.lower().removesuffix("'s"))
    n = len(_GROUPS.findall(_SILENT.sub("", w) if not _SAID.search(w) else w))
    n += len(_HIATUS.findall(w))
    n = max(n,1)
    if word.endswith("'s") and _SIBILANT_END.search(w): n+=1
    return n
