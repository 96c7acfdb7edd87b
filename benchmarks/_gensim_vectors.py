"""gensim's word2vec on histories: PYTHON benchmarks/_gensim_vectors.py IN.npz OUT.npz SETTINGS (JSON).

Run by the Python of an environment that has gensim. IN holds `rows` (E,) and `indptr` (U+1,); OUT gets `vectors`
(N, D) of length 1, zeros for what nobody took, and from lists of tokens in memory to
vectors `seconds` by the clock and `processor` seconds.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise

import numpy as np
from gensim.models import Word2Vec

given, out, settings = np.load(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
rows, indptr, n = given["rows"], given["indptr"], int(given["items"])
histories = [list(map(str, rows[a:b].tolist())) for a, b in pairwise(indptr)]
started, used = time.perf_counter(), time.process_time()
model = Word2Vec(histories, sg=1, min_count=1, **settings)
seconds, processor = time.perf_counter() - started, time.process_time() - used
vectors = np.zeros((n, model.vector_size), np.float32)
vectors[[int(w) for w in model.wv.index_to_key]] = model.wv.get_normed_vectors()
np.savez(out, vectors=vectors, seconds=seconds, processor=processor)
