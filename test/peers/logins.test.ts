// Logins by clients nobody here wrote, and by ours: every mechanism over every connection, with what is right and what is wrong.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import { foldLogins } from '../../core/contract/login.ts';
import { clearMechanisms, mechanismNames } from '../../core/contract/mechanisms.ts';
import { forkKerberos } from '../../core/host/kerberosProcess.ts';
import { type Closing, kerberosClientOf, kerberosOf } from '../../core/sasl/gss/kerberos.ts';
import { createUser } from '../../core/sasl/users.ts';
import { derivingOf } from '../../core/sasl/userFor.ts';
import { UserTable } from '../../core/sasl/userTable.ts';
import { realWorld } from '../../core/world/real.ts';
import { type Ground, ground, ofKind, settingsOf } from '../smtp/playground.ts';
import { findProgram, needProgram } from '../tooling/programs.ts';
import { makeClientCertificate } from './clientCertificate.ts';
import { type Attempt, logins, ownList, type Proof } from './loginClients.ts';
import { clients, drawn, mechanismsOf, type Outcome, reach } from './loginTable.ts';
import { missingPackages, type Realm, type RealmUser, startRealm } from './realm.ts';
import { folderOf } from './running.ts';
import { modes, submission } from './yard.ts';

const cells = mechanismNames.flatMap((mechanism) =>
  clients.flatMap((client) =>
    modes.filter((mode) => reach(mechanism, client, mode) === true).map((mode) => ({ mechanism, client, mode })),
  ),
);

const known: RealmUser = { name: 'test', password: 'correct horse' };
/** Has a ticket and a certificate, but is nobody's user. */
const stranger: RealmUser = { name: 'stranger', password: 'battery staple' };
const token = 'given-out-0123456789';
const missing = missingPackages();

