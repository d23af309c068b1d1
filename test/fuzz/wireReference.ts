// What WireParser should make of a whole conversation: slow, obvious, over the complete input (test reference).
import type { DataException } from '../../core/contract/event.ts';
import type { WireDataFacts } from '../../core/smtp/wireMessage.ts';
import type { LineEnd, LineEndPolicy, WireLine } from '../../core/smtp/wireLine.ts';

export interface Rules {
  readonly maxLine: number;
  readonly longLine: LineEndPolicy;
  readonly commandBareCr: LineEndPolicy;
  readonly limit: number;
  readonly bareLf: LineEndPolicy;
  readonly bareCr: LineEndPolicy;
  readonly nul: LineEndPolicy;
  readonly eightBit: LineEndPolicy;
  readonly longTextLine: LineEndPolicy;
  readonly maxTextLine: number;
}

type LineFacts = Omit<WireLine, 'bytes' | 'started' | 'arrival' | 'segments' | 'bufferedAfter'>;
type MessageFacts = Omit<WireDataFacts, 'segments'>;

/** What segmentation must not change. Octets are characters. */
export type Heard =
  | { readonly line: string; readonly facts: LineFacts }
  | { readonly message: string; readonly facts: MessageFacts }
  /** Octets that came of a chunk, and how many were announced. */
  | { readonly chunk: number; readonly announced: number }
  /** What had been handed over of a message that never ended. */
  | { readonly cut: string };

type Token = { readonly end: LineEnd | null; readonly text: string };

/** What a command line of the test's own protocol asks for; SESSION's reading of BDAT is not at stake here. */
export function asked(line: string): 'message' | { readonly octets: number; readonly last: boolean } | undefined {
  if (line === 'DATA') return 'message';
  const chunk = /^BDAT (\d{1,4})( LAST)?$/.exec(line);
  return chunk ? { octets: Number(chunk[1]), last: chunk[2] !== undefined } : undefined;
}

/** Reads everything; `DATA` starts a message, `BDAT` a chunk, and all chunks up to `LAST` are one message. */
export function reference(input: string, rules: Rules): Heard[] {
  const heard: Heard[] = [];
  let skippedBefore = 0;
  let chunked: string | null = null;
  let at = 0;
  while (at < input.length) {
    const { content, terminator, next } = lineAt(input, at, rules.commandBareCr === 'allow');
    const raw = input.slice(at, next);
    const most = rules.longLine === 'allow' ? 1_048_574 : rules.maxLine - 2;
    const isLong = content.length > most;
    at = next;
    if (isLong && rules.longLine !== 'normalise') {
      // A CR is known to be content by the octet behind it, so that octet has been read too.
      const seen = raw.slice(0, most + (raw[most] === '\r' ? 2 : 1));
      const leftInCr = terminator === 'none' && seen === raw && seen.endsWith('\r');
      const facts: LineFacts = {
        ...{ terminator: 'none', tooLong: true, cut: false, length: most + 3, skippedBefore },
        ...{ hasNul: seen.includes('\0'), hasEightBit: /[\x80-\xff]/.test(seen) },
        hasBareCr: /\r[^\n]/.test(seen) || leftInCr,
      };
      heard.push({ line: content.slice(0, most), facts });
      skippedBefore = raw.length - seen.length;
      continue;
    }
    const facts: LineFacts = {
      ...{ terminator, tooLong: false, cut: isLong, length: raw.length, skippedBefore },
      ...{
        hasNul: content.includes('\0'),
        hasEightBit: /[\x80-\xff]/.test(content),
        hasBareCr: content.includes('\r'),
      },
    };
    const line = content.slice(0, most);
    heard.push({ line, facts });
    skippedBefore = 0;
    const wanted = terminator === 'none' ? undefined : asked(line);
    if (wanted === 'message') {
      const message = readMessage(tokenise(input.slice(at)), rules);
      heard.push(message.heard);
      at += message.length;
    } else if (wanted !== undefined) {
      const chunk = input.slice(at, at + wanted.octets);
      at += chunk.length;
      chunked = (chunked ?? '') + chunk;
      heard.push({ chunk: chunk.length, announced: wanted.octets });
      if (chunk.length < wanted.octets) heard.push({ cut: cut(tokenise(chunked), rules) });
      else if (wanted.last) {
        heard.push(summarise(tokenise(chunked), { dotsRemoved: 0, ended: null, rules }));
        chunked = null;
      }
    }
  }
  return heard;
}

function lineAt(input: string, from: number, splitsAtCr: boolean) {
  for (let i = from; i < input.length; i++) {
    if (input[i] === '\n') {
      const hasCr = i > from && input[i - 1] === '\r';
      const terminator: WireLine['terminator'] = hasCr ? 'crlf' : 'lf';
      return { content: input.slice(from, hasCr ? i - 1 : i), terminator, next: i + 1 };
    }
    if (splitsAtCr && input[i] === '\r' && input[i + 1] !== '\n')
      return { content: input.slice(from, i), terminator: 'cr' as const, next: i + 1 };
  }
  return { content: input.slice(from), terminator: 'none' as const, next: input.length };
}

