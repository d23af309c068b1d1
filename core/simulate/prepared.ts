// What the steps of a talk stand for, worked out once for however many clients that play it.
import type { Replies, Step } from '../contract/scenarioStep.ts';
import { segmentsOf, shown, unescape } from './bytes.ts';
import { withoutSecrets } from './login/exchange.ts';
import { matcher, named, type Reply } from './reply.ts';

const CRLF = Buffer.from('\r\n');
const AUTH = /^\s*AUTH\s/i;

/** One that is written as a whole. */
export interface Segment {
  readonly bytes: Buffer;
  readonly shown: string;
}

export interface Wanted {
  readonly fits: (reply: Reply) => boolean;
  readonly named: string;
}

export interface Said extends Segment {
  /** What follows is a secret until the exchange has ended. */
  readonly beginsExchange: boolean;
}

/** Remembers by the step itself: a scenario's steps are frozen once they are read. */
function once<S extends object, T>(make: (step: S) => T): (step: S) => T {
  const made = new WeakMap<S, T>();
  return (step) => {
    let one = made.get(step);
    if (one === undefined) made.set(step, (one = make(step)));
    return one;
  };
}

export const wanted = (replies: Replies): Wanted => ({ fits: matcher(replies), named: named(replies) });

export const wantedOf = once(({ hear }: Extract<Step, { hear: unknown }>) => wanted(hear));

export const saidOf = once(({ say }: Extract<Step, { say: unknown }>): Said => ({
  bytes: Buffer.concat([unescape(say), CRLF]),
  shown: withoutSecrets(say, false),
  beginsExchange: AUTH.test(say),
}));

export const sentOf = once(({ send }: Extract<Step, { send: unknown }>): readonly Segment[] =>
  segmentsOf(send).map((bytes) => ({ bytes, shown: shown(bytes) })),
);

type Point = Exclude<Extract<Step, { expect: unknown }>['expect'], Replies>;

export interface PreparedPoint {
  readonly point: Point;
  /** Absent when no reply is looked at. */
  readonly reply?: Wanted;
}

export const pointOf = once(({ expect }: Extract<Step, { expect: unknown }>): PreparedPoint => {
  const point: Point = typeof expect !== 'object' || Array.isArray(expect) ? { reply: expect } : expect;
  const { reply, text, lacks } = point;
  if (reply === undefined && text === undefined && lacks === undefined) return { point };
  const words = [
    reply === undefined ? 'a reply' : named(reply),
    ...(text === undefined ? [] : [`with "${text}"`]),
    ...(lacks === undefined ? [] : [`without "${lacks}"`]),
  ];
  const isOne = reply === undefined ? () => true : matcher(reply);
  const fits = (one: Reply) =>
    isOne(one) &&
    (text === undefined || one.bytes.includes(text)) &&
    (lacks === undefined || !one.bytes.includes(lacks));
  return { point, reply: { fits, named: words.join(' ') } };
});
