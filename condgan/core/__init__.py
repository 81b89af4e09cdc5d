"""What every room of the house stands on: settings, carriers, batches, seeds and errors."""
