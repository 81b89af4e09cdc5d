"""The report: what is to be known of a generator, and how far to trust it."""

from condgan.evaluation.evaluate import Evaluation, evaluate
from condgan.evaluation.real import Real
from condgan.evaluation.report import Report

__all__ = ["Evaluation", "Real", "Report", "evaluate"]
