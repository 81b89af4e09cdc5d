"""The published schemas of report.json.

python -m benchmarks.schema docs
"""

import json
import sys
from pathlib import Path

from condgan.evaluation import Report, TranslationReport

REPORTS = {"report": Report, "translation": TranslationReport}


def main() -> None:
    """Write them into the folder named."""
    for name, report in REPORTS.items():
        text = json.dumps(report.model_json_schema(), indent=2, ensure_ascii=False)
        Path(sys.argv[1], f"{name}.schema.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
