// Judges what a scenario expects of its population by the figures of its course, in words and numbers.
import { assertNever } from '../contract/never.ts';
import type { PopulationExpectation } from '../contract/scenarioPopulation.ts';
import { msOf, spanText } from '../contract/span.ts';
import type { PopulationOutcome } from '../contract/timeline.ts';
import { grouped } from '../policy/wording.ts';

/** The figures of those an expectation is about, added up. */
export interface Asked {
  readonly clients: number;
  readonly begun: number;
  readonly served: number;
  readonly gaveUp: number;
  readonly tries: number;
  readonly mostTries: number;
  /** Connections turned away before they were greeted, sent MAIL, had a message accepted, or at all. */
  readonly turnedAway: Readonly<Record<'greeting' | 'mail' | 'message' | 'end', number>>;
  /** Clients that were served within so many ms. */
  readonly within: (ms: number) => number;
  readonly sessionsAtOnce: number;
  readonly sessionsOfAddress: number;
}

type Amount = number | string;
interface Amounts {
  readonly least?: Amount | undefined;
  readonly most?: Amount | undefined;
}

/** Nothing is shown by a population that never came: then no expectation holds. `asked`: undefined where no group has the name. */
export function judged(expectation: PopulationExpectation, asked: Asked | undefined): PopulationOutcome {
  const { expected, found, held } = outcomeOf(expectation, asked ?? nobody);
  if (asked === undefined) return { expected, found: `there is no group ${expectation.of ?? 'all'}`, held: false };
  return asked.begun === 0 ? { expected, found: 'nobody came', held: false } : { expected, found, held };
}

const nobody: Asked = {
  clients: 0,
  begun: 0,
  served: 0,
  gaveUp: 0,
  tries: 0,
  mostTries: 0,
  turnedAway: { greeting: 0, mail: 0, message: 0, end: 0 },
  within: () => 0,
  sessionsAtOnce: 0,
  sessionsOfAddress: 0,
};

const before = {
  greeting: ' before the greeting',
  mail: ' before a MAIL was accepted',
  message: ' before a message was',
};

function outcomeOf(expectation: PopulationExpectation, asked: Asked): PopulationOutcome {
  const who = expectation.of ?? 'all';
  if ('served' in expectation) {
    const { clients, served } = asked;
    return partly(expectation.served, { count: served, of: clients, what: (amount) => `${amount} of ${who} served` });
  }
  if ('gaveUp' in expectation) {
    const { clients, gaveUp } = asked;
    return partly(expectation.gaveUp, { count: gaveUp, of: clients, what: (amount) => `${amount} of ${who} gave up` });
  }
  if ('turnedAway' in expectation) {
    const where = expectation.before === undefined ? '' : before[expectation.before];
    const count = asked.turnedAway[expectation.before ?? 'end'];
    const what = (amount: string) => `${amount} of ${who} turned away${where}`;
    return partly(expectation.turnedAway, { count, of: asked.tries, what });
  }
  if ('waits' in expectation) return waits(expectation.waits, who, asked);
  if ('tries' in expectation) {
    const what = `${rangeText(expectation.tries)} connections of any one of ${who}`;
    return plainly(expectation.tries, asked.mostTries, what);
  }
  if ('sessionsAtOnce' in expectation) {
    const isEach = expectation.each === 'address';
    const what = `${rangeText(expectation.sessionsAtOnce)} sessions of ${isEach ? `each address of ${who}` : who} at once`;
    return plainly(expectation.sessionsAtOnce, isEach ? asked.sessionsOfAddress : asked.sessionsAtOnce, what);
  }
  return assertNever(expectation);
}

interface Part {
  readonly count: number;
  readonly of: number;
  readonly what: (amount: string) => string;
}

/** Numbers and percentages of a whole, each against its own kind. */
function partly({ least, most }: Amounts, { count, of, what }: Part): PopulationOutcome {
  const fits = (amount: Amount | undefined, isFit: (value: number, bound: number) => boolean) =>
    amount === undefined ||
    (typeof amount === 'number' ? isFit(count, amount) : isFit(count * 100, percent(amount) * of));
  const isLeast = fits(least, (value, bound) => value >= bound);
  const isMost = fits(most, (value, bound) => value <= bound);
  const missed = isLeast ? (isMost ? undefined : most) : least;
  return {
    expected: what(rangeText({ least: amountText(least), most: amountText(most) })),
    found: `${percentText(count, of, missed)} (${grouped(count)} of ${grouped(of)})`,
    held: isLeast && isMost,
  };
}

function plainly(
  range: { readonly least?: number | undefined; readonly most?: number | undefined },
  found: number,
  what: string,
) {
  const held = found >= (range.least ?? 0) && found <= (range.most ?? Infinity);
  return { expected: what, found: grouped(found), held };
}

type Waits = Extract<PopulationExpectation, { readonly waits: unknown }>['waits'];

/** Those that were never served wait for ever; those that had not come by the end as well. */
function waits({ most, for: part = '100 %' }: Waits, who: string, asked: Asked): PopulationOutcome {
  const ms = msOf(most);
  const count = asked.within(ms);
  const span = spanText(ms);
  const held = count * 100 >= percent(part) * asked.clients;
  const few = asked.clients - asked.served;
  const never = few === 0 ? '' : `, ${grouped(few)} never served`;
  return {
    expected: `${amountText(part)} of ${who} served within ${span}`,
    found: `${percentText(count, asked.clients, held ? undefined : part)} (${grouped(count)} of ${grouped(asked.clients)}${never})`,
    held,
  };
}

const percent = (amount: string): number => Number.parseFloat(amount);
const amountText = (amount: Amount | undefined) =>
  amount === undefined ? undefined : typeof amount === 'number' ? grouped(amount) : `${percent(amount)} %`;

function rangeText({ least, most }: Amounts): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  if (most !== undefined) return `at most ${most}`;
  return least === undefined ? 'any number' : `at least ${least}`;
}

/** One decimal, and more where the number would else look like the one it misses. */
function percentText(count: number, of: number, missed: Amount | undefined): string {
  const value = of === 0 ? 0 : (count * 100) / of;
  const isBound = (text: string) => typeof missed === 'string' && Number(text) === percent(missed);
  for (let digits = 1; digits < 6; digits += 1) {
    const text = value.toFixed(digits).replace(/\.?0+$/, '');
    if (!isBound(text)) return `${text} %`;
  }
  return `${value} %`;
}
