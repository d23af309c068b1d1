// QUIT: the client says goodbye; 221, then the connection closes (RFC 5321 section 4.1.1.10).
import type { Answer, Dialogue } from '../dialogue.ts';

export function quit(d: Dialogue, args: string): Answer {
  if (args !== '') return d.wrong('command', 'syntax', 'QUIT has no parameters (RFC 5321 section 4.1.1.10)', 'QUIT');
  return { ...d.plain('command', 'quit-ok', 'the client has asked for the end'), then: 'quit' };
}
