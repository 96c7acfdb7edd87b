"""Policies judged from a log that another one made: estimators, intervals, overlap, refusals, the log's format."""

from segue.evaluation.ope.judge import Options, judge
from segue.evaluation.ope.limits import Limits
from segue.evaluation.ope.log import Log, of_columns
from segue.evaluation.ope.report import Estimate, Report

__all__ = ["Estimate", "Limits", "Log", "Options", "Report", "judge", "of_columns"]
