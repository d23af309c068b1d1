// GSSAPI move by move, with Kerberos played by the test: layers, identities, realms, bounds, and contexts that are given back.
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { tokenKind } from '../../core/sasl/gss/token.ts';
import { gssapi } from '../../core/sasl/gssapi.ts';
import type { Kerberos, KerberosContext, KerberosFailure } from '../../core/sasl/kerberos.ts';
import { begin, respond, type Step } from '../../core/sasl/mechanism.ts';
import { b64, bare, contextOf, source } from './people.ts';

const { users } = source(['alice', 'alice@GATE.EXAMPLE', 'a@b'].map((name) => ({ name, password: 'not asked for' })));

interface Played {
  readonly principal?: string;
  readonly realm?: string;
  /** Tokens it takes until it is done. */
  readonly rounds?: number;
  /** What goes back at the end. */
  readonly last?: string;
  readonly accept?: KerberosFailure;
  readonly unwrap?: KerberosFailure;
}

/** Wrapping is writing `wrapped:` before it. */
function kerberosOf(played: Played = {}): Kerberos & { closed: number; opened: number } {
  const { principal = 'alice@GATE.EXAMPLE', realm = 'GATE.EXAMPLE', rounds = 1, last = 'rep' } = played;
  const all = {
    closed: 0,
    opened: 0,
    problem: () => Promise.resolve(undefined),
    open(): KerberosContext {
      all.opened += 1;
      let taken = 0;
      return {
        accept: () => {
          taken += 1;
          const done = taken >= rounds;
          const said = { token: Buffer.from(done ? last : 'more'), done, ...(done && { principal, realm }) };
          return Promise.resolve(played.accept ?? said);
        },
        wrap: (bytes) => Promise.resolve(Buffer.concat([Buffer.from('wrapped:'), bytes])),
        unwrap: (bytes) => Promise.resolve(played.unwrap ?? bytes.subarray(8)),
        close: () => void (all.closed += 1),
      };
    },
  };
  return all;
}

const chosen = (layer: number, authzid: string | Buffer = '') =>
  b64(Buffer.concat([Buffer.from('wrapped:'), Buffer.from([layer, 0, 0, 0]), Buffer.from(authzid)]));

async function steps(
  kerberos: Kerberos | undefined,
  lines: readonly (string | null)[],
  name: 'local' | 'full' = 'local',
): Promise<Step[]> {
  const { authentication } = settingsSchema.parse({ authentication: { gssapi: { name } } });
  const exchange = gssapi.start(contextOf(users, { settings: authentication, ...(kerberos && { kerberos }) }));
  const [initial = null, ...rest] = lines;
  const all = [await begin(exchange, initial)];
  for (const line of rest) all.push(await respond(exchange, line ?? ''));
  return all;
}

const play = async (...given: Parameters<typeof steps>) => (await steps(...given)).map(bare);
const offer = `wrapped:${String.fromCharCode(1, 0, 0, 0)}`;
const token = b64('a token');

