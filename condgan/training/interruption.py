"""Ctrl-C and SIGTERM, heard between two steps."""

import signal
import threading
from types import FrameType
from typing import Any, Self


class Interruption:
    """While it is entered, the first SIGINT or SIGTERM is remembered; the second ends the process as ever.

    Python hands signals to the main thread alone; in another nothing is changed.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._remember) for each in self.SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.signal = number
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def end(self) -> None:
        """End as the signal asked for, once the run is saved.

        Raises:
            KeyboardInterrupt: it was SIGINT.
            SystemExit: it was another; the status is 128 and its number.
        """
        if self.signal == signal.SIGINT:
            raise KeyboardInterrupt("saved")
        if self.signal is not None:
            raise SystemExit(128 + self.signal)
