"""The auxiliary losses, compared with their equations written out."""

import math

import pytest
import torch
from torch.nn.functional import cross_entropy, normalize

from condgan.conditions import Condition, Label
from condgan.conditions.label import classification
from condgan.core.errors import SettingsError
from condgan.core.task import Task
from condgan.losses import Objective
from condgan.losses.auxiliary import MARGIN, TEMPERATURE, data_to_data
from condgan.presets import get
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer, heads
from condgan.training.transfer import with_head
from tests.losses.test_objective import TASKS, output, step
from tests.training.runs import QUICK, two_tones


def test_it_is_equation_7_term_by_term() -> None:
    torch.manual_seed(0)
    embedding, proxies = normalize(torch.randn(7, 5), dim=1), normalize(torch.randn(3, 5), dim=1)
    labels = torch.tensor([0, 1, 2, 0, 1, 0, 2])
    found = data_to_data(embedding, proxies[labels], labels[:, None] != labels)
    for i, label in enumerate(labels.tolist()):
        near = math.exp(min(0.0, (embedding[i] @ proxies[label]).item() - MARGIN) / TEMPERATURE)
        others = sum(
            math.exp(max(0.0, (embedding[i] @ embedding[j]).item() - (1 - MARGIN)) / TEMPERATURE)
            for j in range(7)
            if labels[j] != label
        )
        assert found[i].item() == pytest.approx(-math.log(near / (near + others)), rel=1e-4)


def test_near_to_its_proxy_and_far_from_others_is_least() -> None:
    proxies, labels = torch.eye(2), torch.tensor([0, 0, 1, 1])
    other = labels[:, None] != labels
    right = data_to_data(proxies[labels], proxies[labels], other)
    swapped = data_to_data(proxies[1 - labels], proxies[labels], other)
    alike = data_to_data(proxies[[0, 0, 0, 0]], proxies[labels], other)
    assert right.max() < swapped.min() and right.max() < alike.min()


def test_a_batch_of_one_class_teaches_nothing() -> None:
    """With no other class in the batch, a proxy is surely the nearest."""
    embedding = torch.eye(3)[:2].requires_grad_()
    loss = data_to_data(embedding, torch.eye(3)[[2, 2]], torch.zeros(2, 2, dtype=torch.bool))
    loss.sum().backward()
    assert loss.tolist() == pytest.approx([0, 0], abs=1e-6)
    assert embedding.grad is not None and embedding.grad.abs().max() < 1e-6


def test_it_is_computed_in_full_precision() -> None:
    torch.manual_seed(0)
    embedding, labels = normalize(torch.randn(8, 5), dim=1), torch.arange(8) % 2
    words = embedding, torch.eye(5)[labels], labels[:, None] != labels
    with torch.autocast("cpu", torch.bfloat16):
        found = data_to_data(*words)
    assert torch.equal(found, data_to_data(*words))


def test_a_twin_learns_generated_images_and_is_subtracted() -> None:
    seen = step(of_real=output(6), of_fake=output(6))
    objective = Objective(auxiliary={"weight": 0.5, "generated": "twin"})
    ids = seen.bundle["id"]
    real, fake, twin = seen.of_real.auxiliary[:, :3], seen.of_fake.auxiliary[:, :3], seen.of_fake.auxiliary[:, 3:]
    expected = 0.5 * (cross_entropy(real, ids) + cross_entropy(twin, ids))
    found = objective.losses(seen, "discriminator", False)["auxiliary_discriminator"]
    torch.testing.assert_close(found, expected)
    expected = 0.5 * (cross_entropy(fake, ids) - cross_entropy(twin, ids))
    torch.testing.assert_close(objective.losses(seen, "generator", False)["auxiliary_generator"], expected)


def test_real_and_generated_classes_are_told_jointly() -> None:
    seen = step(of_real=output(6), of_fake=output(6))
    objective = Objective(auxiliary={"weight": 1, "generated": "joint"})
    ids, real, fake = seen.bundle["id"], seen.of_real.auxiliary, seen.of_fake.auxiliary
    found = objective.losses(seen, "discriminator", False)["auxiliary_discriminator"]
    torch.testing.assert_close(found, cross_entropy(real, ids) + cross_entropy(fake, ids + 3))
    # of a softmax over all of them the difference is that of two logits
    logits = fake.gather(1, ids[:, None] + 3) - fake.gather(1, ids[:, None])
    found = objective.losses(seen, "generator", False)["auxiliary_generator"]
    torch.testing.assert_close(found, logits.mean())


