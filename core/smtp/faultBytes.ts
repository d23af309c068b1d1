// What a fault makes of a reply: the pieces that are sent, the time between them, and how the connection goes on.
import { assertNever } from '../contract/never.ts';
import type { Fault } from './faultChoice.ts';

/** How a spoilt reply is sent. */
export interface Course {
  /** Written one after the other; one character per octet. */
  readonly pieces: readonly string[];
  /** Before the first piece, ms. */
  readonly before: number;
  /** Between two pieces, ms. */
  readonly between: number;
  /** What follows: the connection is dropped, or closed behind what was sent. */
  readonly then?: 'drop' | 'end';
  /** What was done, in words. */
  readonly did: string;
}

/** Whether it is sent at once and in one piece, and nothing follows. */
export const isPlain = ({ pieces, before, then }: Course): boolean =>
  pieces.length < 2 && before === 0 && then === undefined;

/** `meant`: whole lines with CRLF, as the reply would have been. `host` opens a 421 (RFC 5321 section 4.2.3). */
export function spoil(meant: string, fault: Fault, host: string): Course {
  const { code, text, pause, size } = fault;
  switch (fault.what) {
    case 'answer':
      return whole(`${code} ${text}\r\n`, 'answered otherwise');
    case 'close':
      return whole(`421 ${host} ${text}\r\n`, 'answered 421 and closed');
    case 'drop-before':
      return { ...whole('', 'dropped before the reply'), pieces: [], then: 'drop' };
    case 'drop-after':
      return { ...whole(meant, 'closed behind the reply'), then: 'end' };
    case 'silence':
      return { ...whole('', 'nothing was said'), pieces: [] };
    case 'delay':
      return { ...whole(meant, `said ${pause} ms late`), before: pause };
    case 'bytes':
      return { ...whole('', `said byte by byte, ${pause} ms apart`), pieces: [...meant], between: pause };
    case 'unfinished':
      return whole(unfinished(meant), 'the end was left out');
    case 'digits':
      return whole(meant.replaceAll(/^(\d)\d(\d)/gm, '$1X$2'), 'the code was spoilt');
    case 'huge':
      return whole(`${padding(meant.slice(0, 3), size * 1024)}${meant}`, `${size} KB were put in front`);
    case 'lf':
      return whole(meant.replaceAll('\r\n', '\n'), 'lines ended in bare LF');
    case 'extra':
      return whole(`${meant}${code} ${text}\r\n`, 'another reply was put behind');
    default:
      return assertNever(fault.what);
  }
}

const whole = (bytes: string, did: string): Course => ({ pieces: [bytes], before: 0, between: 0, did });

/** Without the last of several lines; of a single line without its end. */
function unfinished(meant: string): string {
  const last = meant.lastIndexOf('\r\n', meant.length - 3);
  return last < 0 ? meant.slice(0, -2) : meant.slice(0, last + 2);
}

/** A reply line holds at most 512 octets (RFC 5321 section 4.5.3.1.5). */
const LINE = 512;

/** Lines of a reply that goes on, `octets` together. */
function padding(code: string, octets: number): string {
  const filler = 'x'.repeat(LINE - '250-\r\n'.length);
  const last = octets % LINE;
  const rest = last < 6 ? '' : `${code}-${filler.slice(0, last - 6)}\r\n`;
  return `${code}-${filler}\r\n`.repeat(Math.floor(octets / LINE)) + rest;
}
