// Replies as they arrive: read from bytes, compared with what a scenario expects, and told to a person.
import type { Replies } from '../contract/scenarioStep.ts';
import { readable } from '../contract/transcriptWords.ts';

/** One complete reply (RFC 5321 section 4.2.1). */
export interface Reply {
  /** 0 when the line is no SMTP reply. */
  readonly code: number;
  /** Enhanced status code of the last line (RFC 3463). */
  readonly enhanced?: string;
  /** Text of each line, behind code and separator. */
  readonly lines: readonly string[];
  /** Exactly what came, one character per octet. */
  readonly bytes: string;
  /** ms by the world's clock when its last byte was read. */
  readonly at: number;
}

/** The most bytes of an unfinished reply that are kept; a server that sends more talks no SMTP. */
const LONGEST = 1_048_576;

/** Cuts a stream of bytes into replies. */
export class ReplyReader {
  #pending = '';
  #lines: string[] = [];
  #bytes = '';

  /** Takes what was read at `at`, gives the replies that are now complete. */
  push(chunk: Buffer, at: number): Reply[] {
    const text = this.#pending + chunk.latin1Slice();
    const done: Reply[] = [];
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const raw = text.slice(from, end + 1);
      from = end + 1;
      const line = raw.slice(0, raw.endsWith('\r\n') ? -2 : -1);
      this.#bytes += raw;
      this.#lines.push(line);
      if (isContinued(line)) continue;
      done.push(replyOf(this.#lines, this.#bytes, at));
      this.#lines = [];
      this.#bytes = '';
    }
    this.#pending = text.slice(from);
    if (this.#pending.length + this.#bytes.length > LONGEST) {
      done.push({ code: 0, lines: ['a reply without end'], bytes: this.#bytes + this.#pending, at });
      this.#pending = '';
      this.#lines = [];
      this.#bytes = '';
    }
    return done;
  }

  /** What came after the last complete reply, one character per octet. */
  rest(): string {
    return this.#bytes + this.#pending;
  }
}

const isDigit = (code: number) => code >= 48 && code <= 57;
const isContinued = (line: string) =>
  line.charCodeAt(3) === 45 &&
  isDigit(line.charCodeAt(0)) &&
  isDigit(line.charCodeAt(1)) &&
  isDigit(line.charCodeAt(2));

function replyOf(raw: readonly string[], bytes: string, at: number): Reply {
  const last = raw.at(-1) ?? '';
  const match = /^([2-5]\d\d)(?: (.*))?$/.exec(last);
  if (!match) return { code: 0, lines: raw, bytes, at };
  const enhanced = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(match[2] ?? '')?.[1];
  const lines = raw.map((line) => line.slice(4));
  const code = Number(match[1]);
  return enhanced === undefined ? { code, lines, bytes, at } : { code, enhanced, lines, bytes, at };
}

/** Whether the reply is one of the patterns: `250`, `5xx`, or `550 5.7.1`. */
export const matches = (reply: Reply, patterns: Replies): boolean => matcher(patterns)(reply);

/** The patterns read, for many replies. */
export function matcher(patterns: Replies): (reply: Reply) => boolean {
  const read = [patterns].flat().map((pattern) => {
    const [code = '', enhanced] = String(pattern).split(' ');
    return { of: code.endsWith('xx') ? Number(code[0]) * 100 : undefined, code: Number(code), enhanced };
  });
  return (reply) =>
    read.some(
      ({ of, code, enhanced }) =>
        (of === undefined ? reply.code === code : reply.code >= of && reply.code < of + 100) &&
        (enhanced === undefined || enhanced === reply.enhanced),
    );
}

/** What is expected, in words. */
export const named = (patterns: Replies): string => [patterns].flat().join(' or ');

/** The reply on one line. */
export function told(reply: Reply): string {
  const text = readable(reply.bytes.replace(/\r?\n$/, '').replace(/\r?\n/g, ' / '));
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
