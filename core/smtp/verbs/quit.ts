// QUIT: the client says goodbye; 221, then the connection closes (RFC 5321 section 4.1.1.10).
import type { Answer, Dialogue } from '../dialogue.ts';

export function quit(d: Dialogue, argument: string): Answer {
  if (argument !== '')
    return d.wrong('command', 'syntax', {
      because: 'QUIT has no parameters (RFC 5321 section 4.1.1.10)',
      detail: 'QUIT',
    });
  return { ...d.plain('command', 'quit-ok', 'the client has asked for the end'), then: 'quit' };
}
