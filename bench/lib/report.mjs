// One table a person can read, the ratios that are wanted marked met or not, and the floors.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FLOORS = 'bench/floors.json';
// A floor is this share of what was measured when it was set: machines have moods, bytes have none.
const margin = (one) => (one.unit === 'bytes' ? 0.95 : 0.7);

const of = (report, engine, fits) => Object.entries(report.classes)
  .filter(([name, one]) => fits(name) && one[engine]?.ratio !== undefined).map(([, one]) => one[engine].ratio);
// What another machine, or the mood of this one, moves has no floor: instructions are counted instead.
const hasFloor = (one) => one.unit === 'times' || one.unit === 'bytes';
const isText = (name) => /^(words?-|prefix)/.test(name);
const isMiddleTile = (name) => /^tile-(0[4-9]|1[012])$/.test(name);

// Name, how it is found, what is wanted at a million, and which way is better.
function rows(report, { geometric }) {
  const over = (engine, fits) => {
    const ratios = of(report, engine, fits);
    return ratios.length > 0 ? geometric(ratios) : undefined;
  };
  const worst = (fits, share) => {
    const all = Object.entries(report.classes).filter(([name]) => fits(name)).map(([, one]) => one.ours[share]);
    return all.length > 0 ? Math.max(...all) : undefined;
  };
  const ours = report.figures.ours;
  const filtered = (name) => /^tile-\d\d-both$/.test(name);
  const list = [
    ['text and all facets, FTS5 / ours', over('sqlite', isText), 40, 'times', 'more'],
    ['text and all facets, Xapian / ours', over('xapian', isText), 20, 'times', 'more'],
    ['text and all facets, Groonga / ours', over('groonga', isText), 60, 'times', 'more'],
    ['box and all facets, R*Tree / ours', over('sqlite', (name) => name.startsWith('box-')), 15, 'times', 'more'],
    ['tile bytes z4–z12, supercluster with our radius / ours', over('supercluster', isMiddleTile), 15, 'times', 'more'],
    ['tile bytes z4–z12, supercluster with its own radius / ours', over('supercluster-own', isMiddleTile), 15, 'times', 'more'],
    ['tile by kind and two themes, p50 of the slowest zoom', worst(filtered, 'p50'), 10, 'µs', 'less'],
    ['tile by kind and two themes, p99 of the slowest zoom', worst(filtered, 'p99'), 20, 'µs', 'less'],
    ['best twenty shared with exact BM25', 100 * report.overlap, 97, '%', 'more'],
    ['prefix of 4 letters, p99', worst((name) => name === 'prefix', 'p99'), 2000, 'µs', 'less'],
    ['atlas from kept words', Math.min(ours.rebuild_s, ours.rebuild_cpu_s), 3, 's', 'less'],
    ['atlas from the bare store', Math.min(ours.open_s, ours.open_cpu_s), 45, 's', 'less'],
    ['restart from the snapshot', ours.restart_s >= 0 ? ours.restart_s : Infinity, 0.5, 's', 'less'],
    ['memory an entry', ours.bytes / ours.documents, 600, 'bytes', 'less'],
  ];
  for (const part of report.parts) for (const one of part.ratios ?? []) list.push([one.name, one.value, one.wanted, one.unit, one.better]);
  return list.filter(([, value]) => value !== undefined && Number.isFinite(value));
}

export function judge(report, tools) {
  return rows(report, tools).map(([name, value, wanted, unit, better]) => (
    { name, value, wanted, unit, better, met: better === 'more' ? value >= wanted : value <= wanted }));
}

const number = (value) => (value === undefined ? '' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const line = (cells) => `| ${cells.join(' | ')} |`;
const lines = (head, body) => [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');

export function table(report) {
  const rivals = ['sqlite', 'xapian', 'groonga', 'supercluster', 'supercluster-own'].filter((name) => report.figures[name]);
  const body = Object.entries(report.classes).map(([name, one]) => [name, number(one.ours.p50), number(one.ours.p99),
    ...rivals.map((rival) => (one[rival] ? `${number(one[rival].p50)} (${number(one[rival].ratio)}×)` : ''))]);
  const size = `${report.entries.toLocaleString('en')} ${report.corpus} entries`;
  const wanted = report.entries >= 1000000 ? 'wanted' : 'wanted at a million';
  return [
    `${size}, ${report.date.slice(0, 10)}, ${report.commit}, ${report.machine.processor}, ${report.machine.cores} cores`,
    `Every count and facet agrees with plain SQL; the best twenty share ${(100 * report.overlap).toFixed(1)} % with exact BM25.`,
    '\nCPU time of the thread in µs; of the others the median, and how many times ours:\n',
    lines(['class', 'ours p50', 'ours p99', ...rivals], body),
    ...report.parts.flatMap((part) => [`\n${part.title}:\n`, lines(part.head, part.rows)]),
    '\nWhat is wanted:\n',
    lines(['what', 'measured', wanted, ''], report.ratios.map((one) => [one.name, `${number(one.value)} ${one.unit}`,
      `${one.better === 'more' ? '≥' : '≤'} ${one.wanted}`, one.met ? 'met' : '**not met**'])),
  ].join('\n');
}

const key = (report) => `${report.corpus} ${report.entries}`;

export function floorsWrite(root, report) {
  const path = join(root, FLOORS);
  const all = existsSync(path) ? JSON.parse(readFileSync(path)) : {};
  all[key(report)] = Object.fromEntries(report.ratios.filter(hasFloor).map((one) => [one.name,
    Number((one.better === 'more' ? one.value * margin(one) : one.value / margin(one)).toPrecision(3))]));
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
}

// What is worse than the committed floor of this corpus and size, as sentences.
export function floorFaults(root, report) {
  const floors = existsSync(join(root, FLOORS)) ? JSON.parse(readFileSync(join(root, FLOORS)))[key(report)] ?? {} : {};
  return report.ratios.filter((one) => floors[one.name] !== undefined
    && (one.better === 'more' ? one.value < floors[one.name] : one.value > floors[one.name]))
    .map((one) => `${one.name}: ${number(one.value)} ${one.unit}, the floor is ${floors[one.name]} (${FLOORS})`);
}
