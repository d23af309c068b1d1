// "Try a login" against a real workbench: every mechanism on every kind of listener, its moves without secrets, and its session.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearMechanisms, type MechanismName, mechanismNames } from '../../core/contract/mechanisms.ts';
import { tryLogin } from '../../core/host/tryLogin.ts';
import { openWorkbench, type Workbench } from '../../core/host/workbench.ts';
import { realWorld } from '../../core/world/real.ts';

const alice = { user: 'alice@example.com', password: 'a password of tests' };
const portable = mechanismNames.filter((name) => name !== 'GSSAPI');
const configuration = `
acceptance: { hostname: gate.example }
authentication:
  clear: [${clearMechanisms.join(', ')}]
  secured: [${mechanismNames.join(', ')}]
protection: { failedLogins: { account: { maxRetry: 100 } } }
listeners:
  - name: submission
    role: submission
    address: 0.0.0.0:587
    lab: 127.0.0.1:0
    tls: starttls
    security: { clientCertificate: request }
  - name: submissions
    role: submissions
    address: 0.0.0.0:465
    lab: 127.0.0.1:0
    tls: implicit
    security: { clientCertificate: request }
  - name: strict
    role: submissions
    address: 0.0.0.0:466
    lab: 127.0.0.1:0
    tls: implicit
    security: { clientCertificate: require }
  - { name: bare, role: mx, address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: clear }
`;

let folder = '';
let workbench: Workbench;
let token = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-login-'));
  writeFileSync(join(folder, 'test.yml'), configuration);
  workbench = await openWorkbench({
    host: 'memory',
    folder: join(folder, 'w.gatehouse'),
    config: join(folder, 'test.yml'),
    notes: [],
  });
  await workbench.handlers['users.set']({ name: alice.user, password: alice.password });
  const given = await workbench.handlers['users.token']({ name: alice.user, label: 'tests' });
  token = given.token;
}, 60_000);
afterAll(async () => {
  await workbench.close();
  rmSync(folder, { recursive: true, force: true });
});

const ways = [
  { listener: 'submission', secured: false },
  { listener: 'submission', secured: true },
  { listener: 'submissions', secured: true },
] as const;

const login = (mechanism: string, over: object = {}) =>
  Promise.resolve(
    workbench.handlers['test.login']({
      listener: 'submission',
      secured: true,
      mechanism,
      ...alice,
      token,
      authzid: '',
      ...over,
    }),
  );

const inClear = (name: MechanismName) => (clearMechanisms as readonly string[]).includes(name);

