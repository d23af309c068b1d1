// Composed messages: what signs them is believed by mailauth, each fault is what it says, and equal chance makes equal octets.
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { message as messageSchema, sealFaults, signFaults, signingKeys } from '../../core/contract/scenarioMessage.ts';
import { loadSigning } from '../../core/message/sign.ts';
import { afterData, composed, inChunks, signedMail } from '../../core/simulate/compose/compose.ts';
import { testKeyNames, testKeyRecord, type TestKeyName } from '../../core/simulate/testKeys.table.ts';
import { keyMistakes, withKeys } from '../../core/simulate/zoneKeys.ts';
import { simulatedWorld } from '../../core/world/simulated.ts';

interface Verified {
  readonly status: { readonly result: string; readonly comment?: string };
  readonly signingDomain: string;
}
interface ArcVerified {
  readonly status: { readonly result: string; readonly comment?: string };
  readonly i: number;
}
const { dkimVerify } = createRequire(import.meta.url)('mailauth/lib/dkim/verify.js') as {
  readonly dkimVerify: (
    bytes: Buffer,
    options: object,
  ) => Promise<{ readonly results: readonly Verified[]; readonly arc: object; readonly headers: unknown }>;
};
const { arc } = createRequire(import.meta.url)('mailauth/lib/arc/index.js') as {
  readonly arc: (data: object, options: object) => Promise<ArcVerified>;
};

/** Every selector is the name of its key. */
const resolver = (name: string) => {
  const key = testKeyNames.find((one) => name.startsWith(`${one}._domainkey.`));
  if (key !== undefined) return Promise.resolve([[testKeyRecord(key)]]);
  return Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
};
const selected = (key: TestKeyName, more: object = {}) => ({ domain: 'example.org', selector: key, key, ...more });

const made = (message: object, seed = 'one'): Promise<Buffer> =>
  composed(messageSchema.parse(message), simulatedWorld({ seed }));
const judged = async (message: object) => {
  const bytes = await made(message);
  const verified = await dkimVerify(bytes, { resolver, curTime: new Date(simulatedWorld({ seed: '' }).now()) });
  const chain = await arc(verified.arc, { resolver });
  return { bytes, text: bytes.toString('latin1'), dkim: verified.results, arc: chain };
};
const results = async (message: object) => (await judged(message)).dkim.map(({ status }) => status.result);

beforeAll(loadSigning);

describe('a message', () => {
  test('has what a message must have, by the clock and the chance of its world', async () => {
    const text = (await made({ subject: 'Hello', text: 'One line.\n' })).toString();
    expect(text).toMatch(/^From: Alice <alice@example\.org>\r\nTo: bob@example\.com\r\nSubject: Hello\r\n/);
    expect(text).toContain('\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n');
    expect(text).toMatch(/\r\nMessage-ID: <[0-9a-f]{24}@example\.org>\r\n/);
    expect(text).toMatch(/\r\n\r\nOne line\.\r\n$/);
  });

  test('is the same octet for octet where clock and chance are', async () => {
    const whole = {
      html: '<p>Hi</p>',
      attachments: [{ filename: 'a.bin', content: '\\x00\\xff' }],
      hops: [
        { sign: selected('rsa2048a') },
        { sign: selected('ed25519a', { fault: 'forged' }) },
        { list: { address: 'dev@lists.example.net' } },
        { seal: selected('ed25519a') },
      ],
    };
    const [one, again, other] = await Promise.all([made(whole), made(whole), made(whole, 'two')]);
    expect(again.equals(one)).toBe(true);
    expect(other.equals(one)).toBe(false);
  });

  test('keeps extra fields as they stand, twice and folded, and lacks what it is to lack', async () => {
    const text = (
      await made({
        without: ['Date', 'MIME-Version'],
        fields: ['From : b@example.net', 'X-Odd:\\ta\\r\\n  b \\xff', 'X-Odd: 2'],
      })
    ).toString('latin1');
    expect(text).toContain('\r\nFrom : b@example.net\r\nX-Odd:\ta\r\n  b \xff\r\nX-Odd: 2\r\n\r\n');
    expect(text).not.toMatch(/^(Date|MIME-Version):/m);
  });

  test('stays octet for octet what is given, where nothing happens to it', async () => {
    expect((await made({ raw: 'A: b\\nC\\r\\r\\n\\r\\n.x' })).toString()).toBe('A: b\nC\r\r\n\r\n.x');
  });

  test('is made ready for DATA and for BDAT', () => {
    expect(afterData(Buffer.from('.a\r\n..b\r\nc.')).toString()).toBe('..a\r\n...b\r\nc.\r\n.\r\n');
    expect(afterData(Buffer.from('a\r\n')).toString()).toBe('a\r\n.\r\n');
    expect(inChunks(Buffer.from('abcdefg'), 3).map(String)).toEqual([
      'BDAT 3\r\nabc',
      'BDAT 3\r\ndef',
      'BDAT 1 LAST\r\ng',
    ]);
  });
});

