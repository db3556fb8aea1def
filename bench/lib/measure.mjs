// Alternating rounds: in each, every engine runs the whole class once; a ratio is taken within a round.
export const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
export const ascending = (numbers) => [...numbers].sort((a, b) => a - b);
export const median = (numbers) => at(ascending(numbers), 0.5);
export const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
export const geometric = (numbers) => Math.exp(sum(numbers.map(Math.log)) / numbers.length);

const QUICK_NS = 20e6; // a class that takes less is run once untimed, so that nobody pays for whose turn it was before
const OURS_AGAIN = 4; // rounds of ours alone after each shared one: its percentiles need samples

// { NAME: { p50, p99, ratio } } in microseconds; ratio: how many times our time, undefined for ours.
export async function measure(engines, group, { rounds, milliseconds }) {
  const samples = Object.fromEntries(engines.map((engine) => [engine.name, []]));
  const ratios = Object.fromEntries(engines.map((engine) => [engine.name, []]));
  const sums = {};
  for (const engine of engines) sums[engine.name] = sum(await engine.times(group));
  const begun = Date.now();
  for (let round = 0; round < rounds && (round < 3 || Date.now() - begun < milliseconds); round++) {
    const order = round % 2 ? [...engines].reverse() : engines;
    for (const engine of order) {
      if (sums[engine.name] < QUICK_NS) await engine.times(group);
      const times = await engine.times(group);
      samples[engine.name].push(...times);
      sums[engine.name] = sum(times);
    }
    for (const engine of engines) ratios[engine.name].push(sums[engine.name] / sums.ours);
    for (let again = 0; again < OURS_AGAIN; again++) samples.ours.push(...await engines[0].times(group));
  }
  return Object.fromEntries(engines.map(({ name }) => {
    const times = ascending(samples[name]);
    return [name, { p50: at(times, 0.5) / 1000, p99: at(times, 0.99) / 1000, ratio: name === 'ours' ? undefined : median(ratios[name]) }];
  }));
}
