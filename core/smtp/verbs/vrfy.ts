// VRFY: the same answer for every name, so that nobody learns who exists (RFC 5321 sections 3.5.3 and 7.3).
import type { Answer, Dialogue } from '../dialogue.ts';

export function vrfy(d: Dialogue, argument: string): Answer {
  if (argument === '')
    return d.wrong('command', 'syntax', {
      because: 'VRFY takes a name (RFC 5321 section 4.1.1.6)',
      detail: 'VRFY name',
    });
  return d.plain('command', 'vrfy', 'the same answer for every name keeps the list of users private');
}
