// GSSAPI with tickets of a realm of our own: gsasl and msmtp log in, and what is wrong with a ticket or a keytab is told.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { foldLogins, type LoginAccount } from '../../core/contract/login.ts';
import { type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { forkKerberos } from '../../core/host/kerberosProcess.ts';
import type { HelperProcess } from '../../core/sasl/gss/calling.ts';
import { kerberosClientOf, kerberosOf } from '../../core/sasl/gss/kerberos.ts';
import type { KerberosClient } from '../../core/sasl/kerberos.ts';
import { loadScenarios, tasksOf } from '../../core/simulate/load.ts';
import { runCases } from '../../core/simulate/pool.ts';
import { isUnexpected } from '../../core/simulate/report.ts';
import { threadsWith } from '../../core/simulate/spawn.ts';
import { realWorld } from '../../core/world/real.ts';
import { source } from '../sasl/people.ts';
import { type Client, type Ground, grounds } from '../smtp/playground.ts';
import { needProgram } from '../tooling/programs.ts';
import { deliver } from './msmtp.ts';
import { missingPackages, type Realm, startRealm } from './realm.ts';
import { folderOf, run, under } from './running.ts';
import { arrival, authority, type Mode, submission } from './yard.ts';

const alice = { name: 'alice', password: 'in the looking glass' };
const bob = { name: 'bob', password: 'the builder' };
const mallory = { name: 'mallory', password: 'in the middle' };

const missing = missingPackages();
const why = missing.length === 0 ? '' : ` [apt-get install --no-install-recommends ${missing.join(' ')}]`;

describe.skipIf(missing.length > 0)(`GSSAPI${why}`, () => {
  const folder = folderOf('gssapi');
  const ground = grounds();
  let realm: Realm;
  let ticket: string;
  let tickets: ReturnType<typeof kerberosClientOf>;
  let accepting: ReturnType<typeof kerberosOf>;
  /** The process that accepts now. */
  let accepts: HelperProcess | undefined;

  beforeAll(async () => {
    realm = await startRealm([alice, bob, mallory]);
    ticket = await realm.ticket(alice);
    for (const [name, value] of Object.entries(realm.environment)) vi.stubEnv(name, value);
    vi.stubEnv('KRB5CCNAME', ticket);
    // Somebody who turned replay caches off has one here all the same.
    vi.stubEnv('KRB5RCACHETYPE', 'none');
    const spawn = () => (accepts = forkKerberos());
    accepting = kerberosOf({ spawn, world: realWorld, folder: realm.folder });
    tickets = kerberosClientOf({ spawn: forkKerberos, world: realWorld });
  });
  afterAll(async () => {
    accepting.close();
    tickets.close();
    vi.unstubAllEnvs();
    await realm.stop();
  });

  type Wish = readonly [gssapi?: object, over?: SettingsInput['authentication'], limits?: SettingsInput];
  const open = (...[gssapi, over, limits]: Wish): Promise<Ground> =>
    ground(
      {
        ...limits,
        listeners: [...submission],
        authentication: {
          clear: ['GSSAPI', 'PLAIN'],
          secured: ['GSSAPI', 'PLAIN'],
          gssapi: { keytab: realm.keytab, ...gssapi },
          ...over,
        },
      },
      {
        kerberos: accepting,
        users: source(['alice', 'bob', 'alice@GATE.EXAMPLE'].map((name) => ({ name, password: 'not asked for' })))
          .users,
      },
    );

  const gsasl = (g: Ground, { mode = 'clear', service = 'smtp', more = [], cache = ticket }: GsaslWish = {}) =>
    run(
      ...under({ ...realm.environment, KRB5CCNAME: cache }, 'gsasl', [
        ...['--smtp', `--connect=localhost:${g.port(mode)}`, '--hostname=localhost', `--service=${service}`],
        mode === 'starttls' ? '--starttls' : '--no-starttls',
        `--x509-ca-file=${authority}`,
        ...['--mechanism=GSSAPI', '--authentication-id=alice', '--quality-of-protection=qop-auth', ...more],
      ]),
    );

  test.for(['clear', 'starttls'] as const)('gsasl logs in over %s', async (mode, context) => {
    needProgram(context, 'gsasl');
    const g = await open();
    const { code, said } = await gsasl(g, { mode });
    expect(code, said).toBe(0);
    expect(said).toContain('235 2.7.0');
    expect(await lastLogin(g)).toMatchObject({
      mechanism: 'GSSAPI',
      secured: mode !== 'clear',
      outcome: 'ok',
      user: 'alice',
      principal: 'alice@GATE.EXAMPLE',
    });
  });

  test.for(['clear', 'starttls', 'implicit'] as const)(
    'msmtp delivers over %s, and the session shows the principal',
    async (mode, context) => {
      const program = needProgram(context, 'msmtp');
      const g = await open();
      const tls = {
        clear: ['tls off'],
        starttls: ['tls on', `tls_trust_file ${authority}`],
        implicit: ['tls on', 'tls_starttls off', `tls_trust_file ${authority}`],
      };
      const environment = { ...realm.environment, KRB5CCNAME: ticket };
      const commands = [...tls[mode], 'auth gssapi', 'user alice'];
      const way = { to: 'b@gate.example', port: g.port(mode), commands, environment };
      const { code, said } = await deliver(program, folder(), way);
      expect(code, said).toBe(0);
      const came = await arrival(g);
      expect(came.envelope.user).toBe('alice');
      const [login] = foldLogins(came.events);
      expect(login).toMatchObject({ outcome: 'ok', principal: 'alice@GATE.EXAMPLE', code: 235 });
      expect(login?.moves.flatMap(({ heard }) => heard?.what ?? [])).toEqual([
        'client token',
        'empty response',
        'security layer chosen',
      ]);
      const lines = came.events.map((event) => JSON.stringify(event)).join('\n');
      expect(lines).not.toMatch(/"bytes":"(AUTH GSSAPI )?YI/);
    },
  );

  test('a user may log in for another only where the settings say so', async (context) => {
    needProgram(context, 'gsasl');
    const strict = await open();
    const more = ['--authorization-id=bob'];
    const refused = await gsasl(strict, { more });
    expect(refused.said).toContain('535 5.7.8');
    expect(await lastLogin(strict)).toMatchObject({ outcome: 'credentials', user: 'alice', authzid: 'bob' });
    const g = await open({}, { actFor: 'anyone' });
    const { code, said } = await gsasl(g, { more });
    expect(code, said).toBe(0);
    expect((await g.events()).length).toBeGreaterThan(0);
    expect(g.journal.sessions[0]?.row.user).toBe('bob');
  });

  test('the full principal is a user where the settings say so', async () => {
    const g = await open({ name: 'full' });
    expect((await login(g, tickets)).end).toMatch(/^235/);
    expect(await lastLogin(g)).toMatchObject({ user: 'alice@GATE.EXAMPLE', principal: 'alice@GATE.EXAMPLE' });
  });

  test('a ticket of somebody who is no user here is answered like any other failed login', async (context) => {
    needProgram(context, 'gsasl');
    const g = await open();
    const { code, said } = await gsasl(g, { cache: await realm.ticket(mallory) });
    expect(code).not.toBe(0);
    expect(said).toContain('535 5.7.8');
    const found = await lastLogin(g);
    expect(found).toMatchObject({ outcome: 'credentials', user: 'mallory' });
    expect(found?.why).toContain('no such user');
  });

  test('a ticket for another service is no ticket, even where the keytab has its key', async (context) => {
    needProgram(context, 'gsasl');
    const other = await realm.addService('imap/localhost');
    const imap = await open({ keytab: other, service: 'imap' });
    expect((await gsasl(imap, { service: 'imap' })).code).toBe(0);
    const both = await realm.addService('smtp2/localhost', other);
    const g = await open({ keytab: both, service: 'smtp2' });
    const { said } = await gsasl(g, { service: 'imap' });
    expect(said).toContain('535 5.7.8');
    // The keys of one receiver are none of another's.
    const { said: crossed } = await gsasl(imap, { service: 'smtp' });
    expect(crossed).toContain('535 5.7.8');
  });

  test('without a ticket nothing is shown, and the reason is told', async (context) => {
    needProgram(context, 'gsasl');
    const g = await open();
    const { code, said } = await gsasl(g, { cache: `FILE:${join(realm.folder, 'none')}` });
    expect(code).not.toBe(0);
    expect(said).not.toMatch(/^(235|535)/m);
    expect(await tickets.problem()).toBeUndefined();
    const cache = await realm.ticket(alice, '1s');
    vi.stubEnv('KRB5CCNAME', cache);
    const short = kerberosClientOf({ spawn: forkKerberos, world: realWorld });
    try {
      await vi.waitFor(
        async () => expect(await short.problem()).toMatch(/no Kerberos ticket \(.*expired\): kinit first/),
        {
          timeout: 6000,
          interval: 100,
        },
      );
    } finally {
      short.close();
      vi.stubEnv('KRB5CCNAME', ticket);
    }
  });

  test('tokens that were tampered with, replayed, of SPNEGO or no tokens at all are failed logins', async () => {
    const g = await open();
    const client = await hello(g);
    const token = await freshToken(tickets);
    const bent = Buffer.from(token);
    bent[bent.length - 20] = (bent.at(-20) ?? 0) ^ 1;
    const spnego = Buffer.from(
      '602806062b0601050502a01e301ca01a3018060a2b06010401823702021e060a2b06010401823702020a',
      'hex',
    );
    expect(await auth(client, bent)).toMatch(/^535 5\.7\.8/);
    expect(await auth(client, token)).toMatch(/^334 /);
    expect(await client.ask('*')).toMatch(/^501/);
    expect(await auth(client, token)).toMatch(/^535 5\.7\.8/);
    expect(await auth(client, Buffer.from('garbage'))).toMatch(/^535 5\.7\.8/);
    client.reset();
    const again = await hello(g);
    expect(await auth(again, spnego)).toMatch(/^535 5\.7\.8/);
    expect(await again.ask('AUTH GSSAPI =')).toMatch(/^501 5\.5\.2/);
    expect(await again.ask('AUTH GSSAPI')).toBe('334 ');
    expect(await again.ask('')).toMatch(/^501 5\.5\.2/);
    again.reset();
    const whys = foldLogins(await g.events(0)).map(({ outcome, why: text }) => [outcome, text]);
    expect(whys).toEqual([
      ['credentials', expect.stringContaining('integrity')],
      ['cancelled', expect.anything()],
      ['credentials', expect.stringContaining('replay')],
      ['credentials', expect.stringContaining('Invalid token')],
    ]);
    const second = foldLogins(await g.events(1)).map(({ outcome }) => outcome);
    expect(second).toEqual(['credentials', 'malformed', 'malformed']);
  });

  test('garbage in place of tokens is guessing: 421 at the cap, and its peer is held off', async () => {
    const peer = { maxRetry: 4, findTime: 600, banTime: 600 };
    const g = await open({}, {}, { errors: { maxAuthErrors: 3 }, protection: { failedLogins: { peer } } });
    const guesser = await hello(g);
    for (const length of [1, 60, 500, 2000]) expect(await auth(guesser, Buffer.alloc(length))).toMatch(/^535 5\.7\.8/);
    expect(await guesser.reply()).toMatch(/^421 4\.7\.0/);
    expect(await (await g.connect('clear')).reply()).toMatch(/^421 .*failed logins/);
    const counted = { of: 'peer', failures: 4, relief: 600_000 };
    expect(foldLogins(await g.events()).at(-1)?.counters).toContainEqual(expect.objectContaining(counted));
  });

  test('is not offered where there is no key, and why is told', async () => {
    for (const [keytab, service, reason] of [
      [join(realm.folder, 'nowhere'), 'smtp', /nowhere.*not found.*ktadd/],
      [realm.folder, 'smtp', /Is a directory.*authentication\.gssapi\.keytab/],
      [realm.keytab, 'pop', /no key for pop.*addprinc -randkey pop\/HOST/],
    ] as const) {
      const g = await open({ keytab, service });
      const client = await g.connect('clear');
      expect(await client.hello()).toMatch(/AUTH PLAIN$/m);
      expect(await client.ask('AUTH GSSAPI')).toMatch(/^504 5\.5\.4/);
      expect(g.receiver.state().unavailable).toEqual([{ mechanism: 'GSSAPI', why: expect.stringMatching(reason) }]);
    }
    // A relative name begins at the folder of the configuration.
    expect(await accepting.problem({ keytab: 'smtp.keytab', service: 'smtp' })).toBeUndefined();
  });

  test('a helper that ends in the middle of a login costs that login alone', async () => {
    const g = await open();
    const client = await hello(g);
    expect(await auth(client, await freshToken(tickets))).toMatch(/^334 /);
    accepts?.end();
    expect(await client.ask('')).toMatch(/^454 4\.7\.0/);
    const { end } = await login(g, tickets, client);
    expect(end).toMatch(/^235/);
    client.reset();
    const [first, second] = foldLogins(await g.events());
    expect(first).toMatchObject({ outcome: 'temporary', counters: [] });
    expect(first?.why).toMatch(/helper/);
    expect(second).toMatchObject({ outcome: 'ok' });
  });

  test('a keytab that vanishes is ours to repair, and no failed login', async () => {
    const own = await realm.addService('smtp3/localhost');
    const g = await open({ keytab: own, service: 'smtp3' });
    const client = await hello(g);
    await run('rm', [own]);
    expect(existsSync(own)).toBe(false);
    expect(await auth(client, await freshToken(tickets, 'smtp3@localhost'))).toMatch(/^454 4\.7\.0/);
  });

  test('scenarios log in with the tickets that are there, and do not apply where there are none', async () => {
    const folderOfScenario = join(folder(), 'scenarios');
    mkdirSync(folderOfScenario, { recursive: true });
    writeFileSync(join(folderOfScenario, 'ticket.yml'), scenario);
    const mine = settingsSchema.parse({
      listeners: [...submission],
      authentication: { clear: ['GSSAPI'], gssapi: { keytab: realm.keytab } },
    });
    const tasks = tasksOf(await loadScenarios([folderOfScenario]), { base: 'mine', mine }, { world: 'real' });
    const played = async (some = tasks) => {
      const { results } = await runCases(some, { workers: 1, spawn: threadsWith(forkKerberos) });
      return results.map(({ case: name, outcome, why: because }) => [name, outcome, outcome === 'held' ? '' : because]);
    };
    expect(await played()).toEqual([
      ['ticket', 'held', ''],
      ['integrity', 'held', ''],
      ['replay', 'held', ''],
    ]);
    vi.stubEnv('KRB5CCNAME', join(realm.folder, 'none'));
    const none = expect.stringMatching(/no Kerberos ticket.*kinit first/) as string;
    expect(await played(tasks.slice(0, 1))).toEqual([['ticket', 'notApplicable', none]]);
  });

  test('the shipped attacks with tickets come out as they expect, and expect nothing without a ticket', async () => {
    vi.stubEnv('KRB5_KTNAME', realm.keytab);
    const shipped = join(import.meta.dirname, '../../scenarios/auth');
    const tasks = tasksOf(
      await loadScenarios(['ticket-guessing', 'broken-tickets'].map((name) => join(shipped, `${name}.yml`))),
      'presets',
    );
    const played = async (some: typeof tasks) => (await runCases(some, { spawn: threadsWith(forkKerberos) })).results;
    const results = await played(tasks);
    expect(results.filter(isUnexpected).map(({ case: name, preset, why: because }) => [name, preset, because])).toEqual(
      [],
    );
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['held', 'breached']));
    vi.stubEnv('KRB5CCNAME', join(realm.folder, 'none'));
    expect(await played(tasks.slice(0, 1))).toMatchObject([{ outcome: 'notApplicable' }]);
    expect(await played(tasks.slice(0, 1))).not.toMatchObject([{ expected: 'held' }]);
  }, 60_000);

  afterEach(() => vi.stubEnv('KRB5CCNAME', ticket));
});

