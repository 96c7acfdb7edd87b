// Durations that were counted by bins.

/** How long the quickest share `q` of them took at most, in seconds, evenly spread within a bin; null for none, or beyond the last edge. */
export function quantile(counts, edges, q) {
  const wanted = q * counts.reduce((a, b) => a + b, 0);
  let before = 0;
  for (const [i, n] of counts.entries()) {
    if (n && before + n >= wanted) {
      if (i >= edges.length) return null;
      const low = i ? edges[i - 1] : 0;
      return low + ((edges[i] - low) * (wanted - before)) / n;
    }
    before += n;
  }
  return null;
}

/** What was counted in between. A server that was started anew counts from 0. */
export const since = (now, then) => now.map((n, i) => Math.max(0, n - (then?.[i] ?? 0)));
