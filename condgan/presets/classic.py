"""The systems that people learn from: fully connected ones and DCGANs."""

from condgan.conditions import Condition, Label
from condgan.data import Augment, Named
from condgan.losses import Objective
from condgan.networks import DCGAN, MLP, Maxout
from condgan.recipe import Optimizer, Recipe, Training

ADAM = Optimizer(lr=2e-4, betas=(0.5, 0.999))
"""As in Radford et al. 2016, section 4, and most tutorials since."""
LAST_WEIGHTS = Training(batch=128, ema=0)
BATCHES = Training(batch=64, ema=0)
"""As in Miyato et al. 2018. Larger ones leave few steps in the minutes that people give a CPU."""
QUICK = ADAM.with_(lr=1e-3)
"""Five times the usual rate, for the same reason: at 2e-4 digits are not yet digits after 24,000 images."""


def gan_mlp() -> Recipe:
    """The plain GAN of 2014 without labels: fully connected, SELU and ELU, cross-entropy.

    Source: Goodfellow et al. 2014, section 5. Differences: SELU for ReLU and ELU for maxout, Adam, no dropout.
    """
    return Recipe(
        condition=Condition(),
        architecture=MLP(generator_activation="selu", discriminator_activation="elu", dropout=0.0),
        objective=Objective(loss="non-saturating"),
        optimizer=ADAM,
        training=LAST_WEIGHTS,
    )


def cgan_mlp() -> Recipe:
    """The tutorials' conditional GAN: 110 → … → 784, 794 → … → 1, label embedding joined to z and image, cross-entropy.

    Source: Mirza & Osindero 2014 as tutorials give it. Difference: generated images have the labels of the real ones in
    the batch, not random ones.
    """
    return Recipe(
        condition=Condition(label=Label(encoding="embedding", width=10)),
        architecture=MLP(),
        objective=Objective(loss="non-saturating"),
        optimizer=ADAM,
        training=LAST_WEIGHTS,
    )


def cgan_mlp_small() -> Recipe:
    """Small fully connected networks, label embedding joined to z and image, cross-entropy: a lesson in minutes."""
    return Recipe(
        condition=Condition(label=Label(encoding="embedding", width=10)),
        architecture=MLP(
            latent=64, generator_widths=(128, 256, 512), discriminator_widths=(512, 256), slope=0.25, dropout=0.0
        ),
        objective=Objective(loss="non-saturating"),
        optimizer=ADAM,
        training=LAST_WEIGHTS,
    )


def cgan_2014() -> Recipe:
    """The first conditional GAN: one-hot labels, image and label each through a layer before a joint one, maxout.

    Source: Mirza & Osindero 2014, section 4.1. Differences: a normal z for one uniform in the unit cube, and Adam for
    SGD with momentum and a falling rate.
    """
    return Recipe(
        condition=Condition(label=Label(encoding="one-hot")),
        architecture=Maxout(),
        objective=Objective(loss="non-saturating"),
        optimizer=ADAM,
        training=Training(batch=100, ema=0),
    )


def cdcgan_lsgan() -> Recipe:
    """Conditional DCGAN at 32×32, the label as one more feature map in both networks, least squares.

    Sources: Radford et al. 2016; Mao et al. 2017, eq. 2, with a = 0, b = c = 1. Difference: a higher learning rate.
    """
    return Recipe(
        data=Named(size=(32, 32)),
        condition=Condition(label=Label(encoding="embedding", width=50)),
        architecture=DCGAN(),
        objective=Objective(loss="least-squares"),
        optimizer=QUICK,
        training=BATCHES,
    )


def cdcgan_64() -> Recipe:
    """Conditional DCGAN at 64×64, the label concatenated with z and with ten last features, cross-entropy, rotation.

    Source: Radford et al. 2016 as tutorials condition it. Difference: a higher learning rate.
    """
    return Recipe(
        data=Named(size=(64, 64)),
        augment=Augment(rotation=10),
        condition=Condition(label=Label(encoding="embedding", width=10)),
        architecture=DCGAN(
            generator_injection=("concat",),
            discriminator_injection=("features",),
            most_channels=512,
            discriminator_features=10,
        ),
        objective=Objective(loss="non-saturating"),
        optimizer=QUICK,
        training=BATCHES,
    )
