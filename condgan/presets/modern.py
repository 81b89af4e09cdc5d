"""How labels have been made to tell since: by classification, by projection, by pairs."""

from condgan.conditions import Label
from condgan.losses import Objective
from condgan.networks import DCGAN, ResNet
from condgan.presets.classic import ADAM, LAST_WEIGHTS, cdcgan_lsgan
from condgan.recipe import Optimizer, Recipe, Training


def acgan() -> Recipe:
    """The discriminator does not see the label but has to tell it, and the generator to be told apart.

    Source: Odena et al. 2017, eq. 2 and 3. Difference: the discriminator learns classes from real images alone, for
    what it learns from generated ones helps the generator to fool it.
    """
    return Recipe(
        condition=Label(encoding="embedding", width=50),
        architecture=DCGAN(generator_injection=("concat",), discriminator_injection=()),
        objective=Objective(loss="non-saturating", auxiliary=1.0),
        optimizer=ADAM,
        training=LAST_WEIGHTS,
    )


def cgan_aux() -> Recipe:
    """A conditional DCGAN whose label, predicted from the image, is compared with the one asked for, on top."""
    base = cdcgan_lsgan()
    return base.model_copy(update={"objective": base.objective.with_(auxiliary=1.0)})


def projection() -> Recipe:
    """Projection discriminator, class-wise batch normalisation, spectral normalisation, hinge loss.

    Source: Miyato & Koyama 2018, eq. 3; Miyato et al. 2018, section 4. Difference: DCGAN bodies, not residual ones, and
    one step of the discriminator for each of the generator.
    """
    return Recipe(
        condition=Label(encoding="embedding", width=64),
        architecture=DCGAN(
            generator_injection=("concat", "affine"), discriminator_injection=("projection",), spectral_norm=True
        ),
        objective=Objective(loss="hinge"),
        optimizer=Optimizer(lr=2e-4, betas=(0.0, 0.9)),
        training=LAST_WEIGHTS,
    )


def r3gan_small() -> Recipe:
    """Residual networks without normalisation, relativistic loss, both gradient penalties at each step.

    Source: Huang et al. 2024, eq. 2 and section 3. Differences: one block a size and no grouped convolutions; the
    label beside z and by projection.
    """
    return Recipe(
        condition=Label(encoding="embedding", width=64),
        architecture=ResNet(generator_norm="none", generator_injection=("concat",)),
        objective=Objective(loss="relativistic", r1=0.1, r2=0.1),
        optimizer=Optimizer(lr=2e-4, betas=(0.0, 0.99), decay="linear"),
        training=Training(batch=64),
    )
