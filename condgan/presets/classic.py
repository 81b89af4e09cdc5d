"""Plain and well-known forms, small enough to learn from."""

from condgan.conditions import Label, Unconditional
from condgan.losses import Objective
from condgan.networks import DCGAN, MLP
from condgan.recipe import Optimizer, Recipe, Training


def mlp() -> Recipe:
    """Fully connected networks, the label beside the latent and the image, cross-entropy: the tutorial's GAN."""
    return Recipe(
        condition=Label(encoding="embedding", width=10),
        architecture=MLP(),
        objective=Objective(loss="non-saturating"),
        optimizer=Optimizer(lr=2e-4, betas=(0.5, 0.999)),
        training=Training(ema=0),
    )


def dcgan() -> Recipe:
    """Strided convolutions, the label as an extra feature map in both networks, least squares."""
    return Recipe(
        condition=Label(encoding="embedding", width=50),
        architecture=DCGAN(),
        objective=Objective(loss="least-squares"),
        optimizer=Optimizer(lr=2e-4, betas=(0.5, 0.999)),
        training=Training(ema=0),
    )


def plain() -> Recipe:
    """The default without its labels: the plain GAN that a conditional one has to beat."""
    from condgan.presets.house import house

    return house().model_copy(update={"condition": Unconditional()})
