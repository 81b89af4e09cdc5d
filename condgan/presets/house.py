"""The house's own recipes."""

from condgan.conditions import Condition, Instance, Label, Picture, Text
from condgan.data import Augment
from condgan.losses import Objective
from condgan.networks import ResNet, Video
from condgan.recipe import Optimizer, Recipe, Training


def house() -> Recipe:
    """Residual networks, relativistic loss, R1 and R2, affine by class and latent, projection, some classification."""
    return Recipe(
        # with 128 channels the same minutes are enough for less than half the images
        architecture=ResNet(channels=64, self_modulation=True),
        # a twentieth of AC-GAN's weight: with more of it clear cases are drawn and the rest is left out, and so they
        # are with weaker penalties
        objective=Objective(loss="relativistic", r1=0.5, r2=0.5, every=8, auxiliary=0.05),
        optimizer=Optimizer(lr=2e-3, warmup=6_400, decay="linear"),
        training=Training(batch=64),
    )


def house_few() -> Recipe:
    """The default for few images (under 3,000): small batches; as many real and generated ones shifted as keep the
    discriminator from overfitting; strong penalties; a smooth generator."""
    few = house()
    changes = {
        # by whole pixels: rotated images are resampled, which hides the finest patterns; changes of colour are learned
        "augment": Augment(translation=0.125, on="both", adaptive=True),
        # a discriminator soon overfits few images: stronger penalties keep it smooth
        "objective": few.objective.with_(r1=4.0, r2=4.0, auxiliary=0.15),
        # more steps for the same images: with batches of 64 the labels hardly showed in the same time
        "training": few.training.with_(batch=16),
        # small batches, a low rate: at 1.4e-3 one run of two diverged
        "optimizer": few.optimizer.with_(lr=1e-3),
        "architecture": few.architecture.with_(smooth=True),
    }
    return few.model_copy(update=changes)


def house_natural() -> Recipe:
    """The default for photos: small batches at half the rate, stronger penalties, a smooth generator."""
    base = house()
    changes = {
        # structures of a photo take many steps: with batches of 64 half the faces were none after the same images
        "training": base.training.with_(batch=16, ema=10_000),
        "optimizer": base.optimizer.with_(lr=1e-3),
        # with more of both the label shows more clearly than in real images, at the price of variety
        "objective": base.objective.with_(r1=0.25, r2=0.25, auxiliary=0.15),
        "architecture": base.architecture.with_(smooth=True),
    }
    return base.model_copy(update=changes)


def house_natural_few() -> Recipe:
    """The default for few photos (under 3,000): as ``house-natural``, with the augmentation of ``house-few``."""
    return house_natural().model_copy(update={"augment": house_few().augment})


def hand() -> Recipe:
    """Letters of your own hand, a few of each: as ``house-few``, more sure of which letter it is."""
    few = house_few()
    return few.model_copy(update={"objective": few.objective.with_(auxiliary=0.5)})


def text() -> Recipe:
    """Words in, pictures out: captions as the condition, whose words are learned with the networks.

    Source: Reed et al. 2016, for the discriminator that is to tell another image's caption; Tao et al. 2022, for words
    that enter every block. Differences: the house's networks and objective, and no language model.
    """
    few = house_few()
    changes = {
        "condition": Condition(text=Text()),
        "objective": few.objective.with_(matching=1.0),
    }
    return few.model_copy(update=changes)


def video() -> Recipe:
    """Clips by what happens in them: each frame by the house's generator with a code of its motion, three frames of a
    clip at a time.

    Source: Skorokhodov et al. 2022, sections 3.1 and 3.2. Differences: the house's networks, objective and rates; the
    motion code is made of noise, condition and whole waves of time, by dense layers.
    """
    base = house()
    changes = {
        "data": base.data.with_(frames="clip"),
        "architecture": Video(channels=64),
        "training": base.training.with_(batch=32),
    }
    return base.model_copy(update=changes)


def animate() -> Recipe:
    """Clips that go on from a picture: as ``video``, by the first frame and the class.

    Source: Isola et al. 2017, section 3.1, for the mean absolute difference from the true clip. Differences: as those
    of ``video``; the first frame is added to what is generated, before the last tanh.
    """
    base = video()
    changes = {
        "condition": Condition(label=Label(), first=Picture(of="first")),
        "architecture": base.architecture.with_(generator_injection=("concat", "affine", "spade")),
        "objective": base.objective.with_(l1=10.0),
        # at 2e-3 the discriminator, which sees the first frame, diverged after 19,000 clips
        "optimizer": base.optimizer.with_(lr=1e-3),
    }
    return base.model_copy(update=changes)


def plain() -> Recipe:
    """The default without its labels: the plain GAN that a conditional one has to beat."""
    base = house()
    return base.model_copy(update={"condition": Condition(), "objective": base.objective.with_(auxiliary=0.0)})


def instance() -> Recipe:
    """More like this one: images like any image that is given, learned from images without labels.

    Source: Casanova et al. 2021, section 3. Differences: the house's networks and objective; the features are those of
    a small network that learns from the same images (Chen et al. 2020), and are predicted, too.
    """
    return house().model_copy(update={"condition": Condition(instance=Instance())})
