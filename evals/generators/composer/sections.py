"""The parts of a composed answer as Markdown, each in the words of the prompt file."""

import re
from collections.abc import Callable, Sequence

from evals.generators import Tie
from evals.generators.composer.explain import Paragraph
from evals.generators.composer.patient import find_limits, is_other_person, odd_record_text, record_facts
from evals.prompt import SectionName, Wording
from evals.records import Question, Source
from evals.red_flags import Danger, when_to_call


class Sections:
    """Builds each section by name; a section that has nothing to say is an empty text.

    `ties` collects which attribution stands for which passage, in the order written.
    """

    def __init__(
        self, question: Question, wording: Wording, explained: Sequence[Paragraph], near: Sequence[str],
        dangers: tuple[Danger, ...],
    ) -> None:  # fmt: skip
        self._question, self._wording, self._explained, self._near = question, wording, explained, near
        self._other_person = is_other_person(question)
        self._dangers = dangers
        self.ties: list[Tie] = []
        self._builders: dict[SectionName, Callable[[], str]] = {
            "title": lambda: f"# {as_markdown(question.text)}",
            "opening_notice": lambda: _quoted(wording.opening_notice),
            "urgent": self._urgent,
            "danger": self._danger,
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

    @property
    def acting(self) -> tuple[Danger, ...]:
        """The dangers this person may be in now, gravest first."""
        return tuple(danger for danger in self._dangers if danger.mode == "act")

    @property
    def in_crisis(self) -> bool:
        """Whether someone speaks of ending their life."""
        return bool(self.acting) and self.acting[0].crisis

    def _urgent(self) -> str:
        if not self.acting:
            return ""
        first = self.acting[0]
        template = self._wording.crisis if first.crisis else self._wording.urgent[first.tier]
        return template.format(do=first.do).strip()

    def _danger(self) -> str:
        if self.acting:
            # The signs are told in the lexicon's English; other languages get the instruction alone.
            return "" if self._wording.other_language else "\n\n".join(danger.do for danger in self.acting[:2])
        do = self._dangers[0].do if self._dangers else when_to_call(self._question.text)
        return self._wording.urgent_inform.format(do=do) if do and self._wording.urgent_inform else ""

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
        if source and self._wording.attribution:
            lead = self._wording.attribution.format(organisation=source.organisation, document=source.document)
            self.ties.append(Tie(name=lead.strip().rstrip(":,"), passage_id=paragraph.passage.id))
        title = f"### {paragraph.passage.title}\n\n" if paragraph.first else ""
        return f"{title}{_lead(lead)}{as_markdown(paragraph.text)}"

    def _sources(self) -> list[str]:
        # What was quoted, with its date; then where to read on, which the answer does not rest on.
        credited = {(part.source.organisation, part.source.document) for part in self._explained if part.source}
        quoted: dict[str, None] = {}
        pointers: dict[str, None] = {}
        for passage in dict.fromkeys(part.passage.id for part in self._explained):
            parts = [part for part in self._explained if part.passage.id == passage]
            for source in parts[0].passage.sources:
                if (source.organisation, source.document) in credited:
                    quoted[self._reference(self._wording.source, source, parts[0])] = None
                else:
                    pointers[self._reference(self._wording.pointer, source, parts[0])] = None
        return [line for line in (*quoted, *pointers) if line]

    def _reference(self, template: str, source: Source, part: Paragraph) -> str:
        document = f"{source.document}, {source.version}" if source.version else source.document
        return template.format(organisation=source.organisation, document=document, as_of=part.passage.as_of)

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


def _quoted(text: str) -> str:
    return f"> {text}" if text else ""


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def as_markdown(text: str) -> str:
    """Text as Markdown that renders to exactly that text on one line: what a patient or a record says is data."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _lead(text: str) -> str:
    return f"{as_markdown(text)} " if text else ""
