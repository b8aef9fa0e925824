"""The parts of an answer page as a site publishes it: its sections, its title, and the words that name a source."""

from evals.pages.attributions import find_attributions
from evals.pages.mixed import apart
from evals.pages.sections import find_sections, find_title

__all__ = ["apart", "find_attributions", "find_sections", "find_title"]
