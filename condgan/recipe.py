"""All that one run needs, as one validated value that reads from and writes to TOML and JSON."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import tomli_w
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, TypeAdapter, ValidationError, model_validator

from condgan.conditions import Image, Joint, Label, Layout, Unconditional
from condgan.conditions.base import Condition
from condgan.core.batch import Schema, Shape
from condgan.core.bounds import read_text
from condgan.core.errors import SettingsError
from condgan.core.spec import Spec
from condgan.data import Augment, Folder, Hub, Named, Npz, Pairs, Table
from condgan.losses import Objective
from condgan.networks import DCGAN, MLP, Maxout, ResNet, Spade, UNet
from condgan.networks.base import Architecture, DiscriminatorInjection

AnySource = Annotated[Named | Folder | Table | Npz | Hub | Pairs, Field(discriminator="kind")]
AnyCondition = Annotated[Label | Image | Joint | Layout | Unconditional, Field(discriminator="kind")]
AnyArchitecture = Annotated[MLP | Maxout | DCGAN | ResNet | UNet | Spade, Field(discriminator="kind")]

BESIDE: set[DiscriminatorInjection] = {"features", "projection"}
"""The ways into the discriminator beside which an auxiliary task may be a small one."""
Rate = Annotated[float, Field(ge=0, lt=1)]


class Optimizer(Spec):
    """Adam for both players, and how its learning rate moves."""

    lr: PositiveFloat = 2e-4
    """Learning rate of the generator."""
    discriminator_lr: PositiveFloat | None = None
    """Learning rate of the discriminator; by default the generator's."""
    betas: tuple[Rate, Rate] = (0.0, 0.99)
    """Adam's decay rates of the first and the second moment."""
    warmup: NonNegativeInt = 0
    """Images over which the learning rate rises from zero."""
    decay: Literal["none", "linear", "cosine"] = "none"
    """How the learning rate falls to zero by the end: not at all, linearly over the second half, or along a cosine."""


class Training(Spec):
    """How long and in what portions."""

    images: PositiveInt = 300_000
    """Budget: real images shown to the discriminator."""
    minutes: PositiveFloat | None = None
    """Budget in minutes of training, instead of one in images; such a run is not the same on another machine."""
    until: Literal["budget", "plateau"] = "budget"
    """When to stop: at the end of the budget; or before it on a plateau, where for three snapshots the distance of the
    samples from the real images has not fallen below its interval; then the best are kept."""
    batch: PositiveInt = 128
    """Images in one step."""
    accumulate: PositiveInt = 1
    """Parts in which a batch is computed, to save memory; the gradient is that of the whole."""
    discriminator_steps: PositiveInt = 1
    """Steps of the discriminator for each of the generator."""
    ema: NonNegativeInt = 5_000
    """Half-life, in images, of the average of the generator's weights that is kept; 0: the last weights."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Numbers to compute with; auto: bf16 where the device computes in it faster."""
    snapshots: PositiveInt = 10
    """How many pictures of the progress to take."""
    checkpoint_images: PositiveInt | None = None
    """Images between two checkpoints, from which a run that was stopped goes on; by default about a minute's worth."""
    tensorboard: bool = False
    """Also log for TensorBoard (pip install 'condgan[tensorboard]')."""

    @model_validator(mode="after")
    def _parts(self) -> Self:
        if self.batch % self.accumulate:
            raise ValueError(f"a batch of {self.batch} cannot be computed in {self.accumulate} equal parts")
        return self

    def budget(self) -> str:
        """The budget in words."""
        return f"{self.minutes:g} minutes" if self.minutes else f"{self.images:,} images"