describe('a signature', () => {
  test('knows every key of the table', () => {
    expect(signingKeys).toEqual(testKeyNames);
  });

  const good = ['rsa2048a', 'rsa2048b', 'rsa1024', 'rsa4096', 'ed25519a', 'ed25519b'] as const;
  test.each(good)('by %s verifies', async (key) => {
    expect(await results({ hops: [{ sign: selected(key) }] })).toEqual(['pass']);
  });

  test.each(['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'])(
    'in %s verifies, in lines of any width',
    async (canonicalization) => {
      for (const width of [10, 40, 900])
        expect(
          await results({
            fields: ['X-A:  b \\t c ', 'Cc: c@example.net,\\r\\n  d@example.net'],
            text: 'a \tb  \n\n.dot\n\n\n',
            hops: [{ sign: selected('rsa2048a', { canonicalization, width }) }],
          }),
        ).toEqual(['pass']);
    },
  );

  test('by a short key, or rsa-sha1, is none that counts', async () => {
    expect(await results({ hops: [{ sign: selected('rsa512') }] })).toEqual(['policy']);
    const { text } = await judged({ hops: [{ sign: selected('rsa2048a', { algorithm: 'rsa-sha1' }) }] });
    expect(text).toContain('a=rsa-sha1;');
  });

  const wrong = {
    'wrong-key': 'bad signature',
    'wrong-body': 'body hash did not verify',
    'wrong-header': 'bad signature',
    forged: 'bad signature',
    'no-from': 'From',
    'no-base64': '',
  } as const;
  test.each(signFaults)('with %s does not verify', async (fault) => {
    const { dkim, text } = await judged({ hops: [{ sign: selected('rsa2048a', { fault }) }] });
    expect(dkim.map(({ status }) => status.result)).not.toContain('pass');
    expect(JSON.stringify(dkim[0]?.status)).toContain(wrong[fault]);
    if (fault === 'no-from') expect(/h=([^;]*);/.exec(text)?.[1]).not.toMatch(/from/i);
  });

  test('covers what it is told to', async () => {
    const second = { change: { add: ['From: eve@example.net'] } };
    expect(await results({ hops: [{ sign: selected('rsa2048a') }, second] })).toEqual(['pass']);
    expect(await results({ hops: [{ sign: selected('rsa2048a', { oversign: true }) }, second] })).toEqual(['fail']);
    expect(await results({ hops: [{ sign: selected('rsa2048a', { oversign: true }) }] })).toEqual(['pass']);
    expect(
      await results({ hops: [{ sign: selected('rsa2048a', { fields: ['From'] }) }, { change: { prefix: 'Re: ' } }] }),
    ).toEqual(['pass']);
  });

  test('with l= lets more be put behind the body', async () => {
    const tail = { change: { append: 'Buy now.\\r\\n' } };
    const cut = await judged({ text: 'abc\n', hops: [{ sign: selected('rsa2048a', { length: 'all' }) }, tail] });
    expect(cut.text).toContain('l=5;');
    expect(cut.dkim[0]?.status.result).not.toBe('fail');
    expect(await results({ text: 'abc\n', hops: [{ sign: selected('rsa2048a') }, tail] })).not.toContain('pass');
  });

  test('has its times, tags and number', async () => {
    const { text, dkim } = await judged({
      hops: [
        {
          sign: selected('rsa2048a', {
            signed: { ago: '2d' },
            expires: { ago: '1d' },
            identity: 'a@example.org',
            tags: { q: 'dns/txt', v: null },
            times: 3,
          }),
        },
      ],
    });
    const second = Date.UTC(2026, 0, 1) / 1000;
    const unfolded = text.replace(/\r\n /g, ' ');
    expect(unfolded).toContain(`t=${second - 2 * 86_400}; x=${second - 86_400}; i=a@example.org;`);
    expect(unfolded).toContain('q=dns/txt; b=');
    expect(unfolded).not.toContain('v=1');
    expect(dkim.length).toBe(3);
    const unsaid = await judged({ hops: [{ sign: selected('rsa2048a', { signed: 'unsaid' }) }] });
    expect(unsaid.text).not.toContain(' t=');
    expect(unsaid.dkim[0]?.status.result).toBe('pass');
  });

  test('is put on what a mail step sends', async () => {
    const world = simulatedWorld({ seed: 'one' });
    const mail = {
      from: 'a@example.org',
      to: ['b@example.com', 'c@example.com'],
      headers: { 'X-A': 'b' },
      sign: selected('ed25519a'),
    };
    const bytes = await signedMail(mail, world);
    expect(bytes?.toString()).toMatch(/\r\nTo: b@example\.com, c@example\.com\r\n[^]*\r\nX-A: b\r\n/);
    const { results: found } = await dkimVerify(bytes ?? Buffer.alloc(0), { resolver, curTime: new Date(world.now()) });
    expect(found.map(({ status }) => status.result)).toEqual(['pass']);
    expect(await signedMail({ from: 'a@example.org', to: 'b@example.com' }, world)).toBeUndefined();
  });
});

