// How results about the sender look: a tone and a shape for each word, what a marked term of SPF says. Pure.
import type { SpfTerm } from '../../../core/contract/senderAnswers.ts';
import type { Action } from '../../../core/contract/verdict.ts';
import type { Tone } from '../../ui/Chip.tsx';

interface Look {
  readonly tone: Tone;
  readonly shape: string;
}

const good: Look = { tone: 'ok', shape: '✓' };
const odd: Look = { tone: 'defer', shape: '▲' };
const bad: Look = { tone: 'refuse', shape: '■' };
const none: Look = { tone: 'quiet', shape: '○' };

const looks: Readonly<Record<string, Look>> = {
  pass: good,
  literal: good,
  clear: good,
  known: good,
  passed: good,
  done: good,
  fail: bad,
  'fail-reject': bad,
  'fail-quarantine': bad,
  listed: bad,
  malformed: bad,
  missing: bad,
  'null-mx': bad,
  mismatch: bad,
  ours: bad,
  crashed: bad,
  softfail: odd,
  policy: odd,
  temperror: odd,
  permerror: odd,
  'fail-none': odd,
  'no-author': odd,
  silent: odd,
  'bad-mx': odd,
  nothing: odd,
  unknown: odd,
  bare: odd,
  early: odd,
  new: odd,
  late: odd,
  'no-room': odd,
  waited: odd,
  'too-long': odd,
};

/** Of results, states and outcomes; words nobody knows are quiet. */
export function resultLook(result: string): Look {
  return looks[result] ?? none;
}

/** A result in words: `fail-reject` is what DMARC comes to with p=reject. */
export function resultWords(result: string): string {
  const policy = /^fail-(none|quarantine|reject)$/.exec(result)?.[1];
  return policy === undefined ? result.replaceAll('-', ' ') : `fail, p=${policy}`;
}

export const termMarks: Readonly<Record<SpfTerm['outcome'], Look>> = {
  match: good,
  'no match': { tone: 'quiet', shape: '·' },
  used: { tone: 'open', shape: '→' },
  unused: { tone: 'quiet', shape: '–' },
  error: bad,
  'not reached': none,
};

const actionLooks: Readonly<Record<Action | 'accept', Look>> = {
  accept: good,
  ignore: none,
  record: { tone: 'quiet', shape: '●' },
  mark: { tone: 'open', shape: '●' },
  delay: { tone: 'defer', shape: '▲' },
  defer: odd,
  refuse: bad,
  discard: { tone: 'drop', shape: '×' },
  quarantine: { tone: 'drop', shape: '◆' },
  drop: { tone: 'drop', shape: '×' },
};

/** Of what a finding leads to; values of a draft may be anything. */
export function actionLook(action: unknown): Look {
  return typeof action === 'string' && Object.hasOwn(actionLooks, action) ? actionLooks[action as Action] : none;
}

/** A span of time in words a person compares: `3 h`, `12 d`, `2.4 y`. */
export function span(ms: number): string {
  const minutes = Math.abs(ms) / 60_000;
  if (minutes < 1) return `${Math.round(Math.abs(ms) / 1000)} s`;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`;
  const days = minutes / 1440;
  return days < 730 ? `${Math.round(days)} d` : `${(days / 365.25).toFixed(1)} y`;
}
