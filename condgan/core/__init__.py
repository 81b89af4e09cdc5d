"""What everything else stands on: settings, carriers, batches, seeds and errors."""
