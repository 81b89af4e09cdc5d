"""What a setting provides to the others of a recipe, and what it needs of them."""

from typing import NamedTuple


class Need(NamedTuple):
    """Something that another part of a recipe has to provide."""

    what: str
    message: str
    """For people: why it is needed, and what to set."""


# What conditions provide.
SOMETHING = "something to be steered by"
GROUND_TRUTH = "a true image for each condition"
CLIPS = "clips"
IMAGES = "images that are no clips"
TASK = "a task"
UNMOVED = "no condition that moves with the image"
LIGHTNESS = "a map of lightness"
MAP = "a map"
TOKENS = "tokens"
LEARNED = "a learned vector"
FIELDWISE = "fields each of which may be left out"
LIKE = "an image to be like"
OWN_LOSS = "a loss of the condition's own"
# What architectures provide.
APART = "a discriminator whose input does not hold the condition"
HEAD = "an auxiliary head"
FEATURES = "the discriminator's features"
NOISE = "noise"
POSTERIOR = "a distribution of latents told from images"
INJECTIONS = "a choice of injections"
CONCATENATED = "a latent concatenated with the condition"
PROJECTION = "a projection of the condition"
PROXY = "proxies of the condition"
PREDICTIONS = "predictions by the auxiliary head"
READS = "a discriminator that reads the condition"
# What the objective and the training provide.
AUXILIARY = "an auxiliary loss"
TWIN = "a twin of the auxiliary head"
MISMATCHES = "real images with the conditions of others"
JOINT = "the condition's own loss, with the others"
WHOLE_BATCH = "steps on whole batches"
DIVERGENCE = "a divergence of those latents from the normal distribution"
