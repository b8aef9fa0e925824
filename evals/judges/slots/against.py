"""Whether a sentence speaks against anything: what also denies something may well say the same in other words."""

from evals.judges.slots.reading import Reading


def speaks_against(reading: Reading, sentence: int, said: int) -> bool:
    """Whether a sentence denies anything besides what it only supposes: then it may say the same in other words.

    `said` is where it says the thing in question. "Go to the ER if nobody answers" does not deny the order to go.
    """
    supposes = reading.denials.only_supposed
    places = (*_denying(reading), *reading.denials.soft)
    return any(reading.sentence_at(at) == sentence and (supposes(said) or not supposes(at)) for at in places)


def denies(reading: Reading, sentence: int) -> bool:
    """Whether a sentence denies anything, in earnest or not."""
    return any(reading.sentence_at(start) == sentence for start in _denying(reading))


def _denying(reading: Reading) -> tuple[int, ...]:
    return (*(d.start for d in reading.denials.found), *(s for s, _ in reading.denials.harmless))
