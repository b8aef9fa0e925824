"""What the server of this benchmark replies: verdicts to ragas' prompts, a value that fits a schema, or a sentence."""

from typing import Any

from tests.judge_replies import reply as judged
from tests.model_server import default_reply, schema_of


def reply(body: dict[str, Any]) -> str:
    """The reply to any request of `benchmarks.models.one`."""
    if schema_of(body) is None and "\ninput: " in str(body["messages"][-1]["content"]).lower():
        return judged(body)
    return default_reply(body)
