"""What a model that answers patients replies, for the tests' model server: an answer from the passages it was given.

Requests to judge get what `judge_replies` says.
"""

import re
from typing import Any

from tests import judge_replies

NOTICE = "This answer was made by AI. It is for information only. It is not medical advice. Talk with your oncologist."


def reply(body: dict[str, Any]) -> str:
    """The reply to any request of a run."""
    said = "\n".join(str(message["content"]) for message in body["messages"])
    if "<<<CLAIMS" in said or "faithfulness" in said[:2000]:
        return judge_replies.reply(body)
    return answer(said)


def answer(said: str) -> str:
    """Two sentences of each passage, each paragraph closed by the passage's mark; the question stands in the title."""
    question = said.split("<<<QUESTION\n")[-1].split("\nQUESTION>>>")[0].strip()
    passages = said.split("<<<PASSAGES\n")[-1].split("\nPASSAGES>>>")[0]
    parts = [f"# About your question: {question[:80]}", f"> {NOTICE}"]
    for found in re.finditer(r"(?m)^\[(\S+)\] .*\n(?:Source: (.*)\n)?(?:As of: .*\n)?((?:.+\n?)+)", passages):
        sentences = re.split(r"(?<=[.!?])\s+", found[3].strip())[:3]
        source = (found[2] or "").partition(":")[0]
        lead = f"According to {source}: " if source else ""
        parts.append(f"{lead}{' '.join(sentences)} [{found[1]}]")
    parts.append("## Questions to ask your oncologist\n\n- Which tests do I need?\n- What are my choices?")
    return "\n\n".join(parts)
