// A strict reader of OpenMetrics 1.0 for tests, as far as counters, gauges and histograms go: it throws at the first line that the
// specification does not allow (github.com/prometheus/OpenMetrics, specification/OpenMetrics.md).

export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar?: { readonly labels: Readonly<Record<string, string>>; readonly value: number };
}

export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

const real = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf|nan`;
const text = String.raw`(?:[^"\\\n]|\\[\\"n])*`;
const label = `[a-zA-Z_][a-zA-Z0-9_]*="${text}"`;
const labels = String.raw`\{((?:${label}(?:,${label})*)?)\}`;
const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const sampleLine = new RegExp(
  `^(${name})(?:${labels})? (${real})(?: # ${labels} (${real})(?: (\\d+(?:\\.\\d+)?))?)?$`,
  'i',
);
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

export function readOpenMetrics(exposition: string): ReadonlyMap<string, ReadFamily> {
  if (!exposition.endsWith('\n# EOF\n')) throw new Error('must end with # EOF and a line feed');
  const families = new Map<string, ReadFamily & { readonly samples: ReadSample[] }>();
  let current = '';
  let help = '';
  for (const line of exposition.slice(0, -'# EOF\n'.length).trimEnd().split('\n')) {
    const [, isHelp, isType] = /^# (?:(HELP)|(TYPE)) /.exec(line) ?? [];
    if (isHelp) {
      [, current = '', help = ''] = new RegExp(`^# HELP (${name}) (${text})$`).exec(line) ?? refuse(line);
      if (families.has(current)) throw new Error(`family ${current} comes twice`);
    } else if (isType) {
      const [, family, type = ''] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? refuse(line);
      if (family !== current) throw new Error(`TYPE of ${family} below HELP of ${current}`);
      families.set(current, { type, help, samples: [] });
    } else {
      const sample = readSample(line);
      const family = families.get(current) ?? refuse(line);
      const suffix = sample.name.slice(current.length);
      if (!sample.name.startsWith(current) || !suffixes[family.type]!.includes(suffix)) refuse(line);
      if (sample.exemplar && !['_bucket', '_total'].includes(suffix)) refuse(line);
      family.samples.push(sample);
    }
  }
  for (const family of families.values()) assertFamily(family);
  return families;
}

function readSample(line: string): ReadSample {
  const [, sample = '', pairs = '', value = '', exemplarPairs, exemplarValue = ''] =
    sampleLine.exec(line) ?? refuse(line);
  const exemplar = exemplarPairs === undefined ? undefined : readLabels(exemplarPairs);
  if (exemplar && Object.entries(exemplar).flat().join('').length > 128) refuse(line);
  return {
    name: sample,
    labels: readLabels(pairs),
    value: Number(value.replace(/inf/i, 'Infinity')),
    ...(exemplar && { exemplar: { labels: exemplar, value: Number(exemplarValue) } }),
  };
}

function readLabels(pairs: string): Record<string, string> {
  const found = [...pairs.matchAll(new RegExp(`([a-zA-Z_][a-zA-Z0-9_]*)="(${text})"`, 'g'))];
  const read = Object.fromEntries(found.map(([, key, value]) => [key!, value!]));
  if (Object.keys(read).length !== found.length) throw new Error(`a label comes twice: ${pairs}`);
  return read;
}

function assertFamily({ type, samples }: ReadFamily): void {
  const keys = samples.map(
    (sample) => `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`,
  );
  if (new Set(keys).size !== keys.length) throw new Error(`a series comes twice in ${keys[0]}`);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0)))
    throw new Error(`${keys[0]} is below 0`);
  if (type === 'histogram') assertHistogram(samples);
}

/** Bounds ascend and look like floats, counts never fall, the last bound is +Inf and counts everything, exemplars are in range. */
function assertHistogram(samples: readonly ReadSample[]): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...rest } }) => JSON.stringify(rest));
  for (const [group, series] of groups) {
    const buckets = series.filter((sample) => sample.name.endsWith('_bucket'));
    const count = series.find((sample) => sample.name.endsWith('_count'))?.value;
    let below = { bound: Number.NEGATIVE_INFINITY, count: 0 };
    for (const { labels: own, value, exemplar } of buckets) {
      const bound = own.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(own.le);
      const isInOrder = bound > below.bound && value >= below.count && /[.+]|e-/.test(own.le!);
      const isInRange = !exemplar || (exemplar.value <= bound && exemplar.value > below.bound);
      if (!isInOrder || !isInRange) throw new Error(`bucket ${own.le} of ${series[0]!.name} ${group}`);
      below = { bound, count: value };
    }
    if (below.bound !== Number.POSITIVE_INFINITY || below.count !== count)
      throw new Error(`no +Inf: ${group}`);
  }
}

function refuse(line: string): never {
  throw new Error(`not OpenMetrics: ${line}`);
}
