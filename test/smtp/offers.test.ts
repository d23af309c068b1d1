// Each mechanism is offered and taken exactly where it is listed: in clear, after STARTTLS and on implicit TLS, by service and by listener.
import { beforeAll, describe, expect, test } from 'vitest';
import { clearMechanisms, type MechanismName, mechanismNames, mechanismTable } from '../../core/contract/mechanisms.ts';
import { settingsSchema, type SettingsInput } from '../../core/contract/settings/settings.ts';
import { workshop } from '../../core/smtp/certificates.ts';
import { realWorld } from '../../core/world/real.ts';
import { makeCertificate, type MadeCertificate } from '../../core/world/workshop.ts';
import { kerberosFor, tickets } from '../fuzz/saslSubject.ts';
import { ann, annsToken, logIn, people } from './loggingIn.ts';
import { certificates, Client, type Ground, grounds, heldWorld, mx, password } from './playground.ts';

const start = grounds();
const kerberos = kerberosFor(ann, 'gate.example');
let certificate: MadeCertificate;
beforeAll(async () => {
  const { authority } = await workshop({ world: realWorld, folder: certificates, hostname: 'gate.example' });
  certificate = await makeCertificate({ kind: 'good', names: [ann], now: Date.now(), authority, usage: 'client' });
});

type Names = readonly MechanismName[];
interface Lists {
  readonly clear: Names;
  readonly secured: Names;
}
const ways = ['in clear', 'after STARTTLS', 'on implicit TLS'] as const;
type Way = (typeof ways)[number];

/** A client that has said EHLO, and what it heard of AUTH. */
async function enter(g: Ground, way: Way, shows = true): Promise<{ client: Client; offered: readonly string[] }> {
  const tls = shows ? { cert: certificate.cert, key: certificate.key } : {};
  const client =
    way === 'on implicit TLS' ? await Client.implicit(g.port('implicit'), tls) : await Client.open(g.port('starttls'));
  let ehlo = await client.hello();
  if (way === 'after STARTTLS') {
    await client.ask('STARTTLS');
    await client.secure(tls);
    ehlo = await client.ask('EHLO client.example');
  }
  return { client, offered: ehlo.split('\n').flatMap((line) => /^250[ -](AUTH[ =].*)/.exec(line)?.[1] ?? []) };
}

/** The last reply to a login that is right. */
async function attempt(client: Client, mechanism: MechanismName): Promise<string> {
  const isToken = mechanismTable[mechanism].needs === 'token';
  const login = { mechanism, ...(isToken ? { token: annsToken } : { password }) };
  const { reply } = await logIn(client, login, { kerberos: tickets });
  return reply.slice(0, 9);
}

function settingsOf(lists: Lists, from: 'service' | 'listener', others: Names): SettingsInput {
  const written = { clear: [...lists.clear], secured: [...lists.secured] } as { clear: never[]; secured: never[] };
  const unlike = { clear: [...others], secured: [...others] } as { clear: never[]; secured: never[] };
  const own = from === 'listener' ? { authentication: { own: true, ...written } } : {};
  const security = { clientCertificate: 'request' as const };
  return {
    acceptance: { hostname: 'gate.example', extensions: { authEquals: true } },
    authentication: { ...(from === 'listener' ? unlike : written), gssapi: { name: 'full' } },
    listeners: [
      { ...mx, name: 'starttls', tls: 'starttls', security, ...own },
      { ...mx, name: 'implicit', tls: 'implicit', security, ...own },
    ],
  };
}

/** What is heard on each way: the lines of AUTH, and the end of a login with the mechanism. */
async function heard(g: Ground, mechanism: MechanismName) {
  const all: Record<string, readonly string[]> = {};
  for (const way of ways) {
    const { client, offered } = await enter(g, way);
    all[way] = [...offered, await attempt(client, mechanism)];
    client.reset();
  }
  return all;
}

const cases = mechanismNames.flatMap((mechanism) =>
  (['service', 'listener'] as const).flatMap((from) =>
    (['clear', 'secured', 'both', 'neither'] as const)
      .filter((where) => clearMechanisms.includes(mechanism as never) || where === 'secured' || where === 'neither')
      .map((where) => ({ mechanism, from, where })),
  ),
);

describe('a mechanism is offered and taken where the list has it, and nowhere else:', () => {
  test.for(cases)('$mechanism, in the list of the $from for: $where', async ({ mechanism, from, where }) => {
    const [first, last] = (['LOGIN', 'CRAM-MD5', 'PLAIN'] as const).filter((name) => name !== mechanism) as Names;
    const list = (isIn: boolean) => (isIn ? [first!, mechanism, last!] : [last!, first!]);
    const lists = {
      clear: list(where === 'clear' || where === 'both'),
      secured: list(where === 'secured' || where === 'both'),
    };
    const g = await start(settingsOf(lists, from, [mechanism === 'PLAIN' ? 'LOGIN' : 'PLAIN']), {
      users: people(),
      kerberos,
    });
    const expected = (names: Names) => [
      `AUTH ${names.join(' ')}`,
      `AUTH=${names.join(' ')}`,
      names.includes(mechanism) ? '235 2.7.0' : '504 5.5.4',
    ];
    expect(await heard(g, mechanism)).toEqual({
      'in clear': expected(lists.clear),
      'after STARTTLS': expected(lists.secured),
      'on implicit TLS': expected(lists.secured),
    });
  });
});

