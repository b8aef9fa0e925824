"""E01 and E02: the wrong target, the wrong kind of drug, the wrong marker."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from evals.faults.fault import Edit, Half, half_of, pick
from evals.faults.names import Mention, drug_names, drugs, gene_names, same_targets
from evals.faults.tables import fault_file

_ASKS = re.compile(r"^(?:ask|tell|talk)\b|\?\s*$", re.I)
# What a drug is not for, another one is not for either: the swap may well be true.
_DENIED = re.compile(r"\b(?:not|no|never|without|checked)\b", re.I)
_CHANGE_AFTER = re.compile(r" (?:gene )?(?:changes?|mutations?|fusions?|gene)\b")
# No other marker is "low", and few have scores.
_NO_SWAP_AFTER = re.compile(r"-low\b| (?:score|result|level)s?\b| (?:of|is|at) (?:at least |under |over )?\d")
_DETAIL = re.compile(
    r"(?: exon \d+[\w ]{0,20}?(?:deletions?|insertions?|skipping)(?: or L858R)?| V600E?| G12C)"
    r"(?: changes?| mutations?)?"
)
_SIGN_AFTER = re.compile(r"-(?:positive|negative)\b")
# How far a target may stand from the word that says it is one.
_NEAR, _LIST_NEAR = 60, 30
_OUT_OF_LIST = re.compile(r"[,/]|\b(?:or|and)\b")


def target_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """Another target for a drug: "Pembrolizumab blocks CTLA-4"."""
    if _ASKS.search(sentence) or _DENIED.search(sentence):
        return
    named = _genes(sentence)
    for gene in named:
        if not _is_target(sentence, gene):
            continue
        offered = _other_targets(gene.value, half, _taken(sentence, named))
        if offered:
            swap = pick(offered, seed, "E01-target", sentence, gene.start)
            yield _edit(gene, swap, "E01-target", f"target:{swap}", "E01")


def class_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """Another kind of drug: "Tamoxifen is a PARP inhibitor"."""
    named = {drugs()[mention.value].kind for mention in drug_names().find(sentence)}
    if not named or _ASKS.search(sentence):
        return
    for match in _class_pattern().finditer(sentence):
        rows = [
            row
            for row in fault_file("swaps.yaml")["classes"]
            if half_of(f"class:{row['id']}") == half
            and not any(re.search(row["of"], kind, re.I) for kind in named)
            and not re.search(row["of"], sentence, re.I)
        ]
        if rows:
            row = pick(rows, seed, "E01-class", sentence, match.start())
            put = row["one"] if match.group("article") else row["many"]
            found = Mention(start=match.start("kind"), end=match.end("kind"), value="")
            yield _edit(found, put, "E01-class", f"class:{row['id']}", "E01")


def marker_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """Another marker: "alectinib for EGFR-mutated lung cancer". One of several named is half wrong."""
    if _ASKS.search(sentence):
        return
    named = _genes(sentence)
    for gene in named:
        repeated = sum(other.value == gene.value for other in named) > 1
        if repeated or _is_target(sentence, gene) or _NO_SWAP_AFTER.match(sentence, gene.end):
            continue
        offered = [m for m in _other_markers(sentence, gene, half) if m not in _taken(sentence, named)]
        if not offered:
            continue
        swap = pick(offered, seed, "E02-marker", sentence, gene.start)
        found, put = _written_out(sentence, gene, swap)
        edit = _edit(found, put, "E02-marker", f"marker:{swap}", "E02")
        yield replace(edit, label="partly", severity="moderate") if _in_list(sentence, gene, named) else edit


def _edit(found: Mention, put: str, operator: str, template: str, code: str) -> Edit:
    return Edit(
        start=found.start,
        end=found.end,
        replacement=put,
        operator=operator,
        template=template,
        code=code,
        severity="severe",
    )


def _genes(sentence: str) -> list[Mention]:
    """Genes and markers outside the names of drugs ("Lu-177-PSMA-617" names no marker)."""
    inside = [(mention.start, mention.end) for mention in drug_names().find(sentence)]
    return [
        gene
        for gene in gene_names().find(sentence)
        if not any(start <= gene.start < end for start, end in inside)
        and not (gene.start and sentence[gene.start - 1] == "-")
    ]


def _taken(sentence: str, named: Iterable[Mention]) -> frozenset[str]:
    """What may not be put in: all that the sentence names, and all that its drugs act on."""
    symbols = {gene.value for gene in named}
    for mention in drug_names().find(sentence):
        symbols |= drugs()[mention.value].targets
    return frozenset(same for symbol in symbols for same in same_targets(symbol))


def _is_target(sentence: str, gene: Mention) -> bool:
    """Whether the sentence says that a drug acts on it."""
    words, nouns = _target_patterns()
    if nouns.match(sentence, gene.end) or sentence[max(0, gene.start - 5) : gene.start] == "anti-":
        return True
    before = sentence[max(0, gene.start - _NEAR) : gene.start]
    last = max((match.end() for match in words.finditer(before)), default=None)
    if last is not None:
        between = before[last:]
        return "," not in between or (_OUT_OF_LIST.search(between) is not None and len(between) < _LIST_NEAR)
    return re.match(r" is the target\b", sentence[gene.end : gene.end + 20]) is not None


def _other_targets(symbol: str, half: Half, taken: frozenset[str]) -> list[str]:
    swaps = fault_file("swaps.yaml")
    for family, members in swaps["targets"].items():
        if symbol in members:
            near, far = members, swaps["wider"][family]
            break
    else:
        return []
    fits = [[m for m in pool if m not in taken and half_of(f"target:{m}") == half] for pool in (near, far)]
    return fits[0] or fits[1]


def _other_markers(sentence: str, gene: Mention, half: Half) -> list[str]:
    """The markers of the disease the sentence is about, else of every group that holds the one named."""
    swaps = fault_file("swaps.yaml")
    groups = {name: members for name, members in swaps["markers"].items() if gene.value in members}
    here = [name for name in groups if re.search(swaps["marker_where"].get(name, r"\Z\A."), sentence, re.I)]
    members = dict.fromkeys(member for name in here or groups for member in groups[name])
    if _CHANGE_AFTER.match(sentence, gene.end) or _DETAIL.match(sentence, gene.end):
        members = [m for m in members if m not in swaps["not_changes"]]
    elif _SIGN_AFTER.match(sentence, gene.end):
        members = [m for m in members if m in swaps["signed"]]
    return [m for m in members if half_of(f"marker:{m}") == half]


def _written_out(sentence: str, gene: Mention, swap: str) -> tuple[Mention, str]:
    """A marker with its detail ("EGFR exon 19 deletion or L858R") goes as a whole, for one written out as fully."""
    details = fault_file("swaps.yaml")["details"]
    tail = _DETAIL.match(sentence, gene.end)
    if tail is None:
        return gene, swap
    article = re.search(r"\ban? \Z", sentence[: gene.start])
    start = article.start() if article else gene.start
    put = details.get(swap, f"{swap} change")
    return Mention(start=start, end=tail.end(), value=gene.value), put if put.startswith(("a ", "an ")) else f"a {put}"


def _in_list(sentence: str, gene: Mention, named: Iterable[Mention]) -> bool:
    others = (other for other in named if other.start != gene.start)
    return any(
        re.fullmatch(r",? (?:and |or )?|,", sentence[min(gene.end, other.end) : max(gene.start, other.start)])
        for other in others
    )


@cache
def _target_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    swaps = fault_file("swaps.yaml")
    nouns = rf"(?: (?:plus|and) \w+)?[ -]{swaps['target_nouns']}\b"
    return re.compile(swaps["target_words"], re.I), re.compile(nouns, re.I)


@cache
def _class_pattern() -> re.Pattern[str]:
    swaps = fault_file("swaps.yaml")
    # One more word than the swaps know, since a true statement may name its class in any of these ways.
    known = {name for row in swaps["classes"] for name in (row["one"], row["many"])}
    known |= {"pain medicines", "targeted pills"}
    kinds = "|".join(re.escape(name) for name in sorted(known, key=lambda name: (-len(name), name)))
    return re.compile(rf"\b(?:is|are) (?P<article>an? |also an? )?(?:strong |targeted )?(?P<kind>{kinds})\b", re.I)
