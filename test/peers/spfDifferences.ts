// Where pyspf and Mail::SPF differ from RFC 7208: each difference must go away when the one thing it is about is taken out of the case.
import { type PeerRows, type PeerZone, type SpfPeerCase } from './spfGenerated.ts';
import type { SpfPeer } from './spfPrograms.ts';

export interface Difference {
  readonly name: string;
  /** What the RFC says, and what the peer does. */
  readonly because: string;
  readonly peers: readonly SpfPeer[];
  /** What it can lead to there; with the same result only the number of lookups may differ. */
  readonly theirs: readonly string[];
  /** The case without it. */
  readonly without: (one: SpfPeerCase) => SpfPeerCase;
}

/** Everything that a redirect, or a count of terms or voids, may change. */
const any = ['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror'];
const both: readonly SpfPeer[] = ['pyspf', 'Mail::SPF'];

/** Records with each text changed. */
const texts = (one: SpfPeerCase, change: (text: string) => string): SpfPeerCase => ({
  ...one,
  zone: mapped(one.zone, (type, rows) =>
    type === 'TXT' && Array.isArray(rows) ? (rows as string[]).map(change) : rows,
  ),
});

function mapped(zone: PeerZone, change: (type: string, rows: PeerRows) => PeerRows): PeerZone {
  const types = (of: Readonly<Record<string, PeerRows>>) =>
    Object.fromEntries(Object.entries(of).map(([type, rows]) => [type, change(type, rows)]));
  return Object.fromEntries(Object.entries(zone).map(([name, of]) => [name, types(of)]));
}

/** Names in rows of MX and PTR. */
function named(zone: PeerZone, type: 'MX' | 'PTR'): Set<string> {
  const rows = Object.values(zone).flatMap((types): (string | readonly [number, string])[] => [...(types[type] ?? [])]);
  return new Set(rows.flatMap((row) => (typeof row === 'string' ? (row.length > 1 ? [row] : []) : [row[1]])));
}

/** Each of these names gets an address of somebody else where `wants` it. */
function housed(
  one: SpfPeerCase,
  names: ReadonlySet<string>,
  wants: (rows: PeerRows | undefined) => boolean,
): SpfPeerCase {
  const isFour = !one.ip.includes(':');
  const type = isFour ? 'A' : 'AAAA';
  const zone: Record<string, Readonly<Record<string, PeerRows>>> = { ...one.zone };
  for (const name of names)
    if (wants(zone[name]?.[type]))
      zone[name] = { ...zone[name], [type]: [isFour ? '198.51.100.9' : '2001:db8:ffff::9'] };
  return { ...one, zone };
}

/** Records that no longer include their own domain. */
function unrolled(one: SpfPeerCase): SpfPeerCase {
  const zone = Object.entries(one.zone).map(([name, types]) => {
    const itself = new RegExp(` [-+~?]?include:(?:${name.replaceAll('.', '\\.')}|%\\{d2\\})(?= |$)`, 'gi');
    const rows = types.TXT;
    if (rows === undefined || rows === 'SERVFAIL') return [name, types] as const;
    return [name, { ...types, TXT: rows.map((row) => String(row).replace(itself, ' ip4:203.0.113.9')) }] as const;
  });
  return { ...one, zone: Object.fromEntries(zone) };
}

export const differences: readonly Difference[] = [
  {
    name: 'an include of itself',
    because: 'section 4.6: no mistake of syntax, and nothing before it is reached; pyspf makes the record a permerror',
    peers: ['pyspf'],
    theirs: ['permerror'],
    without: unrolled,
  },
  {
    name: 'void lookups by question',
    because: 'section 4.6.4 limits terms whose questions are void; they count each host of mx and each name of ptr',
    peers: both,
    theirs: ['permerror'],
    without: (one) =>
      housed(one, new Set([...named(one.zone, 'MX'), ...named(one.zone, 'PTR')]), (rows) => rows === undefined),
  },
  {
    name: 'redirect counted unused',
    because: 'section 4.6.4 counts terms that are evaluated; they count a redirect as soon as it is read',
    peers: both,
    theirs: any,
    without: (one) => texts(one, (text) => text.replace(/ redirect=\S+/g, '')),
  },
  {
    name: '%{p} not counted',
    because: 'section 4.6.4 counts the PTR question of %{p}; they count none, and pyspf asks it before any term',
    peers: both,
    theirs: any,
    without: (one) => texts(one, (text) => text.replace(/%\{p\w*\}/g, 'known')),
  },
  {
    name: 'an error about PTR',
    because: 'section 5.5: then ptr does not match; they make it a temperror',
    peers: both,
    theirs: ['temperror'],
    without: (one) => {
      const zone = mapped(one.zone, (type, rows) => (type === 'PTR' && rows === 'SERVFAIL' ? ['other.example'] : rows));
      return housed({ ...one, zone }, new Set(['other.example']), () => true);
    },
  },
  {
    name: 'an error about a PTR name',
    because: 'section 5.5: then the name is skipped; pyspf makes it a temperror',
    peers: ['pyspf'],
    theirs: ['temperror'],
    without: (one) => housed(one, named(one.zone, 'PTR'), (rows) => rows === 'SERVFAIL'),
  },
  {
    name: 'all hosts of mx are asked about',
    because: 'section 5.4: any address that matches is a match; pyspf asks about all hosts before it compares',
    peers: ['pyspf'],
    theirs: ['temperror', 'permerror'],
    without: (one) => housed(one, named(one.zone, 'MX'), (rows) => rows === undefined || rows === 'SERVFAIL'),
  },
  {
    name: 'more than ten hosts of mx',
    because: 'section 4.6.4: a permerror; Mail::SPF leaves out those behind the tenth, as RFC 4408 had it',
    peers: ['Mail::SPF'],
    theirs: any,
    without: (one) => ({
      ...one,
      zone: mapped(one.zone, (type, rows) => (type === 'MX' && rows !== 'SERVFAIL' ? rows.slice(0, 10) : rows)),
    }),
  },
  {
    name: 'ip6 holds IPv4',
    because: 'section 5: ip6 is compared with IPv6 alone; Mail::SPF compares the mapped address too',
    peers: ['Mail::SPF'],
    theirs: any,
    without: (one) => texts(one, (text) => text.replace(/ip6:::\/0/gi, 'ip6:2000::/3')),
  },
  {
    name: 'no parts of a macro',
    because: 'section 7.3: the number must not be zero; pyspf takes it',
    peers: ['pyspf'],
    theirs: any,
    without: (one) => texts(one, (text) => text.replaceAll('a:%{d0}', 'ip4:203.0.113.9')),
  },
  {
    name: 'macros read late',
    because: 'section 4.6: a mistake anywhere is a permerror; Mail::SPF finds those in macros when it comes to them',
    peers: ['Mail::SPF'],
    theirs: any,
    without: (one) =>
      texts(one, (text) =>
        text.replace(/ (?:a:%\{x\}\.example|a:%\{d0\}|a:%\{d|exists:%\{c\}\.example)(?= |$)/g, ' moo'),
      ),
  },
];
