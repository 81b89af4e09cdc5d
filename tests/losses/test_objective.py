"""The objective: which terms it has, with what weights."""

import pytest
import torch

from condgan.core.errors import SettingsError
from condgan.core.verdict import Verdict
from condgan.losses import Objective, one_centred, zero_centred
from condgan.losses.objective import Gradients, total


def verdict(k: int = 0) -> Verdict:
    return Verdict(torch.randn(5), torch.randn(5, k) if k else None)


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


def test_lazy_penalties_weigh_as_much() -> None:
    gradients = Gradients(torch.randn(4, 6), torch.randn(4, 6), torch.randn(4, 6))
    each = Objective(r1=2, r2=3, gradient_penalty=10)
    lazy = each.with_(every=4)
    for name, value in each.penalties(gradients).items():
        torch.testing.assert_close(lazy.penalties(gradients)[name], 4 * value)


def test_r1_is_half_gamma_times_the_squared_norm() -> None:
    found = Objective(r1=6).penalties(Gradients(real=torch.ones(2, 5)))
    assert found["r1"].item() == pytest.approx(6 / 2 * 5)


def test_terms_are_named_and_auxiliary_is_weighed() -> None:
    objective = Objective(loss="hinge", auxiliary=0.5)
    one = torch.ones(5)
    terms = objective.discriminator(verdict(3), verdict(3), lambda prediction: 4 * one)
    assert set(terms) == {"discriminator", "auxiliary_real"}
    assert terms["auxiliary_real"].item() == pytest.approx(2)
    assert set(objective.generator(verdict(3), verdict(3), lambda prediction: one)) == {"generator", "auxiliary_fake"}
    assert total(terms).item() == pytest.approx(sum(value.item() for value in terms.values()))


def test_negative_weights_and_unknown_losses_are_refused() -> None:
    with pytest.raises(SettingsError, match="greater than or equal to 0"):
        Objective.parse({"r1": -1})
    with pytest.raises(SettingsError, match="relativistic"):
        Objective.parse({"loss": "best"})
