// Where a cursor stands in a YAML of settings, and what the schema offers there. Pure; reads indentation, not YAML.
import type { Meta } from '../../../core/contract/settings/leaf.ts';
import { nodeAt, type Node, root } from './tree.ts';

export interface YamlPlace {
  /** Keys from the outside in; `-` for an item of a list. */
  readonly path: readonly string[];
  /** A value is being written for the last key of the path; else a key. */
  readonly isValue: boolean;
  /** What was typed of the word the cursor is in. */
  readonly typed: string;
}

interface Token {
  readonly column: number;
  readonly key: string;
}

/** The dashes and the key of a line. */
function tokensOf(line: string): readonly Token[] {
  const found = /^(\s*)((?:- +)*)(?:([A-Za-z][\w-]*)\s*:|(-)\s*$)?/.exec(line);
  if (!found) return [];
  const [, space = '', dashes = '', key, lone] = found;
  const tokens: Token[] = [];
  let column = space.length;
  for (const dash of dashes.match(/- +/g) ?? []) {
    tokens.push({ column, key: '-' });
    column += dash.length;
  }
  if (key !== undefined) tokens.push({ column, key });
  if (lone !== undefined) tokens.push({ column, key: '-' });
  return tokens;
}

/** Reads the place of a cursor: `before` are the lines above, `line` the text of its line up to the cursor. */
export function placeAt(before: readonly string[], line: string): YamlPlace | undefined {
  if (/^\s*#/.test(line) || /\s#/.test(line)) return undefined;
  const value = /^(\s*(?:- +)*)([A-Za-z][\w-]*)\s*:\s+(?:\[(?:[^\]]*,)?\s*)?([\w.-]*)$/.exec(line);
  const key = /^(\s*(?:- +)*)([\w-]*)$/.exec(line);
  const found = value ?? key;
  if (!found) return undefined;
  const own = tokensOf(found[1] === undefined ? line : `${found[1]}x:`);
  const column = own.at(-1)?.column ?? 0;
  const path: string[] = [];
  let limit = column;
  let isUnderDash = false;
  const climb = (tokens: readonly Token[]) => {
    for (const token of tokens.toReversed()) {
      const isParent = token.column < limit || (isUnderDash && token.key !== '-' && token.column === limit);
      if (!isParent) continue;
      path.unshift(token.key);
      limit = token.column;
      isUnderDash = token.key === '-';
    }
  };
  climb(own.slice(0, -1));
  for (const above of before.toReversed()) {
    if (limit === 0 && !isUnderDash) break;
    if (/^\s*(#|$)/.test(above)) continue;
    climb(tokensOf(above));
  }
  return value
    ? { path: [...path, value[2] ?? ''], isValue: true, typed: value[3] ?? '' }
    : { path, isValue: false, typed: key?.[2] ?? '' };
}

/** The node of a place's path; the items of every list are alike. */
export function nodeOfPlace(path: readonly string[]): Node | undefined {
  return path.length === 0 ? root : nodeAt(path.map((key) => (key === '-' ? '0' : key)).join('.'));
}

export interface Offer {
  readonly label: string;
  readonly insert: string;
  readonly detail: string;
  readonly info: string;
}

/** What can be written at a place. */
export function offersAt({ path, isValue }: YamlPlace): readonly Offer[] {
  const node = nodeOfPlace(path);
  const parent = nodeOfPlace(path.slice(0, -1));
  if (path.at(-1) === '-' && parent?.meta.kind === 'set') return valueOffers(parent.meta);
  if (!node) return [];
  if (isValue) return node.meta.kind === undefined ? [] : valueOffers(node.meta);
  return (node.members ?? []).map(([key, { meta, members, item }]) => ({
    label: key,
    insert: members || (item && meta.kind === 'list') ? `${key}:` : `${key}: `,
    detail: meta.title,
    info: meta.help,
  }));
}

function valueOffers(meta: Meta): readonly Offer[] {
  const offer = (label: string, detail = '', info = '') => ({ label, insert: label, detail, info });
  switch (meta.kind) {
    case 'flag':
      return [offer('true', 'on'), offer('false', 'off')];
    case 'choice':
    case 'set':
      return (meta.options ?? []).map(({ value, title, help = '' }) =>
        offer(value, title === value ? '' : title, help),
      );
    case 'limit':
      return [offer('unlimited')];
    default:
      return [];
  }
}
