"""The frozen records that travel through the harness. Imports nothing of ours.

Every offset (`start`, `end`) counts Python code points of `Answer.text` or `Passage.text`; `end` is exclusive.
Fields are checked where a file is read (`load`, `corpus`, `store`); inside, records are trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["info", "minor", "moderate", "severe", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "minor", "moderate", "severe", "critical")
Risk = Literal["routine", "elevated", "high", "critical"]
Label = Literal["supported", "contradicted", "partly", "not_found", "not_checkable"]
Scope = Literal["given", "cited", "corpus"]
ClaimKind = Literal["recommendation", "fact", "number", "definition", "advice", "notice", "question", "filler"]
Status = Literal["scored", "unscored", "error", "skipped"]
STATUSES: tuple[Status, ...] = ("scored", "unscored", "error", "skipped")
BlockKind = Literal["heading", "paragraph", "item", "quote", "row", "code"]
SectionKind = Literal[
    "title",
    "date",
    "opening_notice",
    "urgent",
    "body",
    "questions",
    "closing_notice",
    "upload",
    "references",
    "related",
]
TextFormat = Literal["markdown", "html", "text"]

# Unknown keys in a file are an error of the file's author, never silently dropped.
STRICT = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of text, `text[start:end]`."""

    start: int
    end: int


