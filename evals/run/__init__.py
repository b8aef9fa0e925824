"""The pipeline: generate, judge, score, report; each phase of each item is stored as soon as it is done.

`work` is what is done for one question and repeat, and `settings` all of it as a function that can be sent elsewhere;
`hands` does the part that needs no model, `drive` all items of a run, `dry` tells what that would ask, `folder` begins
and ends run folders. Nothing here knows what a generator, judge or scorer does.
"""

from evals.run.drive import execute
from evals.run.dry import Forecast, check_models, check_prices, forecast
from evals.run.folder import check_same, reopen, start
from evals.run.items import State, Tell
from evals.run.settings import Settings, plan_of, work

__all__ = [
    "Forecast",
    "Settings",
    "State",
    "Tell",
    "check_models",
    "check_prices",
    "check_same",
    "execute",
    "forecast",
    "plan_of",
    "reopen",
    "start",
    "work",
]