describe('what happens on the way', () => {
  const sign = { sign: selected('rsa2048a') };
  const after = (hop: object, more: object = {}) => judged({ ...more, hops: [sign, hop] });

  test('a forwarder adds to the trace and breaks nothing', async () => {
    const { text, dkim } = await after({
      forward: {
        by: 'fwd.example.net',
        for: 'bob@example.net',
        address: '2001:db8::1',
        returnPath: 'alice@example.org',
      },
    });
    expect(text).toMatch(
      /^Return-Path: <alice@example\.org>\r\nReceived: from mail\.example\.org \(mail\.example\.org \[IPv6:2001:db8::1\]\)\r\n\tby fwd\.example\.net with ESMTP\r\n\tfor <bob@example\.net>;\r\n\tThu, 01 Jan 2026 00:00:00 \+0000\r\n/,
    );
    expect(dkim[0]?.status.result).toBe('pass');
  });

  test('a mailing list breaks what was signed, and may take the message for its own', async () => {
    const plain = await after({ list: { address: 'dev@lists.example.net' } }, { subject: 'Hi' });
    expect(plain.text).toContain('\r\nSubject: [dev] Hi\r\n');
    expect(plain.text).toContain('\r\nList-Id: <dev.lists.example.net>\r\n');
    expect(plain.text).toMatch(/dev mailing list\r\n$/);
    expect(plain.text).toContain('\r\nFrom: Alice <alice@example.org>\r\n');
    expect(plain.dkim[0]?.status.result).not.toBe('pass');
    const own = await after(
      { list: { address: 'dev@lists.example.net', rewrite: true, tag: '', footer: '' } },
      { subject: 'Hi' },
    );
    expect(own.text).toContain('\r\nFrom: "Alice via dev" <dev@lists.example.net>\r\n');
    expect(own.text).toContain('\r\nReply-To: Alice <alice@example.org>\r\n');
    expect(own.text).toContain('\r\nSubject: Hi\r\n');
  });

  test.each<[object, RegExp, string]>([
    [{ prefix: '[x] ' }, /\r\nSubject: \[x\] Test message\r\n/, 'not pass'],
    [{ append: 'More.\\r\\n' }, /More\.\r\n$/, 'not pass'],
    [{ set: { Subject: 'Other' } }, /\r\nSubject: Other\r\n/, 'not pass'],
    [{ set: { 'X-New': 'a' } }, /\r\nX-New: a\r\n\r\n/, 'pass'],
    [{ add: ['X-1: a', 'X-2: b'] }, /^X-1: a\r\nX-2: b\r\n/, 'pass'],
    [{ remove: ['subject', 'X-No'] }, /^(?![^]*Subject: )/, 'not pass'],
    [{ rename: { From: 'X-From' } }, /\r\nX-From: Alice/, 'not pass'],
    [{ fold: ['Subject'] }, /\r\nSubject: Test\r\n message\r\n/, 'pass'],
    [{ wrap: 20 }, /\r\n\r\nA message that was c\r\nomposed\.\r\n/, 'not pass'],
    [{ encode: 'quoted-printable' }, /caf=E9 =3D=\r\n|caf=E9 =3D/, 'not pass'],
  ])('%o', async (change, shape, result) => {
    const isEncoded = 'encode' in change;
    const base = isEncoded ? { raw: 'From: a@example.org\\r\\nSubject: x\\r\\n\\r\\ncaf\\xe9 =\\r\\n' } : {};
    const { text, dkim } = await after({ change }, base);
    expect(text).toMatch(shape);
    expect(dkim[0]?.status.result === 'pass' ? 'pass' : 'not pass').toBe(result);
  });
});

