"""The figures of a report to look at first."""

from typing import NamedTuple

from condgan.evaluation.protocol import Protocol
from condgan.evaluation.report import Likeness, Motion, Nearness, Report, Segmentation, Shares
from condgan.metrics import Figure


class Row(NamedTuple):
    """A figure of the samples, and its real-data reference."""

    samples: Figure | None
    real: Figure | float | None

    def words(self) -> tuple[str, str]:
        """Both as people see them."""
        real = "–" if self.real is None else f"{self.real:.3f}" if isinstance(self.real, float) else str(self.real)
        return "too few" if self.samples is None else str(self.samples), real


def distance_name(protocol: Protocol) -> str:
    """What the Fréchet distance is called: FID, or with the network whose features it was measured on."""
    extractor = protocol.extractor
    return "FID" if protocol.plain_fid else f"Fréchet distance ({extractor.name} {extractor.hash[:8]})"


def main_figures(report: Report) -> dict[str, Row]:
    """The figures to look at first, by their names."""
    fidelity, coverage, score = report.fidelity, report.coverage, report.classification_accuracy_score
    found: dict[str, Row] = {}
    for name, field in report.controllability.items():
        if field.segmentation is not None:
            found |= _agreement(field.segmentation, f" ({name})")
        elif field.number is not None:
            unit = f", {field.number.unit}" * bool(field.number.unit)
            found[f"mean absolute error ({name}{unit})"] = Row(field.number.error, field.number.real)
        else:
            found[f"conditional {'accuracy' if field.names else 'score'} ({name})"] = Row(field.score, field.real)
    if (unseen := report.unseen) is not None:
        fields = ", ".join(unseen.fields)
        found[f"all right ({fields}), seen combinations"] = Row(unseen.all_seen, None)
        found[f"all right ({fields}), held-out combinations"] = Row(unseen.all_held_out, unseen.all_real)
    found[distance_name(report.protocol)] = Row(fidelity.frechet_distance, fidelity.real.frechet_distance)
    found["kernel distance"] = Row(fidelity.kernel_distance, fidelity.real.kernel_distance)
    if coverage is not None:
        found |= {name: Row(getattr(coverage, name), getattr(coverage.real, name)) for name in Shares.model_fields}
    if report.diversity.features is not None:
        found["diversity (features)"] = Row(report.diversity.features, 1.0)
    found["diversity (pixels)"] = Row(report.diversity.pixels, 1.0)
    if report.pattern is not None:
        found["regular pattern"] = Row(report.pattern.strength, report.pattern.real)
    if report.likeness is not None:
        found |= _likeness(report.likeness)
    if score is not None:
        found["classification accuracy score"] = Row(score.samples, score.real)
    if report.copies is not None:
        found["copies"] = Row(report.copies.rate, report.copies.expected)
    if report.retrieval is not None:
        found[f"R@1 of {report.retrieval.queries}"] = Row(report.retrieval.score, report.retrieval.real)
    if (text := report.words) is not None:
        found[f"R@1 of {text.candidates} captions"] = Row(text.recall_1, text.real_1)
        found[f"R@5 of {text.candidates} captions"] = Row(text.recall_5, text.real_5)
        if text.swap is not None:
            found["a changed word is followed"] = Row(text.swap.followed, text.swap.real)
    if report.motion is not None:
        found |= _motion(report.motion)
    if report.parzen is not None:
        found["Parzen (nats)"] = Row(report.parzen.samples.log_likelihood, report.parzen.real.log_likelihood)
    return found


def _agreement(found: Segmentation, of: str) -> dict[str, Row]:
    return {
        f"mean IoU{of}": Row(found.mean_iou, found.real_mean_iou),
        f"pixel accuracy{of}": Row(found.pixel_accuracy, found.real_pixel_accuracy),
    }


def _likeness(likeness: Likeness) -> dict[str, Row]:
    found: dict[str, Row] = {}
    if likeness.label_maps is not None:
        found |= _agreement(likeness.label_maps, "")
    for name in Nearness.model_fields:
        found[name] = Row(getattr(likeness, name), None)
        for answer, each in likeness.trivial.items():
            found[f"{name}, {answer} instead"] = Row(getattr(each, name), None)
    if likeness.colours is not None:
        found["colour histogram distance"] = Row(likeness.colours.distance, likeness.colours.real)
    return found


def _motion(motion: Motion) -> dict[str, Row]:
    found: dict[str, Row] = {}
    found["frames in order"] = Row(motion.samples.order, motion.real.order)
    found["motion energy"] = Row(motion.samples.energy, motion.real.energy)
    found["phase error (frames)"] = Row(motion.samples.phase, motion.real.phase)
    if len(motion.samples.fields) > 1:
        name = f"all right ({', '.join(motion.samples.fields)})"
        found[name] = Row(motion.samples.all_fields, motion.real.all_fields)
    if motion.beginning is not None:
        found["PSNR of the first frame (dB)"] = Row(motion.beginning.psnr, None)
        found["error where it moves"] = Row(motion.beginning.moving, None)
        found["error where it moves, the first frame all the time"] = Row(motion.beginning.copied, None)
    for name, each in motion.samples.steady.items():
        found[f"steady over the frames ({name})"] = Row(each, motion.real.steady[name])
    return found
