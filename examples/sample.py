"""One sample of an exported generator: python sample.py model.onnx out.ppm --seed 7 label=cat age=30 photo=photo.npy"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime


def latents(seed: int, width: int) -> np.ndarray:  # the normal numbers of a seed: Philox4x32-10, then Box-Muller
    a, b, c, d = np.pad(np.arange(-(-width // 4), dtype=np.uint64)[None], ((0, 3), (0, 0)))
    for i in range(10):
        left, right, low, high = a * 0xD2511F53, c * 0xCD9E8D57, seed + i * 0x9E3779B9, (seed >> 32) + i * 0xBB67AE85
        a, b, c, d = right >> 32 ^ b ^ low % 2**32, right % 2**32, left >> 32 ^ d ^ high % 2**32, left % 2**32
    u = (np.stack([a, b, c, d], 1) + 0.5) / 2**32
    radius, angle = np.sqrt(-2 * np.log(u[:, ::2])), 2 * np.pi * u[:, 1::2]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 2).reshape(1, -1)[:, :width].astype(np.float32)


_, model, out, _, seed, *values = sys.argv if len(sys.argv) > 4 else sys.exit(__doc__)
given, session = dict(each.split("=", 1) for each in values), onnxruntime.InferenceSession(model)
facts = json.loads(session.get_modelmeta().custom_metadata_map["condgan"])
feeds, axes = {"z": latents(int(seed), facts["latent"]["width"])}, {"n": 1, "frames": facts["size"][0]}
for port in facts["inputs"]:
    name, names = port["name"], port.get("names", []) if port["type"] == "int32" else []
    asked = given.pop(name, ",".join(map(str, range(axes["frames"]))) if name == "times" else "")
    array = np.full([axes.get(each, each) for each in port["shape"]], float(port["missing"] or 0), port["type"])
    known = {str(index): index for index in range(len(names))} | {each: index for index, each in enumerate(names)}
    words, number = asked and asked.split(",", array.size - 1), known.__getitem__ if known else float
    try:
        numbers = np.load(asked).reshape(array.shape).flat if asked.endswith(".npy") else [*map(number, words)]
    except (KeyError, ValueError):
        sys.exit(f"{name} cannot be {asked}; give {' or '.join(known) or port['meaning']}")
    array.flat[: len(numbers)], feeds[name] = numbers, array
if given:
    sys.exit(f"the model takes no {' and no '.join(given)}; it takes {', '.join(feeds)}")
picture = np.hstack(session.run(["images"], feeds)[0].reshape(-1, *facts["size"][-3:]))[..., :3]
Path(out).write_bytes(b"P%d %d %d 255\n" % (5 + (picture.shape[2] > 1), *picture.shape[1::-1]) + picture.tobytes())
