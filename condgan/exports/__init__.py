"""A generator that runs without condgan: ONNX, a program of PyTorch, or a page for the browser."""
