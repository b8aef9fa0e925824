"""The parts of a page that a lead opens: questions to ask, related questions, references, the upload offer."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from evals.pages.parts import Kinds, Part
from evals.pages.wording import Said, said, wording
from evals.records import SectionKind

# Words before a colon that may lead in what follows it on the same line: "Sources, as of May 2026: …".
_LEAD_LENGTH = 80
_LONGEST_REFERENCE = 120
_LONGEST_ENTRY = 40
_FEWEST_TEASERS = 2
_LONGEST_TEASER = 12
_INTRO_BLOCKS = 2
_BUTTON_WORDS = 4
_FEWEST_OWN = 2
_OWN = frozenset({"i", "my", "me", "we", "our", "us", "mi", "mis", "yo", "nuestro"})


# --- questions to ask ------------------------------------------------------------------------------------------------


def mark_questions(parts: Sequence[Part], kinds: Kinds) -> None:
    """Mark lists of questions to ask, with the heading or line that leads them in."""
    at = 0
    while at < len(parts):
        end = _questions_end(parts, kinds, at) if kinds[at] is None else at
        _mark(kinds, range(at, end), "questions")
        at = max(end, at + 1)


def _questions_end(parts: Sequence[Part], kinds: Kinds, at: int) -> int:
    """The end of the list of questions that a block leads in; `at` itself when it leads none."""
    part = parts[at]
    strong, weak = wording("questions", "strong"), wording("questions", "weak")
    if not part.is_lead or (part.is_item and not _heads_sublist(parts, at)):
        return at + 1 if _asks_in_line(part) else at
    said_so = strong.found(part.head) or weak.found(part.head)
    start = at + 1
    while start < min(len(parts), at + 1 + _INTRO_BLOCKS) and _introduces(parts, kinds, start):
        start += 1
    end = start
    while end < len(parts) and kinds[end] is None and _goes_on(parts, kinds, start, end, part):
        end += 1
    listed = [other for other in parts[start:end] if not other.is_heading]
    asked = sum(other.is_question or "?" in other.text for other in listed)
    enough = asked * 2 >= len(listed) if strong.found(part.head) else asked * 3 >= 2 * len(listed)
    items = strong.found(part.head) and listed and all(other.is_item for other in listed)
    if said_so:
        return end if listed and (enough or items) else at
    # Whatever stands above them, questions in the reader's own voice are questions to ask.
    own = sum(other.is_question and not _OWN.isdisjoint(other.whole.words) for other in listed)
    return end if asked == len(listed) >= _FEWEST_OWN and own * 2 > len(listed) else at


def _heads_sublist(parts: Sequence[Part], at: int) -> bool:
    """Whether an item leads in items further in."""
    below = parts[at + 1].block if at + 1 < len(parts) else None
    return below is not None and below.kind == "item" and below.level > parts[at].block.level


def _introduces(parts: Sequence[Part], kinds: Kinds, at: int) -> bool:
    """Whether a paragraph between a heading and its list belongs to them."""
    part = parts[at]
    if kinds[at] is not None or part.block.kind != "paragraph" or part.is_question or at + 1 >= len(parts):
        return False
    return (parts[at + 1].is_item or parts[at + 1].is_question) and part.tone != "strong"


def _goes_on(parts: Sequence[Part], kinds: Kinds, start: int, at: int, lead: Part) -> bool:
    part = parts[at]
    if part.is_heading:
        below = at + 1 < len(parts) and kinds[at + 1] is None
        deeper = lead.is_heading and part.block.level > lead.block.level
        return bool(below and deeper and (parts[at + 1].is_item or parts[at + 1].is_question))
    if part.is_item:
        if lead.is_item and part.block.level <= lead.block.level:
            return False
        return at == start or parts[at - 1].is_item or parts[at - 1].is_heading or part.is_question
    return part.is_question and not part.text.endswith(":")


def _asks_in_line(part: Part) -> bool:
    """A paragraph such as "You might ask: Can I …? Who will …?"."""
    lead, colon, rest = part.text[: _LEAD_LENGTH * 2].partition(":")
    if not colon or len(lead) > _LEAD_LENGTH or part.block.kind not in ("paragraph", "quote"):
        return False
    found = said(lead)
    if not wording("questions", "strong").found(found) and not wording("questions", "weak").found(found):
        return False
    return part.text.count("?") >= 2 and part.text.count("?") * 3 >= 2 * len(part.sentences) and "?" in rest


# --- related questions -----------------------------------------------------------------------------------------------


def mark_related(parts: Sequence[Part], kinds: Kinds) -> None:
    """Mark related questions with their teasers: under a lead, or as a run of them near the end."""
    at = 0
    while at < len(parts):
        part, end = parts[at], at + 1
        if kinds[at] is not None:
            pass
        elif part.is_lead and not part.is_item and not part.is_question and _leads_to_related(part.head):
            end = _run_end(parts, at + 1, part)
            if _are_related(parts[at + 1 : end], answered=not wording("related", "strong").found(part.head)):
                _mark(kinds, range(at, end), "related")
            else:
                end = at + 1
        elif _offers_in_line(part):
            _mark(kinds, [at], "related")
        elif part.is_question or part.is_teased:
            end = max(_run_end(parts, at, None), at + 1)
            if _are_teasers(parts[at:end]):
                _mark(kinds, range(at, end), "related")
        at = end


def _run_end(parts: Sequence[Part], start: int, lead: Part | None) -> int:
    end = start
    while end < len(parts) and _is_entry(parts, start, end, lead):
        end += 1
    return end


def _are_related(entries: Sequence[Part], *, answered: bool) -> bool:
    """Whether what follows a lead are questions to go on to; `answered` when they may be answered right there."""
    if answered and any(_is_answer(entry) for entry in entries):
        return False
    return any(entry.is_question or entry.is_teased or _reads_on(entry) for entry in entries)


def _are_teasers(entries: Sequence[Part]) -> bool:
    questions = sum(entry.is_question or entry.is_teased for entry in entries)
    teasers = sum(entry.is_cut or _reads_on(entry) for entry in entries)
    return min(questions, teasers) >= _FEWEST_TEASERS


def _is_entry(parts: Sequence[Part], start: int, at: int, lead: Part | None) -> bool:
    """Whether a block is a related question, its teaser, or "Read more"."""
    part = parts[at]
    if part.is_question or part.is_teased or _reads_on(part):
        return True
    if _opens_other(part):
        return False
    follows = at > start and (parts[at - 1].is_question or (lead is not None and not parts[at - 1].is_heading))
    if lead is None:
        return follows and part.is_cut and not part.is_heading
    if part.is_heading:
        return at > start and part.block.level > lead.block.level
    return part.is_item or (follows and (part.is_cut or parts[at - 1].is_question))


def _leads_to_related(lead: Said) -> bool:
    return wording("related", "strong").found(lead) or wording("related", "weak").found(lead)


def _is_answer(part: Part) -> bool:
    """Whether a block under a question answers it instead of teasing."""
    return not part.is_question and not _reads_on(part) and not part.is_cut and part.word_count > _LONGEST_TEASER


def _reads_on(part: Part) -> bool:
    if wording("read_more").found(part.whole):
        return part.word_count <= _BUTTON_WORDS
    tail = said(part.text[-40:].rpartition("…")[2].rpartition("...")[2])
    return "?" in part.text and bool(tail.words) and wording("read_more").found(tail)


def _offers_in_line(part: Part) -> bool:
    lead, colon, rest = part.text[: _LEAD_LENGTH * 2].partition(":")
    return bool(colon) and "?" in rest and len(lead) <= _LEAD_LENGTH and _leads_to_related(said(lead))


def _opens_other(part: Part) -> bool:
    """Whether a block begins another known section."""
    if part.tone == "strong" or part.is_label or _is_reference_lead(part) or part.is_upload:
        return True
    return part.is_lead and wording("questions", "strong").found(part.head)


# --- references ------------------------------------------------------------------------------------------------------


def mark_references(parts: Sequence[Part], kinds: Kinds) -> None:
    """Mark lists of sources, with the heading or the "Sources:" that opens them."""
    for at, part in enumerate(parts):
        if kinds[at] is not None:
            continue
        if _is_reference_lead(part):
            end = at + 1
            while end < len(parts) and kinds[end] is None and _is_reference(parts, at, end):
                end += 1
            if end > at + 1 or not part.is_lead:
                _mark(kinds, range(at, end), "references")
        elif _is_numbered(part) and at + 1 < len(parts) and _is_numbered(parts[at + 1]):
            listed = takewhile(lambda n: kinds[n] is None and _is_numbered(parts[n]), range(at, len(parts)))
            _mark(kinds, list(listed), "references")


def _is_reference_lead(part: Part) -> bool:
    """A heading "Sources", a line "Sources:", or a paragraph that begins with either."""
    if part.is_question or part.word_count > _LONGEST_REFERENCE or part.is_item or part.tone == "strong":
        return False
    if part.is_lead and part.word_count <= 8:
        return wording("references").found(part.head)
    lead, colon, _ = part.text[: _LEAD_LENGTH + 1].partition(":")
    opening = wording("references_opening").found(part.sentences[0]) if part.sentences else False
    inline = wording("references").found(said(lead)) or wording("references_inline").found(said(lead))
    return opening or (bool(colon) and inline)


def _is_reference(parts: Sequence[Part], lead: int, at: int) -> bool:
    part = parts[at]
    if part.is_heading or part.word_count > _LONGEST_REFERENCE or part.tone == "strong" or part.is_label:
        return False
    if part.is_item:
        return at == lead + 1 or parts[at - 1].is_item
    short = part.word_count <= _LONGEST_ENTRY or _is_numbered(part)
    return short and parts[lead].is_lead and not parts[at - 1].is_item and not part.is_question and not part.is_upload


def _is_numbered(part: Part) -> bool:
    head, bracket, rest = part.text[:6].partition("]")
    return bool(bracket) and head[:1] == "[" and head[1:].isdigit() and not part.is_question and rest != ""


# --- the offer to upload records -------------------------------------------------------------------------------------


def mark_upload(parts: Sequence[Part], kinds: Kinds) -> None:
    """Mark offers to upload records, with their heading, their terms and their button."""
    for at, part in enumerate(parts):
        if kinds[at] is not None or not part.is_upload:
            continue
        start = at
        if at and kinds[at - 1] is None and parts[at - 1].is_heading and not part.is_heading:
            start = at - 1
        end = at + 1
        while end < len(parts) and kinds[end] is None and _supports(parts, end):
            end += 1
        _mark(kinds, range(start, end), "upload")


def _supports(parts: Sequence[Part], at: int) -> bool:
    part = parts[at]
    if part.is_heading or part.tone == "strong":
        return False
    if part.is_upload or (part.is_item and (parts[at - 1].is_item or parts[at - 1].text.endswith(":"))):
        return True
    found = sum(map(wording("upload_support").found, part.sentences))
    return bool(found) and found * 2 >= len(part.sentences)


def _mark(kinds: Kinds, numbers: Iterable[int], kind: SectionKind) -> None:
    for at in numbers:
        if kinds[at] is None:
            kinds[at] = kind
