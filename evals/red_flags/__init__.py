"""Danger signs in a patient's words and record: which flags they raise, and whether for someone in danger now."""

from evals.red_flags.find import Danger, find_red_flags, signs_in, spans_of_signs, when_to_call
from evals.red_flags.flags import Flag, Tier, load_flags

__all__ = ["Danger", "Flag", "Tier", "find_red_flags", "load_flags", "signs_in", "spans_of_signs", "when_to_call"]
