"""The house's own recipes."""

from condgan.data import Augment
from condgan.losses import Objective
from condgan.networks import ResNet
from condgan.recipe import Optimizer, Recipe, Training


def house() -> Recipe:
    """Residual networks, relativistic loss with R1 and R2, class-wise affine, projection: the default."""
    return Recipe(
        architecture=ResNet(),
        objective=Objective(loss="relativistic", r1=1.0, r2=1.0, every=8),
        optimizer=Optimizer(lr=1.5e-3, warmup=6_400, decay="linear"),
        training=Training(batch=64),
    )


def house_few() -> Recipe:
    """The default for few images (under 3,000): small batches; real and generated ones are shifted and turned alike."""
    few = house()
    # the same number of images in four times the steps: with 64 the labels were hardly obeyed in the same time
    training = few.training.with_(batch=16)
    return few.model_copy(update={"augment": Augment(rotation=10, translation=0.1, on="both"), "training": training})