const scenario = `title: A ticket logs in
row: AUT-20
kind: citizen
role: submission
about: A client with a Kerberos ticket logs in, chooses a layer that was not offered, and says again what it said before.
sources: [RFC 4752]
world: { because: other-threads }
knobs: [authentication.clear]
users: [{ name: alice, password: not asked for at all }]
presets: { axigen-10.3: held }
cases:
  - name: ticket
    talk: [hear: 220, say: EHLO client.example, hear: 250, login: { mechanism: GSSAPI, user: alice, hear: 235 }]
  - name: integrity
    talk: [hear: 220, say: EHLO client.example, hear: 250, login: { mechanism: GSSAPI, user: alice, fault: integrity, hear: 501 }]
  - name: replay
    talk:
      - hear: 220
      - say: EHLO client.example
      - hear: 250
      - login: { mechanism: GSSAPI, user: alice, authzid: bob, hear: 535 }
      - login: { mechanism: GSSAPI, user: alice, fault: replay, hear: 535 }
`;

interface GsaslWish {
  readonly mode?: Mode;
  readonly service?: string;
  readonly more?: readonly string[];
  readonly cache?: string;
}

async function lastLogin(g: Ground): Promise<LoginAccount | undefined> {
  return foldLogins(await g.events(g.journal.sessions.length - 1)).at(-1);
}

