// Replies as they arrive: read from bytes, compared with what a scenario expects, and told to a person.
import type { Replies } from '../contract/scenarioStep.ts';
import { readable } from '../contract/transcript.ts';

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
    this.#pending += chunk.toString('latin1');
    const done: Reply[] = [];
    for (let end = this.#pending.indexOf('\n'); end >= 0; end = this.#pending.indexOf('\n')) {
      const raw = this.#pending.slice(0, end + 1);
      this.#pending = this.#pending.slice(end + 1);
      const line = raw.replace(/\r?\n$/, '');
      this.#bytes += raw;
      this.#lines.push(line);
      if (/^\d{3}-/.test(line)) continue;
      done.push(replyOf(this.#lines, this.#bytes, at));
      this.#lines = [];
      this.#bytes = '';
    }
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
export function matches(reply: Reply, patterns: Replies): boolean {
  return [patterns].flat().some((pattern) => {
    const [code = '', enhanced] = String(pattern).split(' ');
    const same = code.endsWith('xx') ? Math.floor(reply.code / 100) === Number(code[0]) : reply.code === Number(code);
    return same && (enhanced === undefined || enhanced === reply.enhanced);
  });
}

/** What is expected, in words. */
export const named = (patterns: Replies): string => [patterns].flat().join(' or ');

/** The reply on one line. */
export function told(reply: Reply): string {
  const text = readable(reply.bytes.replace(/\r?\n$/, '').replace(/\r?\n/g, ' / '));
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
