"""``condgan presets``."""


def presets(name: str | None = None, /) -> None:
    """List the presets, or print the whole recipe of one as TOML, which --recipe takes back.

    Parameters
    ----------
    name
        A preset.
    """
    from condgan.presets import PRESETS, get
    from condgan.toml import write_toml

    if name is not None:
        print(write_toml(get(name), explain=True), end="")
        return
    width = max(map(len, PRESETS))
    for each, preset in PRESETS.items():
        print(f"{each:{width}}  {(preset.__doc__ or '').splitlines()[0]}")
