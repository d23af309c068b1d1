// Why a question was answered as it was: on which line of the zone, by which server, or why nobody was asked.
import type { DnsQuestion } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { apexOf, lookUp, type Said } from './lookUp.ts';
import { zoneOf } from './zone.ts';

/** In words, for one question that was asked under these settings. */
export function because(dns: Settings['dns'], { name, type, by }: DnsQuestion): string {
  const { zone } = zoneOf(dns);
  const said = lookUp(zone, name, type.toUpperCase());
  const apex = apexOf(zone, said.last);
  const line = apex === undefined ? undefined : zone.apexes.get(apex);
  const whole = [followed(said), held(said, dns.timeout), reason(said, apex && `${apex}, on line ${line}`)];
  if (said.outside !== undefined && said.slow <= dns.timeout) whole.push(others(dns, by));
  return whole.filter((part) => part !== '').join('; ');
}

function followed({ followed: lines, last }: Said): string {
  return lines.length === 0 ? '' : `the zone has another name for it, ${onLines(lines)}: ${last}`;
}

function held({ slow }: Said, timeout: number): string {
  if (slow === 0) return '';
  return slow > timeout
    ? `it is held back for ${slow} s, and dns.timeout is ${timeout} s`
    : `it is held back for ${slow} s`;
}

function reason({ reason: why, answer, outside }: Said, apex: string | undefined): string {
  switch (why.kind) {
    case 'records':
      return `the zone has it, ${onLines(why.lines)}`;
    case 'trouble':
      return typeof answer === 'string'
        ? `the zone says ${answer}, on line ${why.line}`
        : `the zone has it filled up to ${answer.length} records, on line ${why.line}`;
    case 'chain':
      return 'the CNAMEs of the zone lead nowhere';
    case 'other':
      return `the zone has the name, on line ${why.line}, without such a record`;
    case 'parent':
      return apex === undefined
        ? 'the zone has nothing but names below it'
        : `the zone has nothing but names below it, and is alone in charge of ${apex}`;
    case 'nothing':
      return outside === undefined
        ? `the zone does not have the name, and is alone in charge of ${apex ?? ''}`
        : 'the zone does not have the name';
  }
}

function others({ servers, timeout }: Settings['dns'], by: string | undefined): string {
  if (!servers.enabled) return 'servers are not asked (dns.servers.enabled is off)';
  if (by === undefined) return 'nobody else was asked';
  if (by === 'cache') return `a server answered this less than ${servers.cache} s ago`;
  if (by.startsWith('nobody')) return by;
  const whose = servers.addresses.length > 0 ? '' : ', of this machine';
  return `asked ${by}${whose}, within ${timeout} s`;
}

/** At most three of them. */
function onLines(lines: readonly number[]): string {
  const [first = 0, second, third, ...more] = [...new Set(lines)];
  if (second === undefined) return `on line ${first}`;
  if (third === undefined) return `on lines ${first} and ${second}`;
  return more.length === 0
    ? `on lines ${first}, ${second} and ${third}`
    : `on line ${first} and ${more.length + 2} others`;
}
