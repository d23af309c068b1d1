// What the why panel shows of a line: which verdict stands behind it, and how it is said. Pure.
import type { TranscriptItem } from '../../../core/contract/transcript.ts';
import type { Counter, Verdict } from '../../../core/contract/verdict.ts';
import type { Tone } from '../../ui/Chip.tsx';
import { duration } from '../../ui/figures.ts';

export type Answer = Extract<TranscriptItem, { kind: 'server' | 'silent' }>;

function isAnswer(item: TranscriptItem): item is Answer {
  return item.kind === 'server' || item.kind === 'silent';
}

/** Number of the line to look at first: the last that refused, deferred or dropped; else what stored a message, or was weighed at all. */
export function decidingLine(items: readonly TranscriptItem[]): number | undefined {
  const answers = items.filter(isAnswer);
  const isBad = (item: Answer) => (item.kind === 'server' ? item.code >= 400 : item.verdict.closes !== undefined);
  const isWeighty = (item: Answer) => item.verdict.findings.length > 0;
  // What policy decided says more than the sequence errors of a client that went on regardless.
  const isDecided = (item: Answer) => isBad(item) && item.verdict.decider !== undefined;
  const isStored = (item: Answer) => item.verdict.stage === 'message';
  return (
    answers.findLast(isDecided) ??
    answers.findLast(isBad) ??
    answers.findLast(isStored) ??
    answers.findLast(isWeighty) ??
    answers.at(-1)
  )?.n;
}

/** What is shown of the fold: a handshake that came about is one band, not two. */
export function shownItems(items: readonly TranscriptItem[]): readonly TranscriptItem[] {
  const isSuperseded = (item: TranscriptItem, index: number) =>
    item.kind === 'tls' &&
    item.state === 'starting' &&
    item.text === 'handshake' &&
    items.slice(index + 1, index + 3).some(isUp);
  return items.filter((item, index) => !isSuperseded(item, index));
}

const isUp = (item: TranscriptItem) => item.kind === 'tls' && item.state === 'up';

/** The answer behind a line: the line itself, or for what the client sent, the reply that came to it. */
export function answerTo(items: readonly TranscriptItem[], n: number): Answer | undefined {
  const at = items.findIndex((item) => item.n === n && item.kind !== 'stage' && item.kind !== 'gap');
  const item = items[at];
  if (!item) return undefined;
  if (isAnswer(item)) return item;
  if (item.kind === 'client' || item.kind === 'data' || item.kind === 'sasl') return items.slice(at + 1).find(isAnswer);
  if (item.kind === 'stored') return items.slice(at + 1).find(isAnswer) ?? items.slice(0, at).findLast(isAnswer);
  return item.kind === 'close' || item.kind === 'fault' ? items.slice(0, at).findLast(isAnswer) : undefined;
}

/** Other answers of the session that the same check, or the same reason, decided. */
export function kindred(items: readonly TranscriptItem[], answer: Answer): readonly Answer[] {
  const key = ({ verdict }: Answer) => verdict.findings[verdict.decider ?? -1]?.check ?? verdict.reason;
  const isBad = answer.kind === 'silent' || answer.code >= 400;
  if (!isBad) return [];
  return items.filter(isAnswer).filter((other) => other.n !== answer.n && key(other) === key(answer));
}

const verbs: Readonly<Record<Verdict['action'], string>> = {
  accept: 'Accept',
  ignore: 'Ignore',
  record: 'Record',
  mark: 'Mark',
  delay: 'Delay',
  defer: 'Defer',
  refuse: 'Refuse',
  discard: 'Discard',
  quarantine: 'Quarantine',
  drop: 'Drop',
};

/** `Refuse`; a positive reply that says no more than `go on` is an answer. */
export function verb(answer: Answer): string {
  const { action } = answer.verdict;
  if (action === 'accept' && answer.kind === 'server' && answer.code >= 400)
    return answer.code >= 500 ? 'Refuse' : 'Defer';
  return verbs[action];
}

/** How the verdict looks. */
export function toneOf(answer: Answer): Tone {
  const { action, closes } = answer.verdict;
  if (action === 'discard' || action === 'quarantine') return 'drop';
  if (action === 'drop' || (closes !== undefined && action !== 'accept')) return 'drop';
  const code = answer.kind === 'server' ? answer.code : 0;
  if (code >= 500 || action === 'refuse') return 'refuse';
  if (code >= 400 || action === 'defer') return 'defer';
  return code >= 300 ? 'quiet' : 'ok';
}

/** A verdict without a reply, in the transcript. */
export function silentWords({ action, because, closes, findings }: Verdict): string {
  if (closes !== undefined) return `closed without a word: ${because}`;
  const found = findings.map(({ text }) => text).join('; ');
  return action === 'accept' && found !== '' ? `noted: ${found}` : `${action}, recorded: ${because}`;
}

/** The reply in short: code and enhanced code. */
export function codesOf(answer: Answer): string {
  if (answer.kind === 'silent')
    return answer.verdict.closes === undefined ? 'none: this only records' : 'none: closed without a word';
  const match = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(answer.lines[0] ?? '');
  return [String(answer.code), match?.[1]].filter((part) => part !== undefined).join(' ');
}

/** `6 / 5`; without a limit `6, unlimited`. */
export function counterText({ value, limit }: Counter): string {
  return limit === 'unlimited' || limit === 0 ? `${value}, unlimited` : `${value} / ${limit}`;
}

/** `601 / 600, 12.3 s to relief`: with the time until there is room again, where it is known and there is none. */
export function counterWords(counter: Counter): string {
  const { relief } = counter;
  if (relief === undefined) return counterText(counter);
  // Never less than it takes, as the finding has it.
  const step = relief < 60_000 ? 100 : relief < 3_600_000 ? 1000 : 60_000;
  return `${counterText(counter)}, ${duration(Math.ceil(relief / step) * step)} to relief`;
}

/** The limit as a number a meter can draw; 0 for none. */
export function limitOf({ limit }: Counter): number {
  return limit === 'unlimited' ? 0 : limit;
}

/** A key as words: `failed-logins` -> `failed logins`, `peerConnections` -> `peer connections`. */
export function words(key: string): string {
  return key.replaceAll('-', ' ').replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

/** A setting's value in one line. */
export function valueText(value: unknown): string {
  if (value === undefined) return '';
  const isWords = Array.isArray(value) && value.every((one) => typeof one === 'string');
  const text = typeof value === 'string' ? value : isWords ? value.join(', ') || 'none' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** A list of mechanisms without what cannot be offered now: so a session has it. Anything else as it is. */
export function asOffered(value: unknown, unavailable: readonly { readonly mechanism: string }[] = []): unknown {
  if (!Array.isArray(value)) return value;
  return value.filter((one) => !unavailable.some(({ mechanism }) => mechanism === one));
}