# --- questions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something a good answer must, or must not, say."""

    id: str
    text: str
    severity: Severity

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlag:
    """A dangerous situation: `act` = this person may be in danger now, `inform` = they ask about it."""

    id: str
    mode: Literal["act", "inform"]

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Stage at diagnosis: group ("IIA") and TNM parts, each null when not known."""

    group: str | None = None
    t: str | None = None
    n: str | None = None
    m: str | None = None

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Biomarker:
    """One tumor or inherited marker and its result, as the report words it."""

    name: str
    result: str

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One treatment; `line` counts from 1, dates are ISO dates, `end` null while it goes on."""

    name: str
    line: int | None = None
    start: str | None = None
    end: str | None = None

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A (synthetic) patient's uploaded record. Everything in it is data, never an instruction."""

    name_on_record: str | None = None
    account_name: str | None = None
    cancer: str | None = None
    histology: str | None = None
    stage: Stage | None = None
    biomarkers: tuple[Biomarker, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    age_group: Literal["child", "adolescent", "adult", "older-adult"] | None = None
    pregnancy: Literal["yes", "no", "unknown", "not-applicable"] | None = None
    text: str = ""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a patient asks, and what a good answer must and must not say.

    `paraphrase_of` names the question this one restates; `twin_of` the question whose false premise or danger this
    one lacks. Both null for a base question.
    """

    id: str
    text: str
    topic: str = "general"
    cancer: str = "general"
    intent: str = "understand"
    risk: Risk = "elevated"
    red_flags: tuple[RedFlag, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = "en"
    record: Record | None = None
    must_say: tuple[Statement, ...] = ()
    must_not_say: tuple[Statement, ...] = ()
    passages: tuple[str, ...] = ()
    paraphrase_of: str | None = None
    twin_of: str | None = None
    source: str = ""

    __pydantic_config__ = STRICT

    @property
    def cluster(self) -> str:
        """The question this one is a variant of, or itself: answers within a cluster are not independent."""
        return self.paraphrase_of or self.twin_of or self.id


# --- guidelines ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a passage's facts come from. `seen`: at least part of it was read for these facts; else it is a pointer."""

    id: str
    organisation: str
    document: str
    version: str | None = None
    url: str | None = None
    page: int | None = None
    seen: bool = False

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A topic on which named bodies differ: `positions` maps the body to what it says."""

    topic: str
    positions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a passage: its span, the ids of the sources seen for it, and whether it may soon change."""

    start: int
    end: int
    sources: tuple[str, ...] = ()
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One piece of guideline text with its source, scope and date. Dates are ISO dates."""

    id: str
    title: str
    text: str
    cancer: tuple[str, ...] = ("general",)
    scope: Mapping[str, str] = field(default_factory=dict[str, str])
    sources: tuple[Source, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    as_of: str | None = None
    review_by: str | None = None
    volatility: Literal["stable", "yearly", "fast"] = "stable"
    supersedes: tuple[str, ...] = ()
    conflicts_with: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    signed_by: str | None = None
    signed_on: str | None = None
    page: int | None = None


# --- answers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A line-level part of an answer. `level`: 1–6 for a heading, nesting depth from 1 for a list item, else 0."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an answer by its purpose: notice, body, questions to ask, related questions and so on."""

    kind: SectionKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A hyperlink: the linked words and where they lead."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Words that name a source ("According to the NCI"). `passage_id` when the generator tied it to a passage."""

    start: int
    end: int
    name: str
    vague: bool = False
    passage_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The text shown to the patient, the passages it was given and how it was made.

    `raw` is the text as it came, `text` its rendering as plain text, `hidden` the spans of `text` that a reader would
    not see. `status` is "ok", or "error" with the cause in `error` (then the texts are empty).
    """

    question_id: str
    repeat: int = 0
    question: str
    raw: str
    text: str
    hidden: tuple[Span, ...] = ()
    title: str | None = None
    sections: tuple[Section, ...] = ()
    blocks: tuple[Block, ...] = ()
    links: tuple[Link, ...] = ()
    passages: tuple[str, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    record: Record | None = None
    language: str = "en"
    channel: Literal["page", "chat", "letter"] = "page"
    generator: str = ""
    model: str | None = None
    prompt: str | None = None
    seed: int = 0
    status: Literal["ok", "error"] = "ok"
    error: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None


# --- claims and verdicts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One checkable statement: `source` is `answer.text[start:end]`, `claim_text` its completed wording."""

    claim_id: str
    start: int
    end: int
    claim_text: str
    kind: ClaimKind
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a judge says of one claim against one scope of passages.

    `status` "error" carries the cause in `reason` and has no label. `confidence` is in [0, 1]. The evidence span
    counts code points of the passage named by `passage_id`. `code` is the error code (E01–E22)
    where the judge can tell.
    """

    claim_id: str
    judge: str
    judge_repeat: int = 0
    scope: Scope = "corpus"
    status: Literal["ok", "error"] = "ok"
    label: Label | None = None
    confidence: float | None = None
    passage_id: str | None = None
    evidence_start: int | None = None
    evidence_end: int | None = None
    reason: str = ""
    code: str | None = None


# --- scores ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A span of an answer (or, for something left out, no span) with a rule, a severity and a plain message."""

    rule: str
    severity: Severity
    message: str
    start: int | None = None
    end: int | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A number in [0, 1], 1 always good, with its reason in words a nurse could read.

    Raises:
        ValueError: the value lies outside [0, 1] or is not a number, or there is no reason.
    """

    value: float
    reason: str
    measures: Mapping[str, float | int | None] = field(default_factory=dict[str, float | int | None])
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.value <= 1.0:  # false for NaN too: this one comparison keeps NaN out of every table
            raise ValueError(f"a score lies in [0, 1], got {self.value!r}")
        if not self.reason.strip():
            raise ValueError("a score needs a reason")


@dataclass(frozen=True, slots=True)
class Unscored:
    """Why there is no number.

    Raises:
        ValueError: there is no reason.
    """

    reason: str
    measures: Mapping[str, float | int | None] = field(default_factory=dict[str, float | int | None])
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an unscored result needs a reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a scorer may see of one answer.

    `corpus` holds every passage by id, texts that the answer was given from elsewhere included.
    """

    question: Question
    answer: Answer
    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    corpus: Mapping[str, Passage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one planned question × repeat × scorer ended. `value` only when scored."""

    question_id: str
    repeat: int
    scorer: str
    version: str
    status: Status
    value: float | None
    reason: str
    measures: Mapping[str, float | int | None]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One finished question × repeat: the unit the journal stores and a run folder is made of."""

    answer: Answer
    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    outcomes: tuple[Outcome, ...]
