"""Plain and well-known forms, small enough to learn from."""

from condgan.conditions import Label, Unconditional
from condgan.data import Augment, Named
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


def cgan_mlp_small() -> Recipe:
    """Small fully connected networks, label embedding beside z and image, cross-entropy: a lesson in minutes."""
    return Recipe(
        condition=Label(encoding="embedding", width=10),
        architecture=MLP(
            latent=64, generator_widths=(128, 256, 512), discriminator_widths=(512, 256), slope=0.25, dropout=0.0
        ),
        objective=Objective(loss="non-saturating"),
        optimizer=Optimizer(lr=2e-4, betas=(0.5, 0.999)),
        training=Training(batch=128, ema=0),
    )


def cdcgan_lsgan() -> Recipe:
    """Conditional DCGAN at 32×32, the label as one more feature map in both networks, least squares."""
    return dcgan().model_copy(update={"data": Named(size=(32, 32))})


def cdcgan_64() -> Recipe:
    """Conditional DCGAN at 64×64, the label beside z and beside ten last features, cross-entropy, rotation."""
    return Recipe(
        data=Named(size=(64, 64)),
        augment=Augment(rotation=10),
        condition=Label(encoding="embedding", width=10),
        architecture=DCGAN(
            generator_injection=("concat",),
            discriminator_injection=("features",),
            most_channels=512,
            discriminator_features=10,
        ),
        objective=Objective(loss="non-saturating"),
        optimizer=Optimizer(lr=2e-4, betas=(0.5, 0.999)),
        training=Training(batch=128, ema=0),
    )


def plain() -> Recipe:
    """The default without its labels: the plain GAN that a conditional one has to beat."""
    from condgan.presets.house import house

    return house().model_copy(update={"condition": Unconditional()})
