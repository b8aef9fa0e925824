"""Syllables of English words: a rule, and a list of the words it gets wrong.

The rule counts groups of vowels, takes off the silent ones and adds those that two vowels in a row hide. The list
(`datasets/lexicons/syllables.txt`) holds the words of the CMU Pronouncing Dictionary whose first pronunciation has
another count; how it was made and how often the two agree stands in its header.
"""

import re
from functools import cache, lru_cache

from evals.errors import UserError
from evals.shipped import find
from evals.tables import read_text

METHOD = "rule-1 with CMUdict exceptions-1"
"""Names rule and list; whatever changes a count changes this and with it the version of the readability scorer."""

# Longer "words" are data or noise; the rule stays linear, the number stays sane.
_LONGEST_WORD = 60

_NOT_A_LETTER = re.compile(r"[^a-z]")
_GROUP = re.compile(r"[aeiouy]+")
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh|[cgsz]e)\Z")
# Vowels that are written and not said.
_SILENT = re.compile(
    r"""
      (?<=[^aeiouy])e\Z                                              # "care"
    | (?<=[^aeiouytd])e(?=d\Z)                                       # "cared", not "treated"
    | (?<=[^aeiouyscxzg])e(?=s\Z)                                    # "cares", not "doses"
    | (?<=.[aeiou][gq])ue(?=[sd]?\Z)                                 # "fatigue", "technique"
    | (?<=[^aeiouy])e(?=(?:ly|less(?:ly|ness)?|ness(?:es)?|ful(?:ly|ness)?|some|ments?|mental(?:ly)?)\Z)  # "safely"
    | (?<=[^aeiouy])e(?=work|where|thing|givers?\Z|takers?\Z)        # "caregiver"
    | (?<=[^aeiouydl])e(?=(?:wo)?m[ae]n\Z|land\Z|wood\Z)             # "horseman"
    | (?<=ic)a(?=lly\Z)                                              # "basically"
    """,
    re.VERBOSE,
)
# Words whose e is said after all: "table", "angled", "acres", "aches".
_SAID = re.compile(r"(?:[^aeiouylr]le[sd]?|[^aeiouylr]res?|[csxz]hes)\Z")
_MAY_PART = re.compile(r"[aeiouy]{2}|ism")
# Two vowels in a row that are two syllables, and "-ism".
_HIATUS = re.compile(
    r"""
      (?<![tscgx])i[ao](?=[bcdgklmnprstvz]|\Z)(?!ou) | (?<=[ctx])iat(?!r) | o(?=ic\Z)# "trial", "appreciate"
    | (?<=[^tscg])ious | (?<=[^g])eous | (?<=[^aeiouyq])uous                  # "previous", "strenuous"
    | (?<=[aeoy])i(?=ng|sts?\Z) | (?<=u)ing | (?<=[^aeiou])iu                 # "being", "helium"
    | (?<=[^tsc])ie(?=r(?!r)|st|nc|nt|ty) | (?<=[^aeiou])iet | quiet | scien(?=[ct]) | iest\Z   # "client", "diet"
    | (?<=[aoyu])er(?=s?\Z)                                                   # "lower" has its own group
    | eo(?=[abdglmnpstv]|r[^g]|\Z)(?<!geo)                                    # "neoadjuvant", "video"
    | (?<=cr)ea(?=te|ti|tor) | (?<=[aeiouy][^aeiouyh])ea(?=n?s?\Z) | (?<=rrh)ea | (?<=pn)ea     # "create", "area"
    | (?<=[^qgaeiou])ua(?!r) | (?<=[^qgaeiou])ue(?=[ln]) | (?<!q)uo(?!us|y) | (?<=[nlr])ui(?=[td])   # "fluid"
    | \Aco(?=o[rp]|e[xdfv]|a[gl]|i[nt]) | \A(?:re|pre)(?=[ei][lmnxqv]|a(?:ct|ss|pp|dj|dm|ff|ll))     # "react"
    | (?<=[^aeiou])ye(?=l[^l]) | aya(?=\Z|s)                                  # "myeloma"
    | ism(?=s?\Z)
    """,
    re.VERBOSE,
)


def count_by_rule(word: str) -> int:
    """The syllables of a word by the rule alone; 0 for a word without a letter a–z."""
    said = word.lower().replace("’", "'")
    owner = said.endswith("'s")
    letters = _NOT_A_LETTER.sub("", said.removesuffix("'s"))[:_LONGEST_WORD]
    if not letters:
        return 0
    # Each of the longer patterns is tried only where what it needs is there.
    may_be_silent = "e" in letters or letters.endswith("ically")
    groups = letters if not may_be_silent or _SAID.search(letters) else _SILENT.sub("", letters)
    count = len(_GROUP.findall(groups)) + (len(_HIATUS.findall(letters)) if _MAY_PART.search(letters) else 0)
    if said.endswith(("dn't", "sn't")):
        count += 1
    if owner and _SIBILANT.search(letters):
        count += 1
    return max(1, count)


@lru_cache(maxsize=65_536)
def count_syllables(word: str) -> int:
    """The syllables of a word: as the exceptions list says, else by the rule."""
    said = word.lower().replace("’", "'")
    listed = _exceptions().get(said)
    if listed is None and said.endswith("'s") and (listed := _exceptions().get(said[:-2])) is not None:
        return listed + bool(_SIBILANT.search(said[:-2]))
    return count_by_rule(said) if listed is None else listed


@cache
def _exceptions() -> dict[str, int]:
    path = find("datasets/lexicons/syllables.txt", "lexicon")
    found: dict[str, int] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        word, _, count = line.partition(" ")
        if not count.isdecimal():
            raise UserError(f"{path}:{number}", f"{line[:40]!r}", "a word, a space and its number of syllables")
        found[word] = int(count)
    return found
