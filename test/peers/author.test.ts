// opendkim and opendmarc of Debian, beside our own verdicts: messages we compose, and messages opendkim signs.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { keyLine, examined } from '../message/examining.ts';
import { spf } from '../message/spfAnswers.ts';
import { describeWith, findProgram } from '../tooling/programs.ts';
import { canonicalizations, composed, ours, policies, type Shown, spfOf } from './authorMessages.ts';
import {
  opendkimSigns,
  opendkimVerifies,
  opendmarcVerifies,
  type SigningThere,
  type SystemNames,
  systemNames,
} from './authorPeers.ts';
import { folderOf } from './running.ts';

interface Verdicts {
  readonly from: 'ours' | 'theirs';
  readonly name: string;
  readonly dkim: readonly [ours: string, theirs: string];
  readonly dmarc: readonly [ours: string, theirs: string];
}

const verdicts: Verdicts[] = [];

/** What is compared of DKIM is whether a signature holds; for why it does not, programs have words of their own. */
const holds = (result: string) => result === 'pass';

describeWith('opendkim', 'opendkim and opendmarc', (opendkim) => {
  const opendmarc = findProgram('opendmarc');
  const folder = folderOf('author');
  let names: SystemNames;
  vi.setConfig({ testTimeout: 120_000 });
  beforeAll(async () => {
    names = await systemNames();
  });
  afterAll(() => names.close());

  const both = async (from: Verdicts['from'], { name, message, zone, spf: sender }: Shown): Promise<Verdicts> => {
    const found = await examined(message, {
      want: ['dkim', 'dmarc'],
      zone,
      spf: spf(sender.domain, sender.result),
      dmarc: { reading: '7489' },
      // opendkim 2.11.0 counts both unless told otherwise.
      dkim: { sha1: true, bodyLength: 'allow' },
      now: Date.now(),
    });
    const [field] = await opendkimVerifies(opendkim, folder(), { message, zone });
    const claims = field?.value ?? 'peer; dkim=none';
    // opendmarc believes what a trusted server has written of DKIM; SPF and the policies it asks for itself.
    names.zone = zone;
    const inserted = await opendmarcVerifies(opendmarc ?? 'opendmarc', folder(), {
      message: `Authentication-Results: ${claims}\r\n${message}`,
      names,
      checksSpf: sender.result === 'pass',
    });
    const dmarc = inserted.find(({ value }) => value.includes('dmarc='))?.value ?? '';
    const one: Verdicts = {
      from,
      name,
      dkim: [found.dkim?.result ?? '', /\bdkim=(\w+)/.exec(claims)?.[1] ?? 'none'],
      dmarc: [(found.dmarc?.result ?? '').replace(/^fail-.*/, 'fail'), /\bdmarc=(\w+)/.exec(dmarc)?.[1] ?? 'nothing'],
    };
    verdicts.push(one);
    return one;
  };

  test('agree with us about what we compose', async () => {
    const shown = await ours();
    expect(shown.length).toBeGreaterThanOrEqual(30);
    for (const one of shown) {
      const { dkim, dmarc, name } = await both('ours', one);
      expect.soft({ name, dkim: holds(dkim[0]) }).toEqual({ name, dkim: holds(dkim[1]) });
      expect.soft({ name, dmarc: dmarc[0] }).toEqual({ name, dmarc: dmarc[1] });
    }
  });

  test('agree with us about what opendkim signs', async () => {
    const signings: SigningThere[] = canonicalizations.flatMap((canonicalization) => [
      { canonicalization, algorithm: 'rsa-sha256', key: 'rsa2048a' },
      { canonicalization, algorithm: 'rsa-sha256', key: 'rsa1024', more: ['OversignHeaders From,Subject'] },
      { canonicalization, algorithm: 'ed25519-sha256', key: 'ed25519a' },
      { canonicalization, algorithm: 'rsa-sha256', key: 'rsa4096', more: ['SignatureTTL 3600'] },
      { canonicalization, algorithm: 'rsa-sha256', key: 'rsa2048b', more: ['OversignHeaders Reply-To'] },
      { canonicalization, algorithm: 'rsa-sha256', key: 'rsa2048a', more: ['Diagnostics yes'] },
    ]);
    const changes: readonly (readonly [string, (message: string) => string])[] = [
      ['', (message) => message],
      [', body changed', (message) => `${message}more\r\n`],
    ];
    let count = 0;
    for (const [change, changed] of changes)
      for (const signing of change === '' ? signings : signings.slice(0, 8)) {
        const message = composed(count);
        const name = `${signing.canonicalization} ${signing.algorithm} ${signing.key} ${signing.more?.[0] ?? ''}${change}`;
        const zone = `${keyLine(signing.key, `s._domainkey.${/@([^>]*)>/.exec(message)?.[1] ?? ''}`)}\n${policies}`;
        const theirs = changed(await opendkimSigns(opendkim, folder(), { message, signing }));
        const { dkim, dmarc } = await both('theirs', { name, message: theirs, zone, spf: spfOf(count) });
        // What opendkim 2.11.0 signs with Ed25519 over a simple header it does not verify itself.
        const isBroken = signing.key === 'ed25519a' && signing.canonicalization.startsWith('simple/');
        expect.soft({ name, dkim: dkim[0] }).toEqual({ name, dkim: change === '' && !isBroken ? 'pass' : 'fail' });
        expect.soft({ name, dkim: dkim[0] }).toEqual({ name, dkim: dkim[1] });
        expect.soft({ name, dmarc: dmarc[0] }).toEqual({ name, dmarc: dmarc[1] });
        count += 1;
      }
    expect(count).toBeGreaterThanOrEqual(30);
  });

  test('the table of agreements is shown', (context) => {
    context.task.meta.shows = drawn(verdicts);
    expect(verdicts.length).toBeGreaterThanOrEqual(60);
    // opendmarc has asked our server and nobody else.
    expect(new Set(names.asked).size).toBeGreaterThan(5);
  });
});

function drawn(rows: readonly Verdicts[]): readonly string[] {
  const lines = rows.map(({ from, name, dkim, dmarc }) => {
    const pair = ([mine, theirs]: readonly [string, string]) => (mine === theirs ? mine : `${mine} / ${theirs}`);
    return `${from.padEnd(7)}${name.slice(0, 70).padEnd(72)}${pair(dkim).padEnd(22)}${pair(dmarc)}`;
  });
  return [
    'DKIM: ours beside opendkim. DMARC as RFC 7489 has it: ours beside opendmarc, told of DKIM by opendkim. Ours / theirs where they differ.',
    `${'signed'.padEnd(7)}${'message'.padEnd(72)}${'DKIM'.padEnd(22)}DMARC`,
    ...lines,
  ];
}
