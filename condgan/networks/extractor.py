"""What turns images into features. Every distance names the extractor it was measured with, and its weights' hash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from condgan.core.batch import Shape, to_float
from condgan.core.cache import digest
from condgan.core.errors import SettingsError, said
from condgan.networks import ops
from condgan.networks.classifier import ClipClassifier
from condgan.networks.encoder import Encoder
from condgan.networks.pretrained import EFFICIENTNET, Pretrained, is_transformers, known, pretrained

PART = 250


class Extractor(NamedTuple):
    """Features of images by a named network."""

    name: str
    hash: str
    """Of the weights."""
    features: Callable[[UInt8[Tensor, "n c *space"]], Float[Tensor, "n d"]]
    resizer: str = "none"
    """How images are brought to the size that the network takes."""
    plain_fid: bool = False
    """Whether its Fréchet distance may be called FID: only that of Inception with the weights of the original."""
    weights: str = ""
    """Of the weights alone, whatever turns images into features by them: a network that trained a generator is known by
    it."""
    content: Mapping[str, Tensor] | bytes | None = None
    """What has to be kept of it: the weights of an ``Encoder``, or an ONNX file; ``None``: it cannot be kept."""


def of_classifier(model: nn.Module) -> Extractor:
    """The features before a classifier's last layer."""

    @torch.no_grad()
    def features(images: Tensor) -> Tensor:
        many = 500 if images.dim() == 4 else max(1, 500 // images.shape[2])
        parts = (ops.channels_last_of(to_float(part)) for part in torch.split(images, many))
        return torch.cat([model.features(part) for part in parts])  # type: ignore[operator]

    found = digest(*model.state_dict().values())
    name = "clip-cnn" if isinstance(model, ClipClassifier) else "cnn"
    return Extractor(name, found, features, weights=found)


def of_encoder(model: Encoder) -> Extractor:
    """The features of an encoder, which is kept with a pipeline."""
    state = model.eval().state_dict()

    @torch.no_grad()
    def features(images: Tensor) -> Tensor:
        device = next(model.parameters()).device
        parts = [ops.channels_last_of(to_float(part).to(device)) for part in torch.split(images, 500)]
        return torch.cat([model(part).float().cpu() for part in parts])

    found = digest(*state.values())
    return Extractor("cnn", found, features, weights=found, content=state)


def of_module(module: nn.Module, name: str = "") -> Extractor:
    """Any module that takes images (−1 … 1, n,c,h,w) and gives features, of any shape after the first axis."""
    weights = [*module.parameters()]
    device = weights[0].device if weights else torch.device("cpu")
    name = name or type(module).__name__.lower()

    @torch.no_grad()
    def features(images: Tensor) -> Tensor:
        before = module.training
        try:
            found = [module.eval()(to_float(part).to(device)).flatten(1) for part in torch.split(images, PART)]
            return torch.cat(found).float().cpu()
        except (RuntimeError, TypeError, AttributeError) as error:
            raise _misfit(images, f"module {name}", error) from None
        finally:
            module.train(before)

    # two modules without weights differ by what they say of themselves
    spelled = torch.frombuffer(bytearray(str(module).encode()), dtype=torch.uint8)
    state = [*module.state_dict().values()]
    return Extractor(name, digest(spelled, *state), features, weights=digest(*state) if state else "")


def of_onnx(file: Path) -> Extractor:
    """An ONNX file that takes images (float32, −1 … 1, n,c,h,w) and whose first output are features.

    Raises:
        SettingsError: no ONNX Runtime, no such file, or it does not take such images.
    """
    try:
        import onnxruntime
    except ImportError:
        raise SettingsError("no ONNX Runtime", where=f"extractor {file}", do="pip install 'condgan[onnx]'") from None
    try:
        content = file.read_bytes()
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no base
        raise SettingsError("cannot read extractor", where=file, do=said(error)) from None
    entry = session.get_inputs()[0].name

    def features(images: Tensor) -> Tensor:
        found = []
        for part in torch.split(images, PART):
            try:
                out = session.run(None, {entry: to_float(part).numpy()})[0]
            except Exception as error:
                raise _misfit(images, file, error) from None
            found.append(torch.from_numpy(out).flatten(1).float())
        return torch.cat(found)

    found = sha256(content).hexdigest()[:16]
    return Extractor(file.name, found, features, weights=found, content=content)


def _misfit(images: Tensor, where: object, error: Exception) -> SettingsError:
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return SettingsError(f"the extractor does not take images of {shape}", where=where, do=reason)


def inception() -> Extractor:
    """Inception with the weights of the original FID, by torch-fidelity: only this one's Fréchet distance is plain FID.

    Raises:
        SettingsError: torch-fidelity or torchvision is missing or broken, or the weights cannot be downloaded.
    """
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

        network = FeatureExtractorInceptionV3("inception-v3-compat", ["2048"])
    except (ImportError, RuntimeError, OSError) as error:
        raise SettingsError(
            "no Inception", where="extractor inception", do=f"pip install 'condgan[inception]' ({error})"
        ) from None
    network = network.eval()

    @torch.no_grad()
    def features(images: Tensor) -> Tensor:
        colour = images[:, :3] if images.shape[1] > 1 else images.expand(-1, 3, -1, -1)
        return torch.cat([network(part)[0].float() for part in torch.split(colour, PART)])

    weights = digest(*network.state_dict().values())
    return Extractor("inception", weights, features, "bilinear, 299×299 (torch-fidelity)", True, weights)


def of_pretrained(network: Pretrained) -> Extractor:
    """The means of a pretrained network's smallest map."""

    @torch.no_grad()
    def features(images: Tensor) -> Tensor:
        try:
            return torch.cat([network(to_float(part))[-1].mean((2, 3)) for part in torch.split(images, PART)])
        except Exception as error:  # whatever a network of someone else's raises
            raise _misfit(images, f"network {network.name}", error) from None

    return Extractor(network.name, network.hash, features, weights=network.hash)


def named(name: str) -> Extractor | None:
    """``inception``, an ONNX file, or a pretrained network by its name; ``None`` for ``cnn``, which is trained on the
    data.

    Raises:
        SettingsError: it is none of these.
    """
    if name == "cnn":
        return None
    if name == "inception":
        return inception()
    if name.endswith(".onnx"):
        return of_onnx(Path(name))
    if known(name) or is_transformers(Path(name)):
        return of_pretrained(pretrained(name))
    raise SettingsError(
        f"unknown extractor {name!r}",
        where="--extractor",
        do=f"use cnn, inception, {EFFICIENTNET}, a file.onnx, or a folder that transformers saved",
    )
