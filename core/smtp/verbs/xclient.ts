// XCLIENT: a trusted client says in whose name it speaks; the session begins anew as that client's (Postfix, XCLIENT_README).
import type { ConnectionFacts, Endpoint, XclientFacts } from '../../contract/facts.ts';
import { offersXclient } from '../capabilities.ts';
import type { Answer, Dialogue } from '../dialogue.ts';
import { readXclient, type XclientSaid } from '../xclientAttributes.ts';

/** An address nobody has: what no rule for particular addresses can mean. */
const nobody = '0.0.0.0';

export function xclient(d: Dialogue, argument: string): Answer | Promise<Answer> {
  const { connection } = d.facts;
  if (!offersXclient(connection))
    return d.wrong('command', 'xclient-refused', {
      because: `${connection.peer.address} is not in listeners.${connection.listenerIndex}.xclient`,
    });
  if (d.facts.transaction)
    return d.wrong('command', 'sequence-nested-mail', { because: 'XCLIENT within a mail transaction' });
  const read = readXclient(argument);
  if (!read.ok) return d.wrong('command', 'syntax', { because: read.because, detail: read.because });
  const { said } = read;
  d.begin(standIn(connection, said));
  const { session } = d.facts;
  if (said.helo) session.helo = { verb: said.protocol === 'SMTP' ? 'HELO' : 'EHLO', name: said.helo };
  if (said.login) session.user = said.login;
  d.record({ kind: 'xclient', peer: d.facts.connection.peer, xclient: d.facts.connection.xclient as XclientFacts });
  return d.decided('connect', (verdict): Answer => {
    // As behind a greeting: after 554 only QUIT is taken (RFC 5321 section 3.1).
    d.refused = verdict.action !== 'accept';
    return { verdict };
  });
}

/** The connection with what was said in the place of what is. Its connections are counted already, and under its own address. */
function standIn(connection: ConnectionFacts, said: XclientSaid): ConnectionFacts {
  const before = connection.xclient;
  const through = before?.through ?? connection.peer;
  const xclient: XclientFacts = {
    through,
    ...kept('name', said.name, before?.name),
    ...kept('helo', said.helo, before?.helo),
    ...kept('login', said.login, before?.login),
  };
  return {
    ...connection,
    peer: endpoint(connection.peer, said.address, said.port),
    local: endpoint(connection.local, said.localAddress, said.localPort),
    flow: [],
    xclient,
  };
}

function endpoint(now: Endpoint, address: string | null | undefined, port: number | null | undefined): Endpoint {
  return {
    address: address === undefined ? now.address : (address ?? nobody),
    port: port === undefined ? now.port : (port ?? 0),
  };
}

/** What was said now, or else before; absent when it is said to be unknown. */
function kept<K extends string>(key: K, said: string | null | undefined, before: string | undefined) {
  const value = said === undefined ? before : (said ?? undefined);
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;
}
