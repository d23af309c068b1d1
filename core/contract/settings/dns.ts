// DNS: the zone that answers, and the servers that are asked for what is not in it.
import { z } from '../schema.ts';
import { flag, lines, list, record, whole } from './leaf.ts';
import { parseHostPort, parseIp } from './network.ts';

const server = z
  .string({ error: 'expected an address, or an address and a port' })
  .refine(
    (value) => parseIp(value) !== undefined || parseHostPort(value) !== undefined,
    'expected an address such as 192.0.2.53 or 2001:db8::53, with a port where it is not 53: 127.0.0.1:5353, [::1]:5353',
  )
  .meta({
    title: 'Server',
    help: 'Address of a DNS server, with a port where it is not 53.',
    source: 'Gatehouse',
    basis: 'ours',
    kind: 'text',
    placeholder: '192.0.2.53',
  });

export const dns = record(
  {
    zone: lines({
      title: 'Zone',
      help: 'The first to be asked: one record a line, "name type data", e.g. "example.com TXT v=spf1 ip4:192.0.2.1 -all". In place of data a fault: NXDOMAIN, NODATA, SERVFAIL, REFUSED, TIMEOUT, TRUNCATED, LOOP, HUGE n (so many records), or SLOW s (seconds before what else the name has). # begins a comment. A name at or below one with an SOA belongs to the zone alone.',
      source: 'Gatehouse',
      basis: 'ours',
      default: '',
    }),
    servers: record(
      {
        enabled: flag({
          title: 'Ask real servers',
          help: 'For names the zone does not have. Off: names that are not in the zone do not exist, and nothing is asked outside.',
          source: 'Gatehouse',
          basis: 'ours',
          default: false,
          warn: [{ value: true, text: 'Servers outside learn which addresses and domains are asked for here.' }],
        }),
        addresses: list(server, {
          title: 'Servers',
          help: 'Asked in this order. Empty: those of this machine.',
          source: 'Gatehouse',
          basis: 'ours',
          max: 8,
        }),
        retries: whole({
          title: 'Retries',
          help: 'How often a question is asked again that was not answered.',
          source: 'resolv.conf(5), attempts',
          basis: 'ours',
          min: 0,
          max: 5,
          default: 1,
        }),
        cache: whole({
          title: 'Cache',
          help: 'How long an answer is kept, also that there is none; failures are not. 0 = not at all.',
          unit: 's',
          source: 'RFC 2308 section 5',
          basis: 'ours',
          min: 0,
          max: 86_400,
          default: 300,
        }),
        maxCached: whole({
          title: 'Most cached answers',
          help: 'Beyond that the oldest is forgotten.',
          source: 'Gatehouse',
          basis: 'ours',
          min: 100,
          max: 1_000_000,
          default: 10_000,
        }),
      },
      {
        title: 'Real DNS',
        help: 'Second in order: the zone is always asked first.',
        source: 'Gatehouse',
        basis: 'ours',
      },
    ),
    timeout: whole({
      title: 'Timeout',
      help: 'How long one question may stay unanswered, retries included, before it counts as a temporary error.',
      unit: 's',
      source: 'AXIGEN 10.3.1 axigen.cfg (dnr timeout)',
      basis: 'observed',
      min: 1,
      max: 60,
      default: 5,
    }),
  },
  { title: 'DNS', help: 'Zone first, then servers, where they are asked at all.', source: 'Gatehouse', basis: 'ours' },
);