describe('a login that is tried', () => {
  it.each(portable)(
    'with %s is right with what is hers, and leads to its session',
    async (mechanism) => {
      for (const way of ways.filter(({ secured }) => secured || inClear(mechanism))) {
        const { ok, reply, moves, session } = await login(mechanism, way);
        expect({ ...way, ok, reply }).toEqual({
          ...way,
          ok: true,
          reply: expect.stringMatching(/^235 2\.7\.0 /) as string,
        });
        const { events } = await workbench.handlers['sessions.events']({ session: session ?? '', after: 0 });
        const ended = events.find((event) => event.kind === 'sasl' && 'ended' in event);
        expect(ended).toMatchObject({ mechanism, ended: { result: 'ok', user: alice.user } });
        expect(moves[0]?.text).toMatch(new RegExp(`^AUTH ${mechanism}`));
        expect(moves.at(-1)).toEqual({ from: 'server', text: reply });
        const told = JSON.stringify({ moves, events });
        for (const secret of [alice.password, token])
          for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -3)])
            expect(told).not.toContain(form);
      }
    },
    60_000,
  );

  it.each(portable.filter((name) => name !== 'EXTERNAL'))(
    'with %s is wrong with what is not',
    async (mechanism) => {
      const { ok, reply, session } = await login(mechanism, { password: 'guessed', token: 'guessed' });
      expect({ ok, reply }).toEqual({ ok: false, reply: expect.stringMatching(/^535 5\.7\.8 /) as string });
      expect(session).toMatch(/./);
    },
    60_000,
  );

  it('tells each move decoded, secrets by their length', async () => {
    const { moves } = await login('SCRAM-SHA-256');
    const [first, ...rest] = moves.map(({ from, text }) => `${from}: ${text}`);
    expect(first).toBe('client: AUTH SCRAM-SHA-256 ▮▮▮▮');
    expect(rest).toEqual([
      expect.stringMatching(
        /^client: client-first-message: gs2-cbind-flag n, username alice@example\.com, nonce \S{24}$/,
      ),
      expect.stringMatching(/^server: server-first-message: nonce \S+, salt \S+, iteration-count 4096$/),
      expect.stringMatching(
        /^client: client-final-message: channel-binding \(4 octets\), nonce \S+, proof \(32 octets\)$/,
      ),
      'server: server-final-message: verifier (32 octets)',
      'server: 235 2.7.0 Authentication successful',
    ]);
  });

  it('tells why a token is refused, and of EXTERNAL whose name is not in the certificate', async () => {
    const bearer = await login('OAUTHBEARER', { token: 'not-hers' });
    expect(bearer.moves.map(({ text }) => text)).toContainEqual(expect.stringMatching(/^error: status invalid_token/));
    const external = await login('EXTERNAL', { user: 'nobody@example.com' });
    expect(external.reply).toMatch(/^535 5\.7\.8 /);
  });

  it('is tried although the mechanism is not offered, and the reply is told', async () => {
    expect((await login('SCRAM-SHA-256-PLUS', { secured: false })).reply).toMatch(/^504 5\.5\.4 /);
    expect((await login('PLAIN', { listener: 'bare', secured: true })).reply).toMatch(/^50\d /);
    expect((await login('GSSAPI')).ok).toBe(false);
  });

  it('shows a certificate where one is required, and says where EXTERNAL can have none', async () => {
    expect((await login('PLAIN', { listener: 'strict' })).reply).toMatch(/^235 /);
    expect((await login('EXTERNAL', { listener: 'bare', secured: false })).reply).toMatch(
      /^50\d .*; EXTERNAL needs a client certificate, and the listener asks for none \(security\.clientCertificate\)$/,
    );
  });

  it('says what is wrong with a name that no certificate can have, and does without one', async () => {
    expect((await login('EXTERNAL', { user: '' })).reply).toMatch(/^535 /);
    expect((await login('EXTERNAL', { user: 'täst\u0001'.repeat(200) })).reply).toMatch(
      /^535 |^no client certificate can be/,
    );
  });

  it('acts for another only where that is allowed', async () => {
    expect((await login('PLAIN', { authzid: 'bob' })).reply).toMatch(/^535 5\.7\.8 /);
    expect((await login('PLAIN', { authzid: alice.user })).ok).toBe(true);
  });

  it('is given up when half a minute has gone by without an answer', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    let ahead = 0;
    const world = {
      ...realWorld,
      elapsed: () => realWorld.elapsed() + ahead,
      after: (ms: number, fire: () => void) =>
        realWorld.after(0, () => {
          ahead += ms;
          fire();
        }),
    };
    const [listener] = workbench.state().listeners;
    const around = {
      world,
      state: () => ({ ...workbench.state(), listeners: [{ ...listener!, bound: `127.0.0.1:${port}` }] }),
      listener: () => undefined,
      hostname: () => 'gate.example',
      authority: () => Promise.resolve(''),
      certificate: () => Promise.reject(new Error('not asked for')),
      kerberos: { problem: () => Promise.resolve('none here'), begin: () => Promise.reject(new Error()) as never },
      sessions: () => () => Promise.resolve([]),
    };
    const wanted = { listener: listener!.name, secured: false, mechanism: 'PLAIN', ...alice, token: '', authzid: '' };
    const reply = 'given up after 30 s: the receiver did not answer';
    expect(await tryLogin(wanted, around)).toEqual({ ok: false, reply, moves: [] });
    expect(ahead).toBeGreaterThanOrEqual(29_000);
    silent.close();
  });

  it('needs a mechanism that there is, and a listener that listens', async () => {
    await expect(login('NTLM')).rejects.toThrow('there is no mechanism NTLM');
    await expect(login('PLAIN', { listener: 'nowhere' })).rejects.toMatchObject({
      code: 'not-found',
      details: ['these are: submission, submissions, strict, bare'],
    });
    await workbench.handlers['receiver.stop']({});
    try {
      await expect(login('PLAIN')).rejects.toMatchObject({ details: ['start the receiver'] });
    } finally {
      await workbench.handlers['receiver.start']({});
    }
  });
});
