// The macro language of SPF (RFC 7208 section 7): read, and expanded with the values of one evaluation.
import { isTopLabel } from './names.ts';

/** The letters in lower case (section 7.2). */
export type Letter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'v' | 'c' | 'r' | 't';

export interface Macro {
  readonly letter: Letter;
  /** An upper case letter: the value is URL escaped. */
  readonly escapes: boolean;
  /** Parts counted from the right; 0 is all of them. */
  readonly parts: number;
  readonly reverses: boolean;
  /** Empty is the dot. */
  readonly delimiters: string;
}

export interface MacroString {
  /** Literals, and what is expanded. */
  readonly parts: readonly (string | Macro)[];
  readonly letters: ReadonlySet<Letter>;
}

export interface MacroMistake {
  readonly mistake: string;
}

/**
 * Where it stands decides what it may hold: a domain-spec ends in a toplabel or a macro, c, r and t are for explanations, and only
 * these have blanks. What unknown modifiers hold is grammar alone.
 */
export type MacroPlace = 'domain' | 'explanation' | 'modifier';

const onlyExplaining: ReadonlySet<string> = new Set(['c', 'r', 't']);
const letters: ReadonlySet<string> = new Set(['s', 'l', 'o', 'd', 'i', 'p', 'h', 'v', ...onlyExplaining]);
const plain = { '%': '%', _: ' ', '-': '%20' } as const;
const longestDomain = 253;
/** An explanation is cut at far less. */
const longestExpansion = 1000;

/** Reads a domain-spec, an explain-string or a macro-string, or says what is wrong with it (section 7.1). */
export function readMacros(text: string, place: MacroPlace): MacroString | MacroMistake {
  const parts: (string | Macro)[] = [];
  const used = new Set<Letter>();
  const stray = place === 'explanation' ? /[^\x20-\x7e]/ : /[^\x21-\x7e]/;
  if (stray.test(text)) return { mistake: 'a character that is not allowed' };
  const macro = /%(?:\{([a-z])(\d*)(r?)([.\-+,/_=]*)\}|([%_-]))/iy;
  let at = 0;
  for (let percent = text.indexOf('%'); percent >= 0; percent = text.indexOf('%', at)) {
    if (percent > at) parts.push(text.slice(at, percent));
    macro.lastIndex = percent;
    const [all = '', written = '', digits = '', r = '', delimiters = '', sign] = macro.exec(text) ?? [];
    if (all === '') return { mistake: `a % that begins no macro: ${text.slice(percent, percent + 20)}` };
    at = percent + all.length;
    if (sign !== undefined) {
      parts.push(plain[sign as keyof typeof plain]);
      continue;
    }
    const letter = written.toLowerCase();
    if (!isLetter(letter)) return { mistake: `no such macro: ${all}` };
    if (place === 'domain' && onlyExplaining.has(letter)) return { mistake: `${all} is for explanations only` };
    if (digits !== '' && Number(digits) === 0) return { mistake: `${all}: no parts at all` };
    used.add(letter);
    parts.push({ letter, escapes: letter !== written, parts: Number(digits), reverses: r !== '', delimiters });
  }
  if (at < text.length) parts.push(text.slice(at));
  if (place === 'domain' && !endsDomain(text, at)) return { mistake: endMistake(text) };
  return { parts, letters: used };
}

function isLetter(text: string): text is Letter {
  return letters.has(text);
}

/** domain-end: a macro, or a dot and a toplabel behind the last one. */
function endsDomain(text: string, behindMacros: number): boolean {
  if (text === '') return false;
  if (behindMacros === text.length) return true;
  const end = text.endsWith('.') ? text.length - 1 : text.length;
  const dot = text.lastIndexOf('.', end - 1);
  return dot >= behindMacros && isTopLabel(text.slice(dot + 1, end));
}

function endMistake(text: string): string {
  return text === '' ? 'no domain' : `no domain at its end: ${text.slice(-40)}`;
}

/** Values by letter. */
export type MacroValues = Readonly<Record<Letter, string>>;

/**
 * Expanded for a question to DNS: of what is longer than a name only the right end is made, since labels are taken away from the
 * left (section 7.3).
 */
export function expandDomain({ parts }: MacroString, values: MacroValues): string {
  let name = '';
  for (let at = parts.length - 1; at >= 0 && name.length <= longestDomain + 1; at -= 1)
    name = valueOf(parts[at] ?? '', values) + name;
  return name;
}

/** Expanded for people to read; cut where nobody reads on. */
export function expandText({ parts }: MacroString, values: MacroValues): string {
  let text = '';
  for (const part of parts) {
    text += valueOf(part, values);
    if (text.length > longestExpansion) break;
  }
  return text;
}

function valueOf(part: string | Macro, values: MacroValues): string {
  if (typeof part === 'string') return part;
  const text = transformed(values[part.letter], part);
  return part.escapes ? escaped(text) : text;
}

/** Split at the delimiters, turned round, cut from the left, joined with dots (section 7.3). */
function transformed(value: string, { parts, reverses, delimiters }: Macro): string {
  if (parts === 0 && !reverses && delimiters === '') return value;
  const split =
    delimiters === '' ? value.split('.') : value.split(new RegExp(`[${delimiters.replaceAll('-', '\\-')}]`));
  if (reverses) split.reverse();
  return (parts === 0 ? split : split.slice(-parts)).join('.');
}

/** All but the unreserved characters of RFC 3986 section 2.3. */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~]/gu, (each) =>
    [...new TextEncoder().encode(each)]
      .map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
