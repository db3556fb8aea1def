// Numbers that look drawn, the same on every machine: mulberry32, and nothing but + - * / on top of it.
export function generator(seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(random() * n);
  return { random, below, pick: (list) => list[below(list.length)], chance: (share) => random() < share,
    between: (low, high) => low + below(high - low + 1), bell: () => random() + random() + random() - 1.5 };
}

// A draw of 0 … weights.length - 1, each as often as its weight says.
export function drawn(weights, random) {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  weights.forEach((weight, i) => { sums[i] = sum += weight; });
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

// Zipf: the k-th of n stands 1 / k as often as the first.
export const zipf = (n, random) => drawn(Array.from({ length: n }, (_, k) => 1 / (k + 1)), random);