describe('GSSAPI', () => {
  it('takes tokens, offers no layer and has an identity in the end (RFC 4752 section 3.2)', async () => {
    const ok = { user: 'alice', principal: 'alice@GATE.EXAMPLE' };
    expect(await play(kerberosOf(), [token, '', chosen(1)])).toEqual(['rep', offer, ok]);
    expect(await play(kerberosOf(), [null, token, '', chosen(1)])).toEqual(['', 'rep', offer, ok]);
    // A context that is complete without another token goes on at once.
    expect(await play(kerberosOf({ last: '' }), [token, chosen(1)])).toEqual([offer, ok]);
    expect(await play(kerberosOf({ rounds: 3 }), [token, token, token, '', chosen(1)])).toEqual([
      'more',
      'more',
      'rep',
      offer,
      ok,
    ]);
  });

  it('names an authorisation identity only when it is somebody else', async () => {
    const last = async (authzid: string) => (await play(kerberosOf(), [token, '', chosen(1, authzid)])).at(-1);
    const own = { user: 'alice', principal: 'alice@GATE.EXAMPLE' };
    expect(await last('alice')).toEqual(own);
    expect(await last('alice@GATE.EXAMPLE')).toEqual(own);
    expect(await last('bob')).toEqual({ ...own, authzid: 'bob' });
  });

  it('takes the local name only in its own realm', async () => {
    const last = async (principal: string, name: 'local' | 'full' = 'local') =>
      (await play(kerberosOf({ principal }), [token, '', chosen(1)], name)).at(-1);
    expect(await last('alice@ELSEWHERE.EXAMPLE')).toMatchObject({
      fail: 'credentials',
      detail: expect.stringContaining('another realm') as string,
    });
    expect(await last('alice@EVIL@GATE.EXAMPLE')).toMatchObject({ fail: 'credentials', user: 'alice@EVIL' });
    expect(await last('a\\@b@GATE.EXAMPLE')).toMatchObject({ user: 'a@b' });
    // A backspace, not the letter: krb5_unparse_name.
    expect(await last('a\\@\\b@GATE.EXAMPLE')).toMatchObject({ fail: 'credentials' });
    expect(await last('alice@GATE.EXAMPLE', 'full')).toMatchObject({ user: 'alice@GATE.EXAMPLE' });
    expect(await last('@GATE.EXAMPLE')).toMatchObject({ fail: 'credentials' });
    expect(await last('mallory@GATE.EXAMPLE')).toMatchObject({ fail: 'credentials', user: 'mallory' });
  });

  it.each([
    ['integrity', 2, 'integrity'],
    ['confidentiality', 4, 'confidentiality'],
    ['no layer at all', 0, 'layer 0'],
    ['two layers', 3, 'layer 3'],
  ])('refuses %s, which was not offered', async (_name, layer, said) => {
    const all = await play(kerberosOf(), [token, '', chosen(layer)]);
    expect(all.at(-1)).toEqual({ fail: 'malformed', detail: expect.stringContaining(said) as string });
  });

  it('refuses what is no message of the mechanism, and no token is a login', async () => {
    const malformed = expect.objectContaining({ fail: 'malformed' }) as unknown;
    expect(await play(kerberosOf(), ['='])).toEqual([malformed]);
    expect(await play(kerberosOf(), [null, ''])).toEqual(['', malformed]);
    expect(await play(kerberosOf(), [b64(Buffer.alloc(65_537))])).toEqual([malformed]);
    expect(await play(kerberosOf(), [token, b64('another')])).toEqual(['rep', malformed]);
    expect(await play(kerberosOf(), [token, '', ''])).toEqual(['rep', offer, malformed]);
    expect(await play(kerberosOf(), [token, '', b64('wrapped:abc')])).toEqual(['rep', offer, malformed]);
    for (const authzid of [Buffer.from([0xff]), 'a\0b', 'x'.repeat(1025)])
      expect(await play(kerberosOf(), [token, '', chosen(1, authzid)])).toEqual(['rep', offer, malformed]);
    expect(await play(kerberosOf(), [token, '', chosen(1), chosen(1)])).toEqual([
      'rep',
      offer,
      expect.objectContaining({ user: 'alice' }),
      malformed,
    ]);
  });

  it('ends a context that is never complete', async () => {
    const all = await play(
      kerberosOf({ rounds: Infinity }),
      Array.from({ length: 10 }, () => token),
    );
    expect(all.filter((one) => one === 'more')).toHaveLength(8);
    expect(all[8]).toMatchObject({ fail: 'malformed' });
  });

  it('tells whose fault it is: a bad ticket is a failed login, a missing keytab is not', async () => {
    const theirs = { failed: 'Request is a replay' };
    const ours = { failed: 'no keytab', ours: true };
    expect(await play(kerberosOf({ accept: theirs }), [token])).toMatchObject([{ fail: 'credentials' }]);
    expect(await play(kerberosOf({ accept: ours }), [token])).toMatchObject([{ fail: 'temporary' }]);
    expect(await play(kerberosOf({ unwrap: theirs }), [token, '', token])).toMatchObject([
      'rep',
      offer,
      { fail: 'credentials' },
    ]);
    expect(await play(undefined, [token])).toMatchObject([{ fail: 'temporary' }]);
  });

  it('gives its context back once, however it ends', async () => {
    const endings: readonly (readonly (string | null)[])[] = [
      [token, '', chosen(1)],
      [token, '', chosen(2)],
      ['='],
      [token, b64('another'), token],
    ];
    for (const lines of endings) {
      const kerberos = kerberosOf();
      await steps(kerberos, lines);
      expect([kerberos.opened, kerberos.closed], String(lines)).toEqual([1, 1]);
    }
    const kerberos = kerberosOf();
    const exchange = gssapi.start(contextOf(users, { kerberos }));
    await begin(exchange, token);
    exchange.drop?.();
    exchange.drop?.();
    expect(kerberos.closed).toBe(1);
    expect(await exchange.next(Buffer.alloc(0))).toMatchObject({ fail: 'malformed' });
  });

  it('tells what was said, and tokens by their length alone', async () => {
    const secret = 'GATEHOUSE-TOKEN';
    const all = await steps(kerberosOf({ last: secret }), [b64(secret), '', chosen(1, 'bob')]);
    const told = all.flatMap((step) => [step.heard, 'challenge' in step ? step.asks : undefined]);
    expect(JSON.stringify(told)).not.toContain(secret);
    expect(told.map((one) => one?.what)).toEqual([
      'client token',
      'context token',
      'empty response',
      'security layers offered',
      'security layer chosen',
      undefined,
    ]);
    expect(told[0]?.fields).toEqual([
      { name: 'token', value: 'no GSSAPI token' },
      { name: 'octets', secret: secret.length },
    ]);
    expect(told[4]?.fields).toContainEqual({ name: 'authzid', value: 'bob' });
  });
});

describe('the kind of a token', () => {
  it.each([
    ['60819906092a864886f71201020202006f', 'Kerberos V5 AP-REP'],
    ['608202ba06092a864886f71201020201006e', 'Kerberos V5 AP-REQ'],
    ['602806062b0601050502a01e', 'SPNEGO token'],
    [`0504${'00'.repeat(14)}`, 'wrap token'],
    ['4e544c4d53535000', 'no GSSAPI token'],
    ['60', 'no GSSAPI token'],
    ['', 'no GSSAPI token'],
    ['60ff06', 'no GSSAPI token'],
    ['600606032b0601', 'unknown mechanism token'],
  ])('%s is %s', (hex, kind) => {
    expect(tokenKind(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBe(kind);
  });
});
