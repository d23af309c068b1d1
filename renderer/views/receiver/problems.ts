// What is wrong with a draft and what deserves a warning, place by place, in words. Pure.
import { type Advice, loginAdvice, warningsOf } from '../../../core/contract/advice.ts';
import { dnsAdvice, senderAdvice } from '../../../core/contract/senderAdvice.ts';
import type { Problem } from '../../../core/contract/calls.ts';
import type { Meta } from '../../../core/contract/settings/leaf.ts';
import { settingsSchema } from '../../../core/contract/settings/settings.ts';
import { groupNames, isMapping, nodeAt, valueAt } from './tree.ts';

/** Checks a draft with the schema of the contract: the first problem of each place, by dotted path. */
export function check(settings: unknown): ReadonlyMap<string, string> {
  const parsed = settingsSchema.safeParse(settings);
  const found = new Map<string, string>();
  for (const { path, message } of parsed.error?.issues ?? []) {
    const at = path.join('.');
    if (!found.has(at)) found.set(at, inWords(message, valueAt(settings, at), nodeAt(at)?.meta));
  }
  return found;
}

/** The schema's message as a sentence that names what was typed. */
export function inWords(message: string, value: unknown, meta?: Partial<Meta>): string {
  const range = meta?.kind === 'whole' ? ` from ${meta.min} to ${meta.max}` : '';
  const told = message === 'expected a whole number' ? `${message}${range}` : message;
  const typed = shown(value);
  if (value === '' || value === undefined) {
    return told.startsWith('expected') ? `Nothing is written here: ${told}.` : sentence(told);
  }
  if (typed !== undefined && told.startsWith('expected')) return `${typed} does not fit: ${told}.`;
  if (typed !== undefined && told.startsWith('must')) return `${typed} does not fit: it ${told}.`;
  return sentence(told);
}

function shown(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  return `“${value.length > 60 ? `${value.slice(0, 57)}…` : value}”`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** The warnings of a value that works. */
export function warnings(meta: Partial<Meta>, value: unknown): readonly string[] {
  return warningsOf(meta.warn ?? [], value);
}

const advised = new WeakMap<object, readonly Advice[]>();

/** What is odd about a setting beside others, a line each: as one text, so that it is the same while nothing changes. */
export function adviceAt(settings: unknown, path: string): string {
  if (!isMapping(settings)) return '';
  let all = advised.get(settings);
  if (!all) {
    const parsed = settingsSchema.safeParse(settings);
    advised.set(
      settings,
      (all = parsed.success
        ? [...loginAdvice(parsed.data), ...senderAdvice(parsed.data), ...dnsAdvice(parsed.data)]
        : []),
    );
  }
  return all
    .filter((one) => one.path === path)
    .map(({ text }) => text)
    .join('\n');
}

/** Everything wrong with a draft: what the schema sees here, and what the host sees besides. */
export function allProblems(own: ReadonlyMap<string, string>, host: readonly Problem[]): readonly Problem[] {
  const mine = [...own].map(([path, message]) => ({ path, message }));
  return [...mine, ...host.filter(({ path }) => !own.has(path))];
}

/** How many problems each group has. */
export function countByGroup(problems: readonly Problem[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of problems) {
    const group = path.split('.')[0] ?? '';
    if (groupNames.some((name) => name === group)) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

/** The line a problem of a text of several lines names: `line 3 of the zone: ...`. */
export function lineNamed(message: string): number | undefined {
  const found = /^line (\d+)\b/i.exec(message);
  return found ? Number(found[1]) : undefined;
}

/** A value as one line of text. */
export function oneLine(value: unknown): string {
  if (typeof value === 'string')
    return value === '' ? 'empty' : value.includes('\n') ? `${value.split('\n').length} lines` : value;
  if (value === undefined) return 'nothing';
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    return value.every((one) => !isMapping(one)) && value.length <= 8 ? value.join(', ') : `${value.length} entries`;
  }
  if (isMapping(value)) return '…';
  return typeof value === 'number' ? String(value) : '';
}
