"""The published schema of report.json.

python -m benchmarks.schema docs
"""

import json
import sys
from pathlib import Path

from condgan.evaluation import Report


def main() -> None:
    """Write it into the folder named."""
    text = json.dumps(Report.model_json_schema(), indent=2, ensure_ascii=False)
    Path(sys.argv[1], "report.schema.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