class Recipe(Spec):
    """Data, condition, architecture, objective, optimiser, budget and seed."""

    data: AnySource = Named()
    """Where the labelled images come from."""
    augment: Augment = Augment()
    """Random changes of the images."""
    condition: AnyCondition = Label()
    """How the generator is steered."""
    architecture: AnyArchitecture = ResNet()
    """How both networks are built."""
    objective: Objective = Objective()
    """What both networks minimise."""
    optimizer: Optimizer = Optimizer()
    """How they minimise it."""
    training: Training = Training()
    """How long."""
    seed: NonNegativeInt = 0
    """Number from which all randomness is derived."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        injection, auxiliary = self.architecture.discriminator_injection, self.objective.auxiliary
        if self.condition.pictures:
            self._fits_pictures()
        elif self.objective.paired:
            raise ValueError("objective.l1 and its like are for pairs of pictures: set condition.kind to image")
        elif self.architecture.kind in ("unet", "spade"):
            raise ValueError(
                f"architecture.kind {self.architecture.kind} makes pictures from pictures: "
                "set condition.kind to image or layout"
            )
        elif self.condition.kind != "none":
            if auxiliary and self.architecture.label_in_input:
                raise ValueError(
                    "objective.auxiliary would be learned from the label itself, there in the discriminator's input: "
                    "set architecture.discriminator_injection to features or projection, or objective.auxiliary to 0"
                )
            if "proxy" in injection and not auxiliary:
                raise ValueError("proxies are for an auxiliary head: set objective.auxiliary, such as to 0.5")
            if "proxy" in injection and self.training.accumulate > 1:
                raise ValueError("proxies are held against the whole batch: set training.accumulate to 1")
            if not injection and not auxiliary:
                raise ValueError(
                    "the labels would be ignored: set architecture.discriminator_injection or "
                    'objective.auxiliary, or condition.kind = "none" for a plain GAN'
                )
            if not {"concat", "map", "affine"} & set(self.architecture.generator_injection):
                raise ValueError(
                    "the labels would be ignored: set architecture.generator_injection to concat, map or affine"
                )
        elif auxiliary:
            raise ValueError("objective.auxiliary needs a condition to classify; set it to 0")
        return self

    def _fits_pictures(self) -> None:
        """Refuse what would ignore the pictures, or part them from their images."""
        if not self.architecture.reads_pictures:
            raise ValueError(
                "the pictures would be ignored: set architecture.kind to unet or spade, "
                "or of resnet and dcgan add spade to architecture.generator_injection"
            )
        entry = {"concat", "map", "affine"} & set(self.architecture.generator_injection)
        if self.condition.labelled and not (entry and self.architecture.discriminator_injection):
            raise ValueError(
                "the class beside the picture would be ignored: add concat to architecture.generator_injection "
                "and to discriminator_injection"
            )
        if self.condition.labelled and self.condition.paired:
            raise ValueError("pairs bring no labels: set condition.of to grey or edges, or condition.kind to image")
        if self.objective.diversity and not self.architecture.noise:
            raise ValueError("objective.diversity is for generators with noise: set architecture.latent or dropout")
        if self.objective.auxiliary:
            raise ValueError("objective.auxiliary is for labels alone, not for pictures; set it to 0")
        if self.objective.feature_matching and self.architecture.kind not in ("unet", "spade"):
            raise ValueError("objective.feature_matching needs a discriminator of patches: architecture unet or spade")
        if self.augment.colour or self.augment.on == "both":
            raise ValueError(
                "pictures and images are to be changed alike: set augment.colour to 0 and augment.on to real"
            )

    def resolve(self, schema: Schema, shape: Shape) -> Self:
        """The recipe with what was left to the data filled in."""
        if len(shape.space) != 2:
            raise SettingsError(f"images of {len(shape.space)} axes", do="give height and width")
        data = self.data.with_(size=shape.space, channels=shape.channels)
        return self.model_copy(update={"data": data, "condition": self.condition.complete(schema)})

    def toml(self, explain: bool = False) -> str:
        """The recipe as TOML; explained, each setting stands below its help text as a comment."""
        if not explain:
            return tomli_w.dumps(self.plain())
        parts = [*_explained(self)]
        for name, field in type(self).model_fields.items():
            if isinstance(section := getattr(self, name), Spec):
                parts += ["", *_comment(field.description), f"[{name}]", *_explained(section)]
        return "\n".join(parts) + "\n"

    @classmethod
    def read(cls, file: str | Path) -> Self:
        """A recipe from a TOML file.

        Raises:
            SettingsError: no such file, not TOML, or a setting is unknown or does not fit.
        """
        return cls.parse(read_toml(file), where=str(file))

    def override(self, settings: Mapping[str, Any], where: str = "") -> Self:
        """A copy with some settings changed, given as section → field → value, where values may be text.

        A new ``kind`` of a section starts from that kind's own defaults. An auxiliary task that these settings do not
        name themselves falls away where they leave no classes to tell, give them to the discriminator with the image,
        or take what it stood beside: its weight was for other company.
        """
        laid = merge(self.plain(), settings)
        objective = settings.get("objective")
        named = isinstance(objective, Mapping) and "auxiliary" in objective
        if self.objective.auxiliary and not named and not self._auxiliary_still_fits(laid):
            laid = merge(laid, {"objective": {"auxiliary": 0.0}})
        return type(self).parse(laid, where=where)

    def _auxiliary_still_fits(self, laid: Mapping[str, Any]) -> bool:
        try:
            condition: Condition = TypeAdapter(AnyCondition).validate_python(laid["condition"])
            architecture: Architecture = TypeAdapter(AnyArchitecture).validate_python(laid["architecture"])
        except ValidationError:
            return True  # said when the whole is parsed
        now, before = ({*each.discriminator_injection} for each in (architecture, self.architecture))
        told = condition.kind != "none" and not condition.pictures and not architecture.label_in_input
        return told and bool(now & BESIDE or not before & BESIDE)


def _explained(spec: Spec) -> Iterator[str]:
    """The lines of a section, each setting below its help text; what is not set stands there as a comment."""
    for name, field in type(spec).model_fields.items():
        value = getattr(spec, name)
        if not isinstance(value, Spec) and name != "kind":
            yield from _comment(field.description)
        if value is None:
            yield f"# {name} ="
        elif not isinstance(value, Spec):
            yield tomli_w.dumps({name: spec.plain()[name]}).rstrip()


def _comment(text: str | None) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join((text or "").split()), 100)]


DEEP = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32}""")
"""A key of more than 32 parts: the parser takes the square of their number."""


def read_toml(file: str | Path) -> dict[str, Any]:
    """A TOML file as plain values.

    Raises:
        SettingsError: no such file, or not TOML.
    """
    try:
        text = read_text(Path(file))
        if DEEP.search(text):
            raise ValueError("keys nested too deeply")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError("no such recipe file", where=file, do="check the path") from None
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError("cannot read recipe", where=file, do=str(error).splitlines()[0]) from None


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings with others laid over them; a section whose ``kind`` changes is started anew."""
    merged = dict(base)
    for name, value in changes.items():
        old = merged.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            anew = "kind" in value and value["kind"] != old.get("kind")
            merged[name] = dict(value) if anew else merge(old, value)
        else:
            merged[name] = value
    return merged