async function hello(g: Ground): Promise<Client> {
  const client = await g.connect('clear');
  await client.hello();
  return client;
}

const auth = (client: Client, token: Uint8Array) => client.ask(`AUTH GSSAPI ${Buffer.from(token).toString('base64')}`);

async function freshToken(tickets: KerberosClient, target = 'smtp@localhost'): Promise<Uint8Array> {
  const context = tickets.begin(target);
  const begun = await context.initiate(new Uint8Array());
  context.close();
  if ('failed' in begun) throw new Error(begun.failed);
  return begun.token;
}

/** A whole login by hand; `end` is the last reply. */
async function login(g: Ground, tickets: KerberosClient, client?: Client): Promise<{ readonly end: string }> {
  const mine = client ?? (await hello(g));
  const context = tickets.begin('smtp@localhost');
  const right = <T extends object>(value: T): Exclude<T, { failed: string }> => {
    if ('failed' in value) throw new Error(String(value.failed));
    return value as Exclude<T, { failed: string }>;
  };
  const asked = (reply: string) => Buffer.from(reply.slice(4), 'base64');
  const first = right(await context.initiate(new Uint8Array()));
  right(await context.initiate(asked(await auth(mine, first.token))));
  right(await context.unwrap(asked(await mine.ask(''))));
  const chosen = right(await context.wrap(Uint8Array.of(1, 0, 0, 0)));
  const end = await mine.ask(Buffer.from(chosen).toString('base64'));
  context.close();
  if (client === undefined) mine.reset();
  return { end };
}