function readMessage(tokens: readonly Token[], rules: Rules): { heard: Heard; length: number } {
  const ends = (index: number) => {
    const end = tokens[index]!.end;
    if (end === 'lf') return rules.bareLf === 'allow';
    // The very last CR of the input may be half of a CRLF.
    if (end === 'cr') return rules.bareCr === 'allow' && index < tokens.length - 1;
    return end === 'crlf';
  };
  const message: Token[] = [];
  const lengthTo = (index: number) => textOf(tokens.slice(0, index)).length;
  let dotsRemoved = 0;
  let previous: LineEnd = 'crlf';
  let at = 0;
  while (at < tokens.length) {
    const start = at;
    while (at < tokens.length && !ends(at)) at++;
    const dotted = tokens[start]!.text === '.';
    const line = tokens.slice(dotted ? start + 1 : start, at);
    const end = tokens[at++];
    if (end === undefined) {
      // The client left in the middle of a line. A dot and a CR may have been the end of the message, so they wait.
      const waits = dotted && line.length === 1 && line[0]!.end === 'cr';
      return { heard: { cut: cut([...message, ...(waits ? [] : line)], rules) }, length: lengthTo(at) };
    }
    if (dotted && line.length === 0) {
      const ended = `${previous}.${end.end!}` as const;
      return { heard: summarise(message, { dotsRemoved, ended, rules }), length: lengthTo(at) };
    }
    if (dotted) dotsRemoved++;
    message.push(...line, end);
    previous = end.end!;
  }
  return { heard: { cut: cut(message, rules) }, length: lengthTo(at) };
}

/** A CR at the very end has been handed over, and what it is, is not known. */
function cut(message: readonly Token[], rules: Rules): string {
  const endsInCr = message.at(-1)?.end === 'cr';
  const text = delivered(endsInCr ? message.slice(0, -1) : message, rules).text + (endsInCr ? '\r' : '');
  return text.slice(0, rules.limit);
}

function policyOf(token: Token, rules: Rules): LineEndPolicy {
  if (token.end === 'lf') return rules.bareLf;
  return token.end === 'cr' ? rules.bareCr : 'allow';
}

/** The text as it is handed over, line by line, and what was seen on the way. */
function delivered(message: readonly Token[], rules: Rules) {
  const exceptions: DataException[] = [];
  let text = '';
  let lines = 0;
  let longLines = 0;
  let longestLine = 0;
  let lineStart = 0;
  let isNoted = false;
  let inHeader = true;
  const checkLength = () => {
    if (isNoted || text.length - lineStart <= rules.maxTextLine) return;
    isNoted = true;
    longLines++;
    exceptions.push({ kind: 'long-line', offset: lineStart + rules.maxTextLine });
  };
  const note = (kind: DataException['kind']) => {
    checkLength();
    exceptions.push({ kind, offset: text.length });
  };
  const endLine = () => {
    lines++;
    longestLine = Math.max(longestLine, text.length - lineStart);
    lineStart = text.length;
  };
  for (const token of message) {
    const isDropped = token.text === '\0' && rules.nul === 'normalise';
    const isFull = token.end === null && !isDropped && text.length - lineStart >= rules.maxTextLine - 2;
    if (rules.longTextLine === 'normalise' && isFull) {
      if (!isNoted) longLines++;
      if (!isNoted) exceptions.push({ kind: 'long-line', offset: text.length });
      isNoted = true;
      text += '\r\n';
      endLine();
      if (inHeader) text += ' ';
    }
    if (token.end === 'lf') note('bare-lf');
    if (token.end === 'cr') note('bare-cr');
    if (token.text === '\0') note('nul');
    const policy = policyOf(token, rules);
    const ending = policy === 'normalise' ? '\r\n' : token.text;
    if (token.end !== null) text += ending;
    else if (!isDropped)
      text += token.text >= '\x80' && rules.eightBit === 'normalise' ? cleared(token.text) : token.text;
    if (token.end === null || policy === 'reject') continue;
    if (text.length - lineStart === ending.length) inHeader = false;
    checkLength();
    endLine();
    isNoted = false;
  }
  checkLength();
  return { text, lines, longLines, longestLine: Math.max(longestLine, text.length - lineStart), exceptions };
}

function cleared(octet: string): string {
  const low = String.fromCharCode(octet.charCodeAt(0) - 128);
  return /[\0\r\n]/.test(low) ? '?' : low;
}

type Ending = { readonly dotsRemoved: number; readonly ended: WireDataFacts['ended']; readonly rules: Rules };

function summarise(message: readonly Token[], { dotsRemoved, ended, rules }: Ending): Heard {
  const { text, exceptions, lines, longLines, longestLine } = delivered(message, rules);
  const count = (wanted: (token: Token) => boolean) => message.filter(wanted).length;
  return {
    message: text.slice(0, rules.limit),
    facts: {
      bytes: text.length,
      ...{ lines, longLines, longestLine },
      bareLf: count((token) => token.end === 'lf'),
      bareCr: count((token) => token.end === 'cr'),
      nul: count((token) => token.text === '\0'),
      eightBit: count((token) => token.text >= '\x80'),
      overLimit: text.length > rules.limit,
      dotsRemoved,
      exceptions: exceptions.sort((a, b) => a.offset - b.offset).slice(0, 100),
      ended,
    },
  };
}

function tokenise(input: string): Token[] {
  const tokens: Token[] = [];
  for (const [text] of input.matchAll(/\r\n|[^]/g)) {
    tokens.push({ text, end: text === '\r\n' ? 'crlf' : text === '\n' ? 'lf' : text === '\r' ? 'cr' : null });
  }
  return tokens;
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join('');
}
