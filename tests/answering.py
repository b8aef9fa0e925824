"""Answer functions for the python generator's tests."""

from pathlib import Path


def answer(question: str, record: dict | None) -> str:
    """The same short answer, naming the question."""
    return f"# {question}\n\nAsk your care team about this. Chemo can cause hair loss."


def with_contexts(question: str, record: dict | None) -> dict:
    """An answer with the text it was given."""
    return {
        "answer": "Pembrolizumab blocks PD-1.",
        "contexts": ["Pembrolizumab is a drug that blocks PD-1."],
        "model": "m1",
    }


def broken(question: str, record: dict | None) -> str:
    """Fails on one question only."""
    if "101 fever" in question:
        raise RuntimeError("no answer today")
    return answer(question, record)


def counted(question: str, record: dict | None) -> str:
    """Appends a line to a log for each call, so that a test can count them across processes."""
    with Path("calls.log").open("a") as log:
        log.write(f"{question}\n")
    return answer(question, record)
