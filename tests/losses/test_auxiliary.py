"""The data-to-data cross-entropy, compared with its equation written out."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from condgan.losses.auxiliary import MARGIN, TEMPERATURE, data_to_data


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