def test_several_tasks_have_their_outputs_twice_in_one_order() -> None:
    tasks = {"one": TASKS["label"], "other": classification(("x", "y"))}
    seen = step(of_real=output(10), of_fake=output(10), tasks=tasks)
    seen = seen._replace(bundle={"id": torch.tensor([0, 1, 0, 1, 1])})
    fake = seen.of_fake.auxiliary
    found = Objective(auxiliary={"weight": 1, "generated": "joint"}).losses(seen, "generator", False)
    ids = seen.bundle["id"][:, None]
    one = fake[:, 5:8].gather(1, ids) - fake[:, :3].gather(1, ids)
    other = fake[:, 8:].gather(1, ids) - fake[:, 3:5].gather(1, ids)
    torch.testing.assert_close(found["auxiliary_generator"], (one.mean() + other.mean()) / 2)


def test_a_missing_class_weighs_nothing() -> None:
    seen = step(of_real=output(6), of_fake=output(6))._replace(bundle={"id": torch.full((5,), -1)})
    for player in ("discriminator", "generator"):
        losses = Objective(auxiliary={"weight": 1, "generated": "joint"}).losses(seen, player, False)
        assert losses[f"auxiliary_{player}"] == 0


def test_numbers_are_not_told_jointly() -> None:
    number = Task(1, False, lambda x, _: x[:, 0].square(), lambda x, _: x[:, 0], 0.5)
    with pytest.raises(SettingsError, match="only classes can be told jointly.*, not age.*set it to twin"):
        Objective(auxiliary={"weight": 1, "generated": "joint"}).check({"age": number})
    Objective(auxiliary={"weight": 1, "generated": "twin"}).check({"age": number})
    Objective(auxiliary={"weight": 1, "generated": "joint"}).check(TASKS)


def test_a_label_that_was_left_out_weighs_nothing() -> None:
    condition = Condition(label=Label(names=("a", "b", "c"), dropout=0.5))
    bundle = {"label.id": torch.tensor([0, 1, 2, 0, 1]), "label.known": torch.tensor([True, False, True, False, True])}
    for generated in ("ignored", "twin", "joint"):
        seen = step(of_real=output(6), of_fake=output(6), tasks=condition.tasks())._replace(bundle=bundle)
        if generated == "ignored":
            seen = seen._replace(of_real=output(3), of_fake=output(3))
        term = Objective(auxiliary={"weight": 1, "generated": generated}).terms["auxiliary"]
        for player in ("discriminator", "generator"):
            assert (term(seen, player) == 0).tolist() == [False, True, False, True, False]


def test_proxies_have_no_twin() -> None:
    with pytest.raises(SettingsError, match="with proxies it embeds: set it to ignored"):
        get("reacgan").override({"objective": {"auxiliary": {"weight": 0.5, "generated": "twin"}}})


@pytest.mark.parametrize("generated", ["twin", "joint"])
def test_a_head_with_twice_the_outputs_is_taken_further(generated: str) -> None:
    recipe = QUICK.override({"objective": {"auxiliary": {"weight": 1, "generated": generated}}})
    trainer = Trainer(recipe, two_tones(), accelerator("cpu", "fp32"))
    assert trainer.discriminator.body.head.auxiliary.out_features == 4
    for _ in range(2):
        trainer.step()
    assert {"auxiliary_discriminator", "auxiliary_generator"} <= trainer.report().losses.keys()
    # of other classes, by their names, in both halves
    more = recipe.override({"condition": {"label": {"names": ("light", "middle", "dark")}}})
    key = "body.head.auxiliary.bias"
    state = {key: torch.tensor([1.0, 2.0, 3.0, 4.0])}
    found = with_head(state, heads(recipe), heads(more))[key]
    assert found[[0, 2, 3, 5]].tolist() == [2, 1, 4, 3]
    # a twin that is new starts as the head itself, and one that is no longer there is left out
    alone = recipe.override({"objective": {"auxiliary": {"generated": "ignored"}}})
    assert with_head(state, heads(recipe), heads(alone))[key].tolist() == [1, 2]
    assert with_head({key: torch.tensor([1.0, 2.0])}, heads(alone), heads(recipe))[key].tolist() == [1, 2, 1, 2]