describe('ARC', () => {
  const seal = (more: object = {}) => ({ seal: { ...selected('rsa2048a'), domain: 'fwd.example.net', ...more } });
  const outcome = async (...hops: object[]) => {
    const { arc: found } = await judged({ hops });
    return [found.status.result, found.i];
  };

  test('a chain verifies, by either kind of key, whatever is changed before it is sealed', async () => {
    const change = { list: { address: 'dev@lists.example.net' } };
    expect(await outcome()).toEqual(['none', 0]);
    expect(await outcome({ sign: selected('rsa2048a') }, change, seal())).toEqual(['pass', 1]);
    expect(await outcome(seal(), change, seal({ ...selected('ed25519a'), results: 'arc=pass' }), seal())).toEqual([
      'pass',
      3,
    ]);
    expect(await outcome(seal({ times: 50 }))).toEqual(['pass', 50]);
    expect(await outcome(seal({ times: 51 }))).toEqual(['fail', false]);
  });

  test('what is changed behind the last seal breaks it', async () => {
    expect((await outcome(seal(), { change: { prefix: 'x' } }))[0]).toBe('fail');
  });

  test('one that says fail ends the chain', async () => {
    expect((await outcome(seal(), seal({ cv: 'fail' })))[0]).toBe('fail');
    const { text } = await judged({ hops: [seal(), seal({ cv: 'fail' })] });
    expect(text).toContain('i=2; cv=fail;');
  });

  test.each(sealFaults)('a set with %s fails', async (fault) => {
    expect((await outcome(seal(), seal({ fault })))[0]).toBe('fail');
  });
});

describe('keys in zones', () => {
  test('become their records', () => {
    expect(
      withKeys('a.example A 192.0.2.1\ns1._domainkey.a.example DKIM ed25519a t=s;h=sha256 # note\nb.example TXT DKIM'),
    ).toBe(
      `a.example A 192.0.2.1\ns1._domainkey.a.example TXT ${testKeyRecord('ed25519a', ['t=s', 'h=sha256'])}\nb.example TXT DKIM`,
    );
  });

  test('that are not there are told with their line', () => {
    expect(keyMistakes('\na DKIM rsa2048c\n')).toEqual([
      { line: 2, message: expect.stringContaining('no test key rsa2048c: expected one of rsa2048a,') as string },
    ]);
  });
});
