"""The report: what is to be known of a generator, and how far to trust it."""

from condgan.evaluation.evaluate import Evaluation, evaluate
from condgan.evaluation.real_pairs import RealPairs
from condgan.evaluation.report import Report
from condgan.evaluation.translation import TranslationEvaluation, evaluate_translation
from condgan.evaluation.translation_report import TranslationReport

__all__ = [
    "Evaluation",
    "RealPairs",
    "Report",
    "TranslationEvaluation",
    "TranslationReport",
    "evaluate",
    "evaluate_translation",
]
