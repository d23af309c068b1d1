// The commands of a session: one line each; what is not here does not exist.
import type { Answer, Dialogue } from '../dialogue.ts';
import { auth } from './auth.ts';
import { bdat } from './bdat.ts';
import { data } from './data.ts';
import { etrn } from './etrn.ts';
import { ehlo, helo } from './helo.ts';
import { help } from './help.ts';
import { mail } from './mail.ts';
import { noop } from './noop.ts';
import { quit } from './quit.ts';
import { rcpt } from './rcpt.ts';
import { rset } from './rset.ts';
import { startTls } from './starttls.ts';
import { expn, vrfy } from './vrfy.ts';
import { xclient } from './xclient.ts';

/** A verb takes what stands behind it; blanks at both ends are gone. `behind`: octets that had arrived behind the line. */
export type Verb = (d: Dialogue, argument: string, behind: number) => Answer | Promise<Answer>;

export const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['EHLO', ehlo],
  ['HELO', helo],
  ['STARTTLS', startTls],
  ['AUTH', auth],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', data],
  ['BDAT', bdat],
  ['RSET', rset],
  ['NOOP', noop],
  ['QUIT', quit],
  ['HELP', help],
  ['VRFY', vrfy],
  ['EXPN', expn],
  ['ETRN', etrn],
  ['XCLIENT', xclient],
  // RFC 5321 section 4.2.4 and appendices F.1 and F.6: known, and not implemented.
  ['TURN', notImplemented],
  ['SEND', notImplemented],
  ['SOML', notImplemented],
  ['SAML', notImplemented],
]);

function notImplemented(d: Dialogue): Answer {
  return d.wrong('command', 'not-implemented', {
    because: 'the command is known, but not offered (RFC 5321 section 4.2.4)',
  });
}
