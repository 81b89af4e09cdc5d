"""Generators and discriminators for any shape and any condition."""

from condgan.networks.dcgan import DCGAN
from condgan.networks.maxout import Maxout
from condgan.networks.mlp import MLP
from condgan.networks.resnet import ResNet
from condgan.networks.spade import Spade
from condgan.networks.unet import UNet

__all__ = ["DCGAN", "MLP", "Maxout", "ResNet", "Spade", "UNet"]
