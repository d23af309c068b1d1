// RSET: forgets the transaction and keeps the client's name and login (RFC 5321 section 4.1.1.5).
import type { Answer, Dialogue } from '../dialogue.ts';

export function rset(d: Dialogue, argument: string): Answer {
  if (argument !== '')
    return d.wrong('command', 'syntax', {
      because: 'RSET has no parameters (RFC 5321 section 4.1.1.5)',
      detail: 'RSET',
    });
  d.reset();
  return d.plain('command', 'rset-ok', 'the transaction is forgotten');
}