test.for(mechanismNames.filter((name) => 'tlsOnly' in mechanismTable[name]))(
  '%s cannot be listed for connections in clear',
  (mechanism) => {
    expect(settingsSchema.safeParse({ authentication: { clear: [mechanism] } }).success).toBe(false);
    const own = { own: true, clear: [mechanism] };
    expect(settingsSchema.safeParse({ listeners: [{ ...mx, authentication: own }] }).success).toBe(false);
  },
);

describe('a mechanism that is listed is left out', () => {
  test('GSSAPI until Kerberos has no problem any more, which is asked again every half minute', async () => {
    const held = heldWorld();
    let problem: string | undefined = 'the Kerberos helper ended (signal SIGSEGV); it is started again in 8 s';
    const ailing = { ...kerberos, problem: () => Promise.resolve(problem) };
    const g = await start(settingsOf({ clear: ['GSSAPI', 'PLAIN'], secured: [] }, 'service', []), {
      kerberos: ailing,
      world: held.world,
    });
    const told = () => g.receiver.state().unavailable?.map(({ why }) => why);
    const offered = async () => (await enter(g, 'in clear')).offered[0];
    const askAgain = async () => {
      const due = held.timers.filter(({ ms }) => ms === 30_000);
      expect(due).toHaveLength(1);
      due[0]?.fire();
      await new Promise(setImmediate);
    };
    expect([told(), await offered()]).toEqual([[problem], 'AUTH PLAIN']);
    problem = 'the keytab has no key';
    await askAgain();
    expect([told(), await offered()]).toEqual([[problem], 'AUTH PLAIN']);
    problem = undefined;
    await askAgain();
    expect([told(), await offered()]).toEqual([undefined, 'AUTH GSSAPI PLAIN']);
    expect(held.timers.filter(({ ms }) => ms === 30_000)).toEqual([]);
  });

  const everything = { clear: [...clearMechanisms], secured: [...mechanismNames] };

  test('where nothing can be done with it', async () => {
    const input = settingsOf(everything, 'service', []);
    const oauth = { tokens: false };
    const g = await start({ ...input, authentication: { ...input.authentication, oauth } }, { users: people() });
    const cannot: Names = ['GSSAPI', 'OAUTHBEARER', 'XOAUTH2'];
    const left = (names: Names) => names.filter((name) => !cannot.includes(name)).join(' ');
    for (const way of ways) {
      const { client, offered } = await enter(g, way);
      expect(offered[0]).toBe(`AUTH ${left(way === 'in clear' ? clearMechanisms : mechanismNames)}`);
      for (const name of cannot) expect(await attempt(client, name)).toBe('504 5.5.4');
      client.reset();
    }
  });

  test('where a directory gives out no secrets', async () => {
    const input = settingsOf(everything, 'service', []);
    const source = { kind: 'bind' as const };
    const users = people();
    const g = await start({ ...input, authentication: { ...input.authentication, source } }, { users, kerberos });
    for (const way of ways) {
      const { client, offered } = await enter(g, way);
      expect(offered[0]).toBe(`AUTH GSSAPI ${way === 'in clear' ? '' : 'EXTERNAL '}PLAIN LOGIN`);
      for (const name of ['SCRAM-SHA-256', 'CRAM-MD5', 'DIGEST-MD5', 'XOAUTH2'] as const)
        expect(await attempt(client, name)).toBe('504 5.5.4');
      expect(await attempt(client, 'LOGIN')).toBe('235 2.7.0');
      client.reset();
    }
    const why = g.receiver.state().unavailable?.find(({ mechanism }) => mechanism === 'XOAUTH2')?.why;
    for (const decides of ['source.kind', 'oauth.keySet']) expect(why).toContain(`(authentication.${decides})`);
  });

  test('EXTERNAL, where the client has shown no certificate', async () => {
    const g = await start(settingsOf(everything, 'service', []), { users: people(), kerberos });
    for (const way of ['after STARTTLS', 'on implicit TLS'] as const) {
      const { client, offered } = await enter(g, way, false);
      expect(offered[0]).toBe(`AUTH ${mechanismNames.filter((name) => name !== 'EXTERNAL').join(' ')}`);
      expect(await attempt(client, 'EXTERNAL')).toBe('504 5.5.4');
      client.reset();
    }
  });
});

test('before TLS nothing is offered where TLS comes first, and every login is answered 530', async () => {
  const input = settingsOf({ clear: [...clearMechanisms], secured: [...mechanismNames] }, 'service', []);
  const users = people();
  const g = await start(
    { ...input, authentication: { ...input.authentication, requireTls: true } },
    { users, kerberos },
  );
  const { client, offered } = await enter(g, 'in clear');
  expect(offered).toEqual([]);
  for (const name of mechanismNames) expect(await attempt(client, name)).toBe('530 5.7.0');
  client.reset();
  const secured = await enter(g, 'after STARTTLS');
  expect(secured.offered[0]).toBe(`AUTH ${mechanismNames.join(' ')}`);
  secured.client.reset();
});
