"""What a judge with a model needs for one answer: which passages it is shown, and which count in which scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.citations import cited_passages
from evals.corpus import Corpus
from evals.judges.history import overdue
from evals.judges.retrieval import Piece, Retrieval, pieces
from evals.records import Answer, Claim, Passage, Scope


@dataclass(frozen=True, slots=True)
class Material:
    """The pieces to show for a batch of claims. `cited` has, for claims that name a source, what rests on it."""

    shown: tuple[Piece, ...]
    given: frozenset[str]
    cited: Mapping[str, frozenset[str]]
    guidelines: frozenset[str]

    def scopes(self, claim: Claim) -> tuple[tuple[Scope, frozenset[str]], ...]:
        """The scopes in which a claim gets a verdict, each with the ids of the passages that count there."""
        found: list[tuple[Scope, frozenset[str]]] = [("given", self.given)] if self.given else []
        if ids := self.cited.get(claim.claim_id):
            found.append(("cited", ids))
        return (*found, ("corpus", self.guidelines))


class Library:
    """The corpus as judges with a model read it: indexed once, before anything is asked, searched for every answer."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.guidelines = frozenset(passage.id for passage in corpus.searched)
        self.overdue = overdue(corpus)
        self._index = Retrieval(corpus.searched)

    def material(
        self, answer: Answer, claims: Sequence[Claim], given: Sequence[Passage], *, limits: tuple[int, int, int]
    ) -> Material:
        """What to show for these claims: passages given, those cited, and those that search finds.

        `limits`: at most so many given, cited for one claim, and found.
        """
        most_given, most_cited, most_found = limits
        texts = [claim.claim_text for claim in claims]
        scores = self._index.scores(texts)
        # Most of the work is done for an answer that names nobody, too.
        cited = cited_passages(answer, claims, self.corpus.passages) if answer.attributions else {}
        shown = list(_most_needed(given, texts, most_given))
        for claim, mine in zip(claims, scores, strict=True):
            if ids := cited.get(claim.claim_id):
                best = self._index.ranked(mine, most_cited, ids)
                shown += [self._index.pieces[number] for number in best]
        shown += self._index.best(scores, most_found)
        once = {piece.place: piece for piece in reversed(shown)}
        return Material(
            tuple(reversed(once.values())), frozenset(passage.id for passage in given), cited, self.guidelines
        )


def _most_needed(given: Sequence[Passage], claims: Sequence[str], most: int) -> tuple[Piece, ...]:
    """The pieces of what the answer was given, in order; where there are too many, those that the claims need most."""
    every = tuple(piece for passage in given for piece in pieces(passage))
    if len(every) <= most:
        return every
    index = Retrieval(given)
    needed = {piece.place for piece in index.best(index.scores(claims), most)}
    return tuple(piece for piece in every if piece.place in needed)
