/** A median and its quartiles. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** The quartiles of `values`, interpolated where they fall between two. */
export function describeSpread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (quantile: number): number => {
    const position = (sorted.length - 1) * quantile;
    const below = sorted[Math.floor(position)] ?? Number.NaN;
    const above = sorted[Math.ceil(position)] ?? Number.NaN;
    return below + (above - below) * (position % 1);
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/**
 * Compares two series run by run. The machine drifts, and both runs of a pair drift together, so
 * the median of the ratios is more precise than the ratio of the medians.
 */
export function comparePairs(ours: readonly number[], theirs: readonly number[]): Spread {
  return describeSpread(ours.map((value, index) => value / (theirs[index] ?? Number.NaN)));
}

/** A ratio as its median and quartiles: `1.23 (1.20–1.25)`. */
export function formatRatio({ low, median, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}
