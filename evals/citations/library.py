"""The sources that the passages of a corpus rest on, ready to be looked up by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from evals.cancers import find_cancers
from evals.citations.registry import any_of, bodies_in, body_of_host, host_of
from evals.concepts import load_concepts
from evals.lexicons import load_yaml
from evals.records import Passage, Source
from evals.words import stem, stems

_YEAR = re.compile(r"(?<![\d.,/-])(?:\d{1,2}\.)?((?:19|20)\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Held:
    """One source of one passage. `bodies` are its publishers, `own` the words that tell the document from others of
    theirs, `words` these and those of the passage's title.

    `drugs` are set for a document without a title of its own, such as the labels of the drugs that a passage names;
    `content` are all words of the title, generic ones included.
    """

    passage_id: str
    bodies: frozenset[str]
    own: frozenset[str]
    words: frozenset[str]
    cancers: tuple[str, ...]
    drugs: frozenset[str]
    content: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: one library a corpus, and cheap to look up by
class Library:
    """All sources of a corpus; `own` are publishers that only the corpus knows, `hosts` its addresses' hosts."""

    held: tuple[Held, ...]
    own: Mapping[str, str]
    hosts: frozenset[str]
    newest_year: int

    def bodies(self, text: str) -> tuple[tuple[str, int, int], ...]:
        """The publishers named in a text, known ones and the corpus's own, in order."""
        found = bodies_in(text)
        if found:
            return found
        low = text.lower()
        return tuple((own, low.find(key), low.find(key) + len(key)) for key, own in self.own.items() if key in low)

    def title(self, name: str) -> str:
        """A name with blanks where it names a publisher."""
        for _, start, end in self.bodies(name):
            name = name[:start] + " " * (end - start) + name[end:]
        return name


_latest: tuple[Mapping[str, Passage], Library] | None = None


def library_of(corpus: Mapping[str, Passage]) -> Library:
    """The library of a corpus, built once for each set of sources."""
    global _latest
    # A judge asks for the same corpus with every answer; comparing all of its texts takes longer than the rest.
    if _latest is None or _latest[0] is not corpus:
        _latest = corpus, _of(corpus)
    return _latest[1]


def _of(corpus: Mapping[str, Passage]) -> Library:
    return _library(tuple((p.id, p.title, p.text, p.as_of, p.sources) for p in corpus.values()))


@lru_cache(maxsize=4)
def _library(rows: tuple[tuple[str, str, str, str | None, tuple[Source, ...]], ...]) -> Library:
    held: list[Held] = []
    own: dict[str, str] = {}
    hosts: set[str] = set()
    years = [int(load_yaml("documents.yaml")["newest_year"])]
    for passage_id, title, text, as_of, sources in rows:
        years += [int(as_of[:4])] if as_of and as_of[:4].isdigit() else []
        for source in sources:
            if not bodies_in(source.organisation):
                own[source.organisation.lower()] = source.organisation
            words = distinct_words(source.document)
            held.append(
                Held(
                    passage_id,
                    _publishers(source),
                    own=words,
                    words=words | distinct_words(title),
                    cancers=find_cancers(source.document),
                    drugs=frozenset() if words else drugs_in(text),
                    content=content_words(source.document),
                )
            )
            hosts |= {host} if source.url and (host := host_of(source.url)) else set()
    longest_first = dict(sorted(own.items(), key=lambda item: (-len(item[0]), item[0])))
    return Library(tuple(held), longest_first, frozenset(hosts), max(years))


def _publishers(source: Source) -> frozenset[str]:
    named = frozenset(name for name, _, _ in bodies_in(source.organisation))
    host = host_of(source.url) if source.url else None
    owner = body_of_host(host) if host else None
    return named or frozenset({source.organisation, *([owner] if owner else [])})


def distinct_words(name: str) -> frozenset[str]:
    """The stems of a name that tell one document from another: no body, no year, no "guideline for patients"."""
    found = stems(without_bodies(name))
    return frozenset(word for word in found if word not in _generic() and not word.isdigit() and len(word) > 1)


def content_words(name: str) -> frozenset[str]:
    """The stems of a title without its publisher, year and numbers."""
    return frozenset(word for word in stems(without_bodies(name)) if word.isalpha())


def drugs_in(text: str) -> frozenset[str]:
    """The drugs named in a text, each by one name."""
    return frozenset(concept.token for concept in load_concepts().of(text) if concept.kind == "drug")


def without_bodies(name: str) -> str:
    """A name with blanks where it names a body."""
    for _, start, end in bodies_in(name):
        name = name[:start] + " " * (end - start) + name[end:]
    return name


def years_in(name: str) -> tuple[int, ...]:
    """The years in a name, those of versions ("3.2026") included."""
    return tuple(int(match[1]) for match in _YEAR.finditer(_not_dates().sub(" ", name)))


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    return frozenset(stem(word) for word in load_yaml("citations.yaml")["generic"])


@lru_cache(maxsize=1)
def _not_dates() -> re.Pattern[str]:
    return any_of(load_yaml("documents.yaml")["not_dates"])
