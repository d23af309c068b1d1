// SPF records, the zones around them and who asks, made from a seed: nested, circular, wrong, and within and beyond every limit.

/** Rows by type, or the failure of the question. */
export type PeerRows = readonly string[] | readonly (readonly [number, string])[] | 'SERVFAIL';
export type PeerZone = Readonly<Record<string, Readonly<Record<string, PeerRows>>>>;

export interface SpfPeerCase {
  readonly zone: PeerZone;
  readonly ip: string;
  /** Empty for the null sender. */
  readonly from: string;
  readonly helo: string;
}

type Chance = () => number;

/** mulberry32: equal seed, equal cases. */
function chanceOf(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const hosts = Array.from({ length: 12 }, (_, index) => `h${index}.host.example`);
const domains = ['a.example', 'b.example', 'sub.a.example', 'c.example', 'd.example', 'e.example'];
const locals = ['anna', 'strong-bad', 'a+b', 'an.na', 'x_y=z', 'l.o.n.g-er'];
const macros = [
  ...[
    '%{l}.%{d}',
    '%{l-}.lp.%{d}',
    '%{lr-}.%{o}',
    '%{l1r-+}.%{d2}',
    '%{i}.%{v}.%{d}',
    '%{ir}.%{v}._spf.%{d2}',
    '%{h}.%{d}',
  ],
  ...[
    '%{s}.%{d}',
    '%{S}.%{d1r}.example',
    '%{d3}',
    '%{o1}.%{d}',
    'x%%y.%{d}',
    'x%-y.%{d}',
    '%{dr}.example',
    '%{L}.%{D}',
    '%{p}.%{d}',
    '%{p2r}.example',
  ],
];
const wrong = [
  ...[
    'moo',
    'a:',
    'a/33',
    'a:%{x}.example',
    'ip4:192.0.2',
    'ip4:192.0.2.256',
    'ip6:2001::db8::1',
    'include',
    'exists',
    'a:b',
    'all:x',
  ],
  ...[
    'a:%{d',
    'mx//129',
    'a/08',
    '--all',
    'redirect=',
    'exp=',
    'a:%{d0}',
    'exists:%{c}.example',
    'ptr/24',
    'a:b.example:25',
    'ip4:192.0.2.1//32',
  ],
];

export function generated(seed: number, count: number): SpfPeerCase[] {
  const chance = chanceOf(seed);
  return Array.from({ length: count }, () => caseOf(chance));
}

function caseOf(chance: Chance): SpfPeerCase {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)] as T;
  const ip = pick(['192.0.2.1', '192.0.2.1', '2001:db8::1']);
  const isFour = !ip.includes(':');
  const zone: Record<string, Record<string, PeerRows>> = {};
  const put = (name: string, type: string, rows: PeerRows) => ((zone[name.toLowerCase()] ??= {})[type] = rows);
  const own = () => (chance() < 0.25 ? ip : isFour ? '198.51.100.9' : '2001:db8:ffff::9');
  for (const host of [...hosts, ...domains]) addAddresses(host);
  function addAddresses(name: string): void {
    const roll = chance();
    const failure = chance() < 0.02;
    if (failure) put(name, isFour ? 'A' : 'AAAA', 'SERVFAIL');
    else if (roll < 0.7) put(name, isFour ? 'A' : 'AAAA', [own(), ...(chance() < 0.2 ? [own()] : [])]);
    if (!failure && roll > 0.5 && roll < 0.9)
      put(name, isFour ? 'AAAA' : 'A', [isFour ? '2001:db8::99' : '192.0.2.99']);
  }
  for (const domain of domains) {
    if (chance() < 0.6) {
      const many = chance() < 0.06 ? 9 + Math.floor(chance() * 4) : Math.floor(chance() * 4);
      put(
        domain,
        'MX',
        chance() < 0.03 ? 'SERVFAIL' : Array.from({ length: many }, (_, at) => [at, hosts[at] ?? pick(hosts)] as const),
      );
    }
    const roll = chance();
    if (roll < 0.03) put(domain, 'TXT', 'SERVFAIL');
    else if (roll < 0.06) put(domain, 'TXT', ['v=spf1 -all', 'v=spf1 +all']);
    else if (roll < 0.94) put(domain, 'TXT', ['unrelated', recordOf()]);
  }
  put('helo.example', 'TXT', [recordOf()]);
  const names = chance() < 0.1 ? 11 : Math.floor(chance() * 4);
  if (names > 0 || chance() < 0.1)
    put(
      reverse(ip),
      'PTR',
      chance() < 0.1
        ? 'SERVFAIL'
        : Array.from({ length: names }, () => pick([...domains, ...hosts, 'm.a.example', 'gone.example'])),
    );
  if (chance() < 0.5) put('m.a.example', isFour ? 'A' : 'AAAA', [ip]);
  const from = chance() < 0.06 ? '' : `${pick(locals)}@${chance() < 0.9 ? 'a.example' : pick(domains)}`;
  return { zone, ip, from, helo: pick(['helo.example', 'helo.example', 'mail.a.example']) };

  function recordOf(): string {
    const count = chance() < 0.05 ? 8 + Math.floor(chance() * 6) : Math.floor(chance() * 5);
    const terms = Array.from({ length: count }, term);
    if (chance() < 0.04) terms.splice(Math.floor(chance() * (terms.length + 1)), 0, pick(wrong));
    const end = chance();
    if (end < 0.6) terms.push(`${pick(['-', '-', '~', '?', '+', ''])}all`);
    if (end > 0.5 && end < 0.75)
      terms.splice(Math.floor(chance() * (terms.length + 1)), 0, `redirect=${pick(domains)}`);
    if (chance() < 0.15) terms.push(pick(['x=1', 'exp=why.%{d}', 'x.y_z-1=%{d}']));
    return ['v=spf1', ...terms].join(pick([' ', ' ', '  ']));
  }
  function term(): string {
    const name = pick(['ip4', 'ip6', 'a', 'a', 'mx', 'mx', 'ptr', 'exists', 'exists', 'include', 'include', 'include']);
    return pick(['', '', '', '+', '-', '~', '?']) + (chance() < 0.1 ? name.toUpperCase() : name) + rest(name);
  }
  function rest(name: string): string {
    const lengths = () => pick(['', '', '', '/24', '//32', '/16//64', '/0']);
    switch (name) {
      case 'ip4':
        return `:${pick(['192.0.2.1', '192.0.2.0/24', '198.51.100.0/24', '0.0.0.0/0', '203.0.113.9'])}`;
      case 'ip6':
        return `:${pick(['2001:db8::1', '2001:DB8::/32', '2001:db8:1::/48', '::/0', 'fe80::1'])}`;
      case 'a':
      case 'mx':
        return `${pick(['', '', `:${pick(domains)}`, `:${pick(hosts)}`, ':gone.example', `:${pick(macros)}`])}${lengths()}`;
      case 'ptr':
        return pick(['', ':a.example', ':host.example', `:${pick(domains)}`]);
      case 'exists': {
        const spec = pick([...macros, pick(hosts)]);
        return `:${spec}`;
      }
      default:
        return `:${chance() < 0.05 ? pick(['gone.example', '%{d2}', '_spf.%{d}']) : pick(domains)}`;
    }
  }
}

function reverse(ip: string): string {
  if (!ip.includes(':')) return `${ip.split('.').reverse().join('.')}.in-addr.arpa`;
  return `${[...'20010db8000000000000000000000001'].reverse().join('.')}.ip6.arpa`;
}

/** The zone as text, as settings have it. */
export function zoneText(zone: PeerZone): string {
  return Object.entries(zone)
    .flatMap(([name, types]) => Object.entries(types).flatMap(([type, rows]) => lines(name, type, rows)))
    .join('\n');
}

function lines(name: string, type: string, rows: PeerRows): string[] {
  if (rows === 'SERVFAIL') return [`${name} ${type} SERVFAIL`];
  return rows.map((row) => `${name} ${type} ${typeof row === 'string' ? row : row.join(' ')}`);
}
