"""``python -m condgan``."""

from condgan.cli import main

if __name__ == "__main__":
    main()
