// Every counter of every finding against its limit, over virtual time: of counters for each peer the largest of any peer.
import type { Series } from '../contract/timeline.ts';
import type { Counter, Finding, Verdict } from '../contract/verdict.ts';
import { failedLoginNames } from '../policy/banned.ts';
import { flowCounterNames } from '../policy/flowFinding.ts';
import { Moments } from './moments.ts';
import type { Row, Steps } from './series.ts';

/** Steps of moments are longer to begin with than those of values: each moment keeps a session, of which there may be too many. */
const COARSER = 16;
/** More settings with a counter than there are. */
const MOST_SERIES = 200;

interface CounterRow {
  readonly series: Omit<Series, 'values'>;
  readonly row: Row;
}

/** Where something happened. */
export interface Place {
  /** Virtual ms since the beginning. */
  readonly at: number;
  readonly session: string;
}

/** Over the limit; or at it, where reaching it is what holds the client off for some time. */
const isHit = ({ action }: Finding, { value, limit, relief }: Counter): boolean =>
  isLimit(limit) &&
  (value > limit ||
    (value === limit && relief !== undefined && action !== 'ignore' && action !== 'record' && action !== 'mark'));

const isLimit = (limit: Counter['limit']): limit is number => typeof limit === 'number' && limit > 0;

export class Counters {
  readonly #steps: Steps;
  readonly #keep: (session: string) => void;
  readonly #moments: Moments;
  readonly #rows: CounterRow[] = [];
  /** By the setting of a finding (its check, where there is none), then by the name of the counter. */
  readonly #found = new Map<string, Map<string, CounterRow>>();

  constructor(steps: Steps, keep: (session: string) => void) {
    this.#steps = steps;
    this.#keep = keep;
    this.#moments = new Moments(steps.step * COARSER);
  }

  /** Reads the counters of a verdict's findings. */
  read({ findings }: Verdict, place: Place): void {
    for (const finding of findings) {
      const { counter, counters } = finding;
      if (counters !== undefined) for (const one of counters) this.#note(finding, one, place);
      else if (counter !== undefined) this.#note(finding, counter, place);
    }
  }

  series(index: number): Series[] {
    return this.#rows.map(({ series, row }) => ({ ...series, values: row.upTo(index) }));
  }

  moments() {
    this.#moments.widen(this.#steps.step);
    return this.#moments.all();
  }

  #note(finding: Finding, counter: Counter, { at, session }: Place): void {
    const row = this.#row(finding, counter);
    if (row === undefined) return;
    row.row.note(this.#steps.index(at), counter.value);
    const isDecider =
      finding.counters === undefined || finding.counter === undefined || finding.counter.name === counter.name;
    if (!isDecider || !isHit(finding, counter)) return;
    const { id } = row.series;
    this.#moments.widen(this.#steps.step);
    if (this.#moments.note({ at, series: id, text: finding.text, session })) this.#keep(session);
  }

  #row(finding: Finding, counter: Counter): CounterRow | undefined {
    const key = finding.setting ?? finding.check;
    let found = this.#found.get(key);
    if (found === undefined) this.#found.set(key, (found = new Map<string, CounterRow>()));
    const known = found.get(counter.name);
    if (known !== undefined || this.#rows.length >= MOST_SERIES) return known;
    const made = this.#made(finding, counter);
    found.set(counter.name, made);
    return made;
  }

  /** The row of a setting that another finding already named, or a new one. */
  #made(finding: Finding, counter: Counter): CounterRow {
    const { name, limit } = counter;
    const setting = settingOf(finding, counter);
    const id = setting ?? `${finding.check}: ${name}`;
    const same = this.#rows.find(({ series }) => series.id === id);
    if (same !== undefined) return same;
    const scope = finding.evidence?.['scope'];
    const series = {
      id,
      title: scope === undefined || !isFlow(name) ? name : `${name} ${scope}`,
      kind: 'counter' as const,
      unit: isFlow(name) ? 'connections' : unitOf(name),
      ...(setting === undefined ? {} : { setting }),
      ...(isLimit(limit) ? { limit } : {}),
    };
    const made = { series, row: this.#steps.row('most') };
    this.#rows.push(made);
    return made;
  }
}

const flowKeys = new Map(Object.entries(flowCounterNames).map(([key, name]) => [name as string, key]));
const failedLoginKeys = new Map(Object.entries(failedLoginNames).map(([key, name]) => [name as string, key]));

const isFlow = (name: string): boolean => flowKeys.has(name);

/** What is counted: the name up to whom or what it is counted of. */
const unitOf = (name: string): string => name.replace(/ (of|in|as|from|for) .*$/, '');

/**
 * The setting that limits a counter: a finding of several names that of one of them, or where they all stand. One whose value
 * is not the limit decides something else.
 */
function settingOf({ setting, value }: Finding, { name, limit }: Counter): string | undefined {
  const flow = flowKeys.get(name);
  if (flow !== undefined && setting !== undefined) {
    const last = setting.slice(setting.lastIndexOf('.') + 1);
    const path = Object.hasOwn(flowCounterNames, last) ? setting.slice(0, -last.length - 1) : setting;
    return `${path}.${flow}`;
  }
  const failed = failedLoginKeys.get(name);
  if (failed !== undefined) return `protection.failedLogins.${failed}.maxRetry`;
  return value === limit ? setting : undefined;
}
