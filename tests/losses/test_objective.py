"""The objective: which terms it has, with what weights, and what each sees of a step."""

import pytest
import torch
from torch import Tensor

from condgan.conditions.label import classification
from condgan.core.errors import SettingsError
from condgan.core.output import Output
from condgan.losses import TERMS, Objective, Step, one_centred, zero_centred
from condgan.losses.objective import total

TASKS = {"label": classification(("a", "b", "c"))}


def output(k: int = 0) -> Output:
    return Output(torch.randn(5), torch.randn(5, k) if k else None)


def step(**changes: object) -> Step:
    images, z = torch.rand(2, 5, 1, 4, 4), torch.randn(5, 3)

    def again() -> tuple[Tensor, Tensor]:
        return z + 1, images[1] + 0.25

    found = Step(
        images[0],
        images[1],
        output(3),
        output(3),
        z,
        {"id": torch.tensor([0, 1, 2, 0, 1])},
        TASKS,
        lambda x, bundle: output(),
        again,
        {},
    )
    return found._replace(**changes)


def gradients(*places: str) -> dict[str, Tensor]:
    return {place: torch.randn(5, 6) for place in places}


def test_penalties_of_a_linear_discriminator() -> None:
    """D(x) = <w, x> has the gradient w everywhere."""
    gradient = torch.tensor([[3.0, 4.0]]).expand(7, 2)
    torch.testing.assert_close(zero_centred(gradient), torch.full((7,), 25.0))
    torch.testing.assert_close(one_centred(gradient), torch.full((7,), 16.0))


def test_penalties_sum_over_every_axis_but_the_first() -> None:
    gradient = torch.randn(4, 3, 2, 5, 6)
    torch.testing.assert_close(zero_centred(gradient), (gradient**2).sum((1, 2, 3, 4)))


def test_one_centred_has_a_gradient_where_the_norm_is_zero() -> None:
    gradient = torch.zeros(2, 3, requires_grad=True)
    one_centred(gradient).sum().backward()
    assert gradient.grad is not None and gradient.grad.isfinite().all()


def test_lazy_penalties_weigh_as_much_and_are_left_out_between() -> None:
    seen = step(gradients=gradients("real", "fake", "between"))
    objective = Objective(r1=2, r2=3, gradient_penalty=10)
    lazy = objective.with_(every=4)
    every, rarely = (each.losses(seen, "discriminator", True) for each in (objective, lazy))
    assert set(every) == {"discriminator", "r1", "r2", "gradient_penalty"}
    for name in ("r1", "r2", "gradient_penalty"):
        torch.testing.assert_close(rarely[name], 4 * every[name])
    assert set(lazy.losses(seen, "discriminator", False)) == {"discriminator"}
    assert lazy.places(True) == {"real", "fake", "between"} and not lazy.places(False)


def test_r1_is_half_gamma_times_the_squared_norm() -> None:
    seen = step(gradients={"real": torch.ones(2, 5)})
    assert Objective(r1=6).losses(seen, "discriminator", True)["r1"].item() == pytest.approx(6 / 2 * 5)


def test_losses_are_named_and_the_auxiliary_one_is_weighted() -> None:
    objective, seen = Objective(loss="hinge", auxiliary=0.5), step()
    losses = objective.losses(seen, "discriminator", True)
    assert set(losses) == {"discriminator", "auxiliary_discriminator"}
    expected = torch.nn.functional.cross_entropy(seen.of_real.auxiliary, seen.bundle["id"])
    torch.testing.assert_close(losses["auxiliary_discriminator"], 0.5 * expected)
    assert set(objective.losses(seen, "generator", False)) == {"generator", "auxiliary_generator"}
    assert total(losses).item() == pytest.approx(sum(value.item() for value in losses.values()))


def test_an_auxiliary_head_predicts_each_field_and_the_mean_counts() -> None:
    two = {"one": TASKS["label"], "other": TASKS["label"]}
    seen = step(of_real=output(6), tasks=two)
    found = Objective(auxiliary=1).losses(seen, "discriminator", True)["auxiliary_discriminator"]
    parts = [
        task.loss(each, seen.bundle).mean()
        for task, each in zip(two.values(), seen.of_real.auxiliary.chunk(2, 1), strict=True)
    ]
    torch.testing.assert_close(found, (parts[0] + parts[1]) / 2)


def test_terms_of_pairs_are_the_generators() -> None:
    seen = step(
        of_real=output()._replace(features=(torch.zeros(5, 2), torch.zeros(5, 3))),
        of_fake=output()._replace(features=(torch.ones(5, 2), torch.zeros(5, 3))),
        perceive=lambda images: [images, 2 * images],
        posterior=(torch.ones(5, 3), torch.zeros(5, 3)),
    )
    weights = {"l1": 2.0, "feature_matching": 10.0, "perceptual": 1.0, "diversity": 1.0, "style": 0.5}
    objective = Objective(**weights)
    assert set(objective.losses(seen, "discriminator", True)) == {"discriminator"}
    found = objective.losses(seen, "generator", False)
    l1 = (seen.real - seen.fake).abs().mean()
    expected = {
        "l1": 2 * l1,
        "feature_matching": 5.0,
        "perceptual": 1.5 * l1,
        "style": 0.5 * 1.5,
        "diversity": 1 / 0.25,
    }
    for name, value in expected.items():
        assert found[name].item() == pytest.approx(float(value), rel=1e-3)


@pytest.mark.parametrize("kind", TERMS.kinds())
def test_every_term_says_what_it_needs_in_words(kind: str) -> None:
    term = TERMS[kind]()
    assert term.weight > 0 and term.players and type(term).__doc__ and type(term).model_fields["weight"].description
    assert all(f"objective.{kind}" in need.message for need in term.needs())


def test_a_term_is_a_number_or_a_table_and_nought_is_none() -> None:
    objective = Objective.parse({"r1": "0.5", "auxiliary": {"weight": 2}, "l1": 0})
    assert (objective.weight("r1"), objective.weight("auxiliary"), objective.weight("l1")) == (0.5, 2, 0)
    assert list(objective.terms) == ["r1", "auxiliary"]
    plain = objective.plain()
    assert (plain["r1"], plain["auxiliary"], plain["l1"]) == (0.5, 2, 0) and Objective.parse(plain) == objective


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"r1": -1}, "greater than or equal to 0, not -1; setting r1.weight"),
        ({"loss": "best"}, "relativistic"),
        ({"feature_match": 1}, "unknown setting; setting feature_match; did you mean 'feature_matching'"),
        ({"r1": {"wieght": 1}}, "setting r1.wieght; did you mean 'weight'"),
    ],
)
def test_negative_weights_and_unknown_losses_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Objective.parse(settings)
