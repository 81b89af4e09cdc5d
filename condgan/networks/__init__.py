"""Generators and discriminators for any shape and any condition."""

from condgan.core.lazy import lazily
from condgan.networks.base import ARCHITECTURES as ARCHITECTURES
from condgan.networks.base import Architecture as Architecture

__getattr__ = lazily(
    {
        "DCGAN": "condgan.networks.dcgan",
        "MLP": "condgan.networks.mlp",
        "Maxout": "condgan.networks.maxout",
        "Projected": "condgan.networks.projected",
        "ResNet": "condgan.networks.resnet",
        "Spade": "condgan.networks.spade",
        "UNet": "condgan.networks.unet",
        "Video": "condgan.networks.video",
        "of_module": "condgan.networks.extractor",
        "register": "condgan.networks.pretrained",
    }
)