describe('logs in where what it shows is right, and is answered 535 where it is wrong:', () => {
  const folder = folderOf('logins');
  const outcomes: Outcome[] = [];
  const helpers: Closing[] = [];
  let realm: Realm | undefined;
  let g: Ground;
  let right: Proof;
  let wrong: Proof;

  /** What is shown to say: I am this one. */
  const proofOf = async (who: RealmUser, its: Pick<Proof, 'password' | 'token'>): Promise<Proof> => {
    const cache = (await realm?.ticket(who)) ?? '';
    const tickets = kerberosClientOf({
      spawn: () => {
        vi.stubEnv('KRB5CCNAME', cache);
        return forkKerberos();
      },
      world: realWorld,
    });
    helpers.push(tickets);
    return {
      ...its,
      user: known.name,
      certificate: await makeClientCertificate(findProgram('openssl') ?? 'openssl', folder(), who.name),
      environment: { ...realm?.environment, KRB5CCNAME: cache },
      tickets,
    };
  };

  beforeAll(async () => {
    realm = missing.length === 0 ? await startRealm([known, stranger]) : undefined;
    for (const [name, value] of Object.entries(realm?.environment ?? {})) vi.stubEnv(name, value);
    const kerberos = realm && kerberosOf({ spawn: forkKerberos, world: realWorld, folder: realm.folder });
    if (kerberos) helpers.push(kerberos);
    const settings = settingsOf({
      // DIGEST-MD5 says whom the client thinks it speaks with (digest-uri).
      acceptance: { hostname: 'localhost' },
      listeners: submission.map((one) => ({ ...one, security: { clientCertificate: 'request' } })),
      authentication: {
        ...{ clear: [...clearMechanisms], secured: [...mechanismNames], certificateName: 'common-name' },
        gssapi: { keytab: realm?.keytab ?? '' },
      },
    });
    const row = createUser({ ...known, created: 0, tokens: [token] }, realWorld.random, derivingOf(settings));
    const users = new UserTable([row], { key: realWorld.random(32) });
    g = await ground(settings, { users, ...(kerberos && { kerberos }) });
    right = await proofOf(known, { password: known.password, token });
    wrong = await proofOf(stranger, { password: 'incorrect horse', token: 'nobody-gave-this-out' });
  });
  afterAll(async () => {
    await g.close();
    for (const helper of helpers) helper.close();
    await realm?.stop();
    vi.unstubAllEnvs();
  });

  /** One run of the client, and what came of it on our side. */
  const tried = async (attempt: Omit<Attempt, 'folder' | 'port'>, client: Outcome['client']) => {
    const index = g.journal.sessions.length;
    const run = await logins[client]({ ...attempt, port: g.port(attempt.mode), folder: folder() });
    const sessions: (readonly Event[])[] = [];
    for (let at = index; at < g.journal.sessions.length; at += 1) sessions.push(await g.events(at));
    const events = sessions.flat();
    const account = sessions.flatMap((one) => foldLogins(one)).at(-1);
    return {
      code: run.code,
      proved: { principal: account?.principal, binding: account?.binding },
      why: account?.why,
      said: run.said,
      answers: ofKind(events, 'reply')
        .filter(({ verdict, code }) => verdict.stage === 'auth' && code !== 334)
        .map(({ bytes }) => bytes.slice(0, 9)),
      mechanisms: new Set(ofKind(events, 'line').flatMap(({ bytes }) => /^AUTH (\S+)/i.exec(bytes)?.[1] ?? [])),
      users: g.journal.sessions.slice(index).map(({ row }) => row.user),
      secured: ofKind(events, 'tls').some(({ state }) => state === 'up'),
    };
  };

  test.for(cells)('$client by $mechanism over $mode', async ({ mechanism, client, mode }, context) => {
    const at = outcomes.push({ mechanism, client, mode, outcome: 'skipped' }) - 1;
    if (client !== 'ours' && client !== 'nodemailer') needProgram(context, client);
    if (mechanism === 'GSSAPI' && !realm) context.skip(`apt-get install --no-install-recommends ${missing.join(' ')}`);
    outcomes[at] = { mechanism, client, mode, outcome: 'FAILED' };
    const out = await tried({ mechanism, mode, proof: wrong }, client);
    // nodemailer shows a token that was refused once more.
    expect([...new Set(out.answers)], out.said).toEqual(['535 5.7.8']);
    expect(out.users).toEqual([undefined]);
    expect(out.code, out.said).not.toBe(0);
    const into = await tried({ mechanism, mode, proof: right }, client);
    expect(into, into.said).toMatchObject({
      code: 0,
      answers: ['235 2.7.0'],
      users: [known.name],
      secured: mode !== 'clear',
    });
    expect([...into.mechanisms]).toEqual([mechanism]);
    expect(into.proved).toEqual({
      principal: { GSSAPI: `${known.name}@GATE.EXAMPLE`, EXTERNAL: `CN=${known.name}` }[mechanism as string],
      binding: mechanism.endsWith('-PLUS') ? 'tls-exporter' : undefined,
    });
    outcomes[at] = { mechanism, client, mode, outcome: 'ok' };
  });

  // RFC 9266 replaces it by tls-exporter, which TLS 1.2 has too: gsasl 2.2.0 takes that from TLS 1.3 on.
  test('gsasl over TLS 1.2 binds to tls-unique (RFC 5929), which is not taken', async (context) => {
    needProgram(context, 'gsasl');
    const attempt = { mechanism: 'SCRAM-SHA-256-PLUS', mode: 'starttls', proof: right } as const;
    const { code, answers, why } = await tried({ ...attempt, priority: 'NORMAL:-VERS-TLS1.3' }, 'gsasl');
    expect([code, answers]).toEqual([1, ['501 5.5.2']]);
    expect(why).toContain('tls-unique');
  });

  test.for(clients.filter((client) => client !== 'ours'))(
    'the table has all the mechanisms that %s says it has',
    async (client, context) => {
      if (client !== 'nodemailer') needProgram(context, client);
      const list = await ownList(client);
      const listed = mechanismNames.filter((name) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(list));
      expect(listed).toEqual(mechanismsOf(client));
    },
  );

  test('the table of what was tried is shown', (context) => {
    context.task.meta.shows = drawn(outcomes);
    expect(outcomes.length).toBe(cells.length);
    // Whoever takes a cell out of the table says so here too.
    expect(cells.length).toBe(103);
  });
});
