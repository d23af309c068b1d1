// EHLO and HELO: the client names itself, and whatever transaction was open is forgotten (RFC 5321 section 4.1.1.1).
import type { Answer, Dialogue } from '../dialogue.ts';
import { keywords } from '../capabilities.ts';
import { isPositive } from '../fate.ts';
import { type NoHelo, parseHelo } from '../grammar.ts';
import { leniently } from '../leniency.ts';

export const ehlo = (d: Dialogue, argument: string) => hello(d, 'EHLO', argument);
export const helo = (d: Dialogue, argument: string) => hello(d, 'HELO', argument);

const problems: Readonly<Record<NoHelo['why'], string>> = {
  empty: 'the name is missing (RFC 5321 section 4.1.1.1)',
  domain: 'the name is no domain (RFC 5321 section 4.1.2)',
  literal: 'the address literal is none (RFC 5321 section 4.1.3)',
  'domain-too-long': 'the name is longer than 255 octets (RFC 5321 section 4.5.3.1.2)',
  more: 'something stands behind the name (RFC 5321 section 4.1.1.1)',
  'above-ascii': 'the name has octets above 0x7F, where A-labels belong (RFC 6531 section 3.7.1)',
};

function hello(d: Dialogue, verb: 'EHLO' | 'HELO', argument: string): Answer | Promise<Answer> {
  const read = parseHelo(argument, verb);
  if (!read.ok) return d.wrong('ehlo', 'syntax', { because: problems[read.why], detail: `${verb} hostname` });
  const refusal = leniently(d, 'ehlo', read.lenient);
  if (refusal) return refusal;
  // RFC 5321 section 4.1.4: EHLO in the middle of a transaction does what RSET does.
  d.reset();
  const { session } = d.facts;
  const before = session.helo;
  delete session.spfEhlo;
  delete session.ehloName;
  const { fate } = session;
  delete session.fate;
  session.helo = { verb, name: read.name };
  return d.decided('ehlo', (verdict) => {
    if (!isPositive(verdict)) {
      if (fate) session.fate = fate;
      if (before) session.helo = before;
      else delete session.helo;
      return { verdict };
    }
    if (verb === 'HELO') return { verdict };
    const { listener, peer } = d.facts.connection;
    return { verdict, lines: keywords(d.settings, { listener, peer, secured: d.wire.secured, tls: session.tls }) };
  });
}
