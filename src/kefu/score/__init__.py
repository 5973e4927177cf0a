"""How a call is scored: rules with verbatim evidence, a model for the steps, totals that compare.

``score_call`` makes a :class:`Scorecard` of a scenario and a finished call;
``calibrate`` (in ``kefu.score.calibrate``) compares any judge with labelled calls.
"""

from kefu.score.score import score_call
from kefu.score.verdict import Scorecard
from kefu.score.wire import scorecard_to_json

__all__ = ["Scorecard", "score_call", "scorecard_to_json"]
