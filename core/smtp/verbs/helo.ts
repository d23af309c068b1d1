// EHLO and HELO: the client names itself, and whatever transaction was open is forgotten (RFC 5321 section 4.1.1.1).
import type { Answer, Dialogue } from '../dialogue.ts';
import { keywords } from '../capabilities.ts';
import { heloName } from './words.ts';

export const ehlo = (d: Dialogue, args: string) => hello(d, 'EHLO', args);
export const helo = (d: Dialogue, args: string) => hello(d, 'HELO', args);

function hello(d: Dialogue, verb: 'EHLO' | 'HELO', args: string): Answer | Promise<Answer> {
  const name = heloName(args);
  if (name === undefined)
    return d.wrong('ehlo', 'syntax', 'the name is missing, or no host name or address literal', `${verb} hostname`);
  // RFC 5321 section 4.1.4: EHLO in the middle of a transaction does what RSET does.
  d.reset();
  const { session } = d.facts;
  const before = session.helo;
  delete session.spfEhlo;
  session.helo = { verb, name };
  return d.decided('ehlo', (verdict) => {
    if (verdict.action !== 'accept') {
      if (before) session.helo = before;
      else delete session.helo;
      return { verdict };
    }
    if (verb === 'HELO') return { verdict };
    return { verdict, lines: keywords(d.settings, d.facts.connection.listener, d.wire.secured) };
  });
}
