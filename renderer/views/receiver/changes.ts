// A draft's changes as a person reads them: lines with + and -, indented as in the YAML, only what differs. Pure.
import { align, equal, isMapping, minimal, type Node } from './tree.ts';

export interface ChangeLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly depth: number;
  readonly text: string;
  /** Dotted path of the setting the line is about. */
  readonly path: string;
}

interface Sides {
  readonly before: unknown;
  readonly after: unknown;
}

/** The lines of everything that differs, each under the keys that lead to it. */
export function changeLines({ before, after }: Sides, node: Node, at = { path: '', depth: 0 }): readonly ChangeLine[] {
  if (equal(before, after)) return [];
  if (node.members && isMapping(before) && isMapping(after))
    return node.members.flatMap(([key, member]) =>
      memberLines({ before: before[key], after: after[key] }, [key, member], at),
    );
  return [];
}

interface At {
  readonly path: string;
  readonly depth: number;
}

function memberLines({ before, after }: Sides, [key, member]: readonly [string, Node], at: At): readonly ChangeLine[] {
  if (equal(before, after)) return [];
  const path = at.path === '' ? key : `${at.path}.${key}`;
  const { depth } = at;
  const head: ChangeLine = { kind: 'same', depth, text: `${key}:`, path };
  if (member.members && isMapping(before) && isMapping(after))
    return [head, ...changeLines({ before, after }, member, { path, depth: depth + 1 })];
  if (member.item && Array.isArray(before) && Array.isArray(after))
    return [head, ...listLines({ before, after }, member.item, { path, depth: depth + 1 })];
  if (isText(before) || isText(after))
    return [head, ...textLines(String(before), String(after), { path, depth: depth + 1 })];
  return [
    { kind: 'removed', depth, text: `${key}: ${scalar(before)}`, path },
    { kind: 'added', depth, text: `${key}: ${scalar(after)}`, path },
  ];
}

const isText = (value: unknown) => typeof value === 'string' && value.includes('\n');

function listLines(
  { before, after }: { readonly before: readonly unknown[]; readonly after: readonly unknown[] },
  item: Node,
  at: At,
): readonly ChangeLine[] {
  const { pairs, removed, added } = align(before, after);
  const lines: ChangeLine[] = [];
  for (const from of removed) lines.push(...itemLines(before[from], item, { ...at, kind: 'removed', index: from }));
  const origin = new Map(pairs.map(([from, to]) => [to, from]));
  let last = -1;
  after.forEach((value, to) => {
    const path = `${at.path}.${to}`;
    const from = origin.get(to);
    if (from === undefined) {
      lines.push(...itemLines(value, item, { ...at, kind: 'added', index: to }));
      return;
    }
    const name = shortName(value);
    if (from < last) lines.push({ kind: 'added', depth: at.depth, text: `- ${name}  (moved)`, path });
    else last = from;
    if (equal(before[from], value)) return;
    lines.push({ kind: 'same', depth: at.depth, text: `- ${name}`, path });
    lines.push(...changeLines({ before: before[from], after: value }, item, { path, depth: at.depth + 1 }));
  });
  return added.length + removed.length + lines.length === 0 ? [] : lines;
}

interface ItemAt extends At {
  readonly kind: 'added' | 'removed';
  readonly index: number;
}

/** A whole item that came or went: what a person would have written for it. */
function itemLines(value: unknown, item: Node, { path, depth, kind, index }: ItemAt): readonly ChangeLine[] {
  const at = `${path}.${index}`;
  if (!isMapping(value)) return [{ kind, depth, text: `- ${scalar(value)}`, path: at }];
  return written(minimal(value, item) ?? value, { path: at, depth, kind, index }).map((line, n) => ({
    ...line,
    text: n === 0 ? `- ${line.text}` : `  ${line.text}`,
  }));
}

function written(value: unknown, at: ItemAt): readonly ChangeLine[] {
  const { path, depth, kind } = at;
  if (!isMapping(value)) return [{ kind, depth, text: scalar(value), path }];
  return Object.entries(value).flatMap(([key, one]) => {
    const inside = { ...at, path: `${path}.${key}`, depth: depth + 1 };
    if (isMapping(one)) return [{ kind, depth, text: `${key}:`, path }, ...written(one, inside)];
    if (Array.isArray(one) && one.some(isMapping))
      return [
        { kind, depth, text: `${key}:`, path },
        ...one.flatMap((each: unknown) =>
          written(each, inside).map((line, n) => ({ ...line, text: n === 0 ? `- ${line.text}` : `  ${line.text}` })),
        ),
      ];
    return [{ kind, depth, text: `${key}: ${scalar(one)}`, path: inside.path }];
  });
}

/** Two texts of several lines: what they begin and end with alike is left out. */
function textLines(before: string, after: string, { path, depth }: At): readonly ChangeLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const lines = (kind: 'added' | 'removed', all: readonly string[]) =>
    cut(all.slice(head, all.length - tail)).map((text) => ({ kind, depth, text, path }));
  return [...lines('removed', old), ...lines('added', now)];
}

const MOST_LINES = 40;

function cut(lines: readonly string[]): readonly string[] {
  return lines.length > MOST_LINES
    ? [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more lines`]
    : lines;
}

function shortName(value: unknown): string {
  if (!isMapping(value)) return scalar(value);
  const key = 'name' in value ? 'name' : 'ipSet' in value ? 'ipSet' : undefined;
  return key === undefined ? '…' : `${key}: ${scalar(value[key])}`;
}

/** A value as YAML writes it in one line. */
export function scalar(value: unknown): string {
  if (typeof value === 'string') {
    if (value.includes('\n')) return `| (${value.split('\n').length} lines)`;
    const isPlain =
      value !== '' &&
      !/^[\s"'[\]{}#&*!|>%@`]|^- |[:#]\s|:$|^(true|false|null|~)$|\s$/i.test(value) &&
      Number.isNaN(Number(value));
    return isPlain ? value : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((one) => (isMapping(one) ? '…' : scalar(one))).join(', ')}]`;
  return isMapping(value) ? JSON.stringify(value) : String(value);
}
