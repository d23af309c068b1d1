// Asks whether mail to a domain could be delivered: MX, null MX, or its own address (RFC 5321 section 5.1, RFC 7505).
import type { DomainAnswer } from '../contract/senderAnswers.ts';
import { type Asker, type Exchange, evidence, exchangesOf, type Outcome, shownName, textsOf } from './asking.ts';
import { isReachable } from './reserved.ts';

type Host = DomainAnswer['hosts'][number];

export interface DomainQuestion {
  /** As written behind the @; a literal in brackets is judged without DNS. */
  readonly domain: string;
  /** Networks that count as reachable although they are reserved. */
  readonly reachable: readonly string[];
}

/** MX hosts whose addresses are asked for, the most preferred first. */
const mostHosts = 10;

/** Never rejects; takes three questions' time at most. */
export async function askSenderDomain({ domain, reachable }: DomainQuestion, asker: Asker): Promise<DomainAnswer> {
  const began = asker.elapsed();
  const told = (result: DomainAnswer['result'], hosts: readonly Host[] = []): DomainAnswer => ({
    kind: 'domain',
    result,
    domain,
    hosts,
    ...evidence(asker, began),
  });
  const literal = /^\[(?:IPv6:)?(.*)\]$/i.exec(domain)?.[1];
  if (literal !== undefined) {
    const hosts = [{ name: domain, preference: 0, addresses: [literal] }];
    return told(isReachable(literal, reachable) ? 'address' : 'bad-mx', hosts);
  }
  const exchanges = await exchangesOf(asker, domain);
  if (exchanges.is === 'failed') return told('temperror');
  if (exchanges.is === 'absent') return told('missing');
  // RFC 5321 section 5.1: without an MX the domain itself is the one host.
  if (exchanges.is === 'empty') {
    const one = await addressesOf({ priority: 0, exchange: domain }, asker);
    if (one.host.addresses.length === 0) return told(one.isFailed ? 'temperror' : 'nothing');
    return told(canBeReached(one.host, reachable) ? 'address' : one.isFailed ? 'temperror' : 'bad-mx', [one.host]);
  }
  // A host of no labels beside others is none of them: RFC 7505 section 3 has it alone.
  const rows = exchanges.rows.filter(({ exchange }) => exchange !== '' && exchange !== '.');
  if (rows.length === 0) return told('null-mx');
  const asked = rows.toSorted((one, other) => one.priority - other.priority).slice(0, mostHosts);
  const found = await Promise.all(asked.map((row) => addressesOf(row, asker)));
  const hosts = found.map(({ host }) => host);
  if (hosts.some((host) => canBeReached(host, reachable))) return told('pass', hosts);
  return told(found.some(({ isFailed }) => isFailed) ? 'temperror' : 'bad-mx', hosts);
}

function canBeReached({ addresses }: Host, reachable: readonly string[]): boolean {
  return addresses.some((address) => isReachable(address, reachable));
}

/** Both families, as mail may come back over either. */
async function addressesOf(
  { priority, exchange }: Exchange,
  asker: Asker,
): Promise<{ readonly host: Host; readonly isFailed: boolean }> {
  const outcomes = await Promise.all([textsOf(asker, exchange, 'A'), textsOf(asker, exchange, 'AAAA')]);
  const rowsOf = (outcome: Outcome<string>) => (outcome.is === 'found' ? outcome.rows : []);
  const host = { name: shownName(exchange), preference: priority, addresses: outcomes.flatMap(rowsOf) };
  return { host, isFailed: outcomes.some(({ is }) => is === 'failed') };
}
