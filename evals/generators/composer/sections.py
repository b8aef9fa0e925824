"""The parts of a composed answer as Markdown, each in the words of the prompt file."""

import re
from collections.abc import Callable, Sequence

from evals.generators import Tie
from evals.generators.composer.explain import Paragraph
from evals.generators.composer.patient import find_limits, is_other_person, odd_record_text, record_facts
from evals.prompt import SectionName, Wording
from evals.records import Question, Source
from evals.red_flags import Danger, find_red_flags, when_to_call

CREDITED = ("NCI", "FDA", "CDC")
"""Public bodies whose material is the fact base: named even where the passage lists them as a pointer only."""


class Sections:
    """Builds each section by name; a section that has nothing to say is an empty text.

    `ties` collects which attribution stands for which passage, in the order written.
    """

    def __init__(
        self, question: Question, wording: Wording, explained: Sequence[Paragraph], near: Sequence[str]
    ) -> None:
        self._question, self._wording, self._explained, self._near = question, wording, explained, near
        self._other_person = is_other_person(question)
        record_text = question.record.text if question.record and not self._other_person else ""
        self._dangers = find_red_flags(f"{question.text}\n{record_text}")
        self.ties: list[Tie] = []
        self._builders: dict[SectionName, Callable[[], str]] = {
            "title": lambda: f"# {as_markdown(question.text)}",
            "opening_notice": lambda: _quoted(wording.opening_notice),
            "urgent": self._urgent,
            "limits": self._limits,
            "explanation": self._explanation,
            "record": self._record,
            "questions": lambda: self._list("questions", wording.questions),
            "sources": lambda: self._list("sources", self._sources()),
            "closing_notice": lambda: _quoted(wording.closing_notice),
            "upload": lambda: wording.upload,
            "related": lambda: self._list("related", near),
        }

    def build(self, name: SectionName) -> str:
        """The Markdown of one section."""
        return self._builders[name]()

    def _urgent(self) -> str:
        acting = [danger for danger in self._dangers if danger.mode == "act"]
        if acting:
            return "\n\n".join(self._instruction(danger, first=number == 0) for number, danger in enumerate(acting[:2]))
        do = self._dangers[0].do if self._dangers else when_to_call(self._question.text)
        return self._wording.urgent_inform.format(do=do) if do and self._wording.urgent_inform else ""

    def _instruction(self, danger: Danger, *, first: bool) -> str:
        if not first:
            return danger.do
        template = self._wording.crisis if danger.crisis else self._wording.urgent[danger.tier]
        return template.format(do=danger.do).strip()

    def _limits(self) -> str:
        return "\n\n".join(
            self._wording.limits[key] for key in find_limits(self._question.text) if key in self._wording.limits
        )

    def _explanation(self) -> str:
        heading = f"## {self._wording.headings.get('explanation', '')}"
        if self._wording.other_language:
            return f"{heading}\n\n{self._wording.other_language}"
        if self._other_person:
            return ""
        if not self._explained:
            return f"{heading}\n\n{self._wording.nothing_found}"
        return "\n\n".join([heading, *(self._paragraph(paragraph) for paragraph in self._explained)])

    def _paragraph(self, paragraph: Paragraph) -> str:
        source = paragraph.source
        lead = ""
        if source and _is_credited(source) and self._wording.attribution:
            lead = self._wording.attribution.format(organisation=source.organisation, document=source.document)
            self.ties.append(Tie(name=lead.strip().rstrip(":,"), passage_id=paragraph.passage.id))
        title = f"### {paragraph.passage.title}\n\n" if paragraph.first else ""
        return f"{title}{_lead(lead)}{as_markdown(paragraph.text)}"

    def _sources(self) -> list[str]:
        # What was quoted, with its date; then where to read on, which is not what the answer rests on.
        quoted: dict[str, None] = {}
        pointers: dict[str, None] = {}
        for paragraph in self._explained:
            for source in paragraph.passage.sources:
                if source == paragraph.source and _is_credited(source):
                    template, rows = self._wording.source, quoted
                elif not source.seen and not _is_credited(source):
                    template, rows = self._wording.pointer, pointers
                else:
                    continue
                if template:
                    rows[
                        template.format(
                            organisation=source.organisation, document=_dated(source), as_of=paragraph.passage.as_of
                        )
                    ] = None
        return [*quoted, *pointers]

    def _record(self) -> str:
        record = self._question.record
        if record is None or not self._wording.record_intro:
            return ""
        heading = f"## {self._wording.headings.get('record', '')}"
        if self._other_person:
            return f"{heading}\n\n{self._wording.record_mismatch}"
        facts = "; ".join(as_markdown(fact) for fact in record_facts(record)) or "—"
        odd = f"\n\n{self._wording.record_odd_text}" if odd_record_text(record.text) else ""
        return f"{heading}\n\n{self._wording.record_intro.format(facts=facts)}{odd}"

    def _list(self, section: SectionName, lines: Sequence[str]) -> str:
        if not lines:
            return ""
        items = "\n".join(f"- {as_markdown(line)}" for line in lines)
        return f"## {self._wording.headings.get(section, '')}\n\n{items}"


def _is_credited(source: Source) -> bool:
    return source.seen or source.organisation in CREDITED


def _dated(source: Source) -> str:
    return f"{source.document}, {source.version}" if source.version else source.document


def _quoted(text: str) -> str:
    return f"> {text}" if text else ""


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def as_markdown(text: str) -> str:
    """Text as Markdown that renders to exactly that text on one line: what a patient or a record says is data."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _lead(text: str) -> str:
    return f"{as_markdown(text)} " if text else ""
