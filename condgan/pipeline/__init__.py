"""What a run leaves: a generator that anyone can call, as a folder of JSON and safetensors."""

from condgan.pipeline.pipeline import Pipeline

__all__ = ["Pipeline"]
