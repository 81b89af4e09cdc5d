"""What people do, each verb a function with the words of its command: ``condgan train`` is ``cg.train``."""
