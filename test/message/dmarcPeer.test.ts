// Our reading of RFC 9989 beside mailauth's strict one, over trees of records made from a seed; where they differ a rule says why.
import { evaluateDmarc } from 'mailauth/lib/dmarc/index.js';
import { expect, test } from 'vitest';
import type { DkimSignature, DmarcReading } from '../../core/contract/senderAnswers.ts';
import { parseZone } from '../../core/dns/zone.ts';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';
import { examineDmarc } from '../../core/message/dmarc.ts';
import { type Random, seeded } from '../fuzz/wireCase.ts';
import { spf } from './spfAnswers.ts';

const world = {
  elapsed: () => 0,
  after: (_: number, fire: () => void) => {
    queueMicrotask(fire);
    return { cancel: () => undefined };
  },
};

/** A name in a small tree, so that identities and authors often share an organisation. */
function nameOf(random: Random): string {
  const deep = random(12) === 0 ? ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].slice(random(8)) : [];
  const labels = [...deep, ...['mail', 'news', 'shop'].filter(() => random(3) === 0)];
  const organisation = ['one', 'two'][random(2)] ?? 'one';
  return [...labels, ...(random(8) === 0 ? [] : [organisation]), ...(random(3) === 0 ? ['co'] : []), 'example'].join(
    '.',
  );
}

const values: Readonly<Record<string, readonly string[]>> = {
  p: ['none', 'quarantine', 'reject', 'REJECT', 'odd'],
  sp: ['none', 'quarantine', 'reject', 'odd'],
  np: ['none', 'quarantine', 'reject', 'odd'],
  psd: ['y', 'n', 'u', 'Y', 'x'],
  t: ['y', 'n', 'Y'],
  adkim: ['r', 's', 'S'],
  aspf: ['r', 's'],
  rua: ['mailto:a@a.example', 'nonsense', 'mailto:a@a.example!10m'],
  pct: ['0', '50'],
};

function recordOf(random: Random): string {
  const tag = (name: string, rarity: number) => {
    const all = values[name] ?? [];
    return random(rarity) === 0
      ? [`${name}=${all[random(random(4) === 0 ? all.length : Math.min(3, all.length))] ?? ''}`]
      : [];
  };
  const tags = [
    ...(random(12) === 0 ? [] : [`p=${values['p']?.[random(random(4) === 0 ? 5 : 3)] ?? ''}`]),
    ...['sp', 'np', 'adkim', 'aspf', 'rua'].flatMap((name) => tag(name, 3)),
    ...['psd', 't', 'pct'].flatMap((name) => tag(name, 5)),
    ...tag('sp', 40),
    ...(random(40) === 0 ? ['broken'] : []),
  ];
  const version = ['v=DMARC1', 'v=DMARC1', 'v=DMARC1', 'v = DMARC1 ', 'V=DMARC1', 'v=dmarc1'][
    random(random(6) === 0 ? 6 : 1)
  ];
  return `${version ?? ''}; ${tags.join('; ')}`;
}

interface Case {
  readonly author: string;
  readonly zone: string;
  readonly signers: readonly { readonly domain: string; readonly passed: boolean }[];
  readonly sender: { readonly domain: string; readonly passed: boolean };
}

function caseOf(random: Random): Case {
  const names = Array.from({ length: 2 + random(4) }, () => nameOf(random));
  const name = () => names[random(names.length)] ?? '';
  const author = name();
  // Records stand where somebody will look: at the names and above them.
  const up = [...new Set(names.flatMap((one) => one.split('.').map((_, at, all) => all.slice(at).join('.'))))];
  const lines = up.flatMap((one) => {
    if (random(2) === 0) return random(6) === 0 ? [`${one} A 192.0.2.1`] : [];
    if (random(25) === 0) return [`_dmarc.${one} TXT ${['SERVFAIL', 'TIMEOUT', 'NODATA'][random(3)] ?? ''}`];
    const records = random(25) === 0 ? 2 : 1;
    return Array.from({ length: records }, () => `_dmarc.${one} TXT "${recordOf(random)}"`);
  });
  const identity = () => ({ domain: name(), passed: random(3) > 0 });
  return { author, zone: lines.join('\n'), signers: Array.from({ length: random(4) }, identity), sender: identity() };
}

const asked = (zone: string) => zoneResolver(parseZone(zone).zone, { world, timeout: 1 });

async function oursOf({ author, zone, signers, sender }: Case): Promise<DmarcReading> {
  const signatures = signers.map(
    ({ domain, passed }) => ({ domain, result: passed ? 'pass' : 'fail' }) as DkimSignature,
  );
  const { readings } = await examineDmarc(
    {
      authors: { addresses: [{ raw: '', local: 'a', domain: author }], places: [0], problems: [] },
      signatures,
      spf: spf(sender.domain, sender.passed ? 'pass' : 'fail'),
      isNullSender: false,
      reading: '9989',
      chance: 0,
    },
    { asked: asked(zone), elapsed: world.elapsed },
  );
  const [first] = readings;
  if (first === undefined) throw new Error('no reading');
  return first;
}

interface Theirs {
  readonly result: string;
  readonly policy: string;
  readonly policyDomain: string;
}

async function theirsOf({ author, zone, signers, sender }: Case): Promise<Theirs> {
  const passed = (all: Case['signers']) => all.filter((one) => one.passed).map(({ domain }) => ({ domain }));
  const { resolve } = asked(zone);
  const { response } = (await evaluateDmarc({
    headerFrom: author,
    fromFields: [`a@${author}`],
    spfDomains: passed([sender]),
    dkimDomains: passed(signers),
    resolver: resolve,
    strict: true,
  } as never)) as { response: { status: { result: string }; policy?: string; policyDomain?: string } };
  return { result: response.status.result, policy: response.policy ?? '', policyDomain: response.policyDomain ?? '' };
}

/** Why we say otherwise, and when that is so. */
const rules: readonly (readonly [name: string, holds: (ours: DmarcReading, theirs: Theirs) => boolean])[] = [
  [
    'a record that asks for nothing is told as permerror, not as if there were none (RFC 9989 section 4.10.1)',
    (ours, theirs) => ours.result === 'permerror' && theirs.result === 'none',
  ],
];

test('2,000 trees: no difference without a rule', async () => {
  const random = seeded(5);
  const counts = new Map<string, number>();
  const unexplained: unknown[] = [];
  for (let n = 0; n < 2000; n += 1) {
    const one = caseOf(random);
    const [ours, theirs] = [await oursOf(one), await theirsOf(one)];
    const result = ours.result.replace(/-.*/, '');
    const policy = /^fail-(.*)/.exec(ours.result)?.[1];
    const isSame =
      result === theirs.result &&
      (policy === undefined || policy === theirs.policy) &&
      (result !== 'pass' || ours.policyDomain === theirs.policyDomain);
    const why = isSame ? `same: ${ours.result}` : rules.find(([, holds]) => holds(ours, theirs))?.[0];
    if (why === undefined) unexplained.push({ ...one, ours, theirs });
    else counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  expect(unexplained.slice(0, 3)).toEqual([]);
  // Every outcome was made often enough to mean something.
  for (const outcome of ['pass', 'fail-none', 'fail-quarantine', 'fail-reject', 'none', 'temperror'])
    expect([outcome, (counts.get(`same: ${outcome}`) ?? 0) > 20]).toEqual([outcome, true]);
});
