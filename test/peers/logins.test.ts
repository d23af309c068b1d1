// Logins by clients nobody here wrote, and by ours: every mechanism over every connection, with what is right and what is wrong.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clearMechanisms, mechanismNames } from '../../core/contract/mechanisms.ts';
import type { Event } from '../../core/contract/event.ts';
import { type Ground, ofKind, password, user } from '../smtp/playground.ts';
import { needProgram } from '../tooling/programs.ts';
import { makeClientCertificate } from './clientCertificate.ts';
import { type Attempt, logins, ownList, type Proof } from './loginClients.ts';
import { clients, drawn, mechanismsOf, type Outcome, reach } from './loginTable.ts';
import { folderOf } from './running.ts';
import { modes, submission, yard } from './yard.ts';

const cells = mechanismNames.flatMap((mechanism) =>
  clients.flatMap((client) =>
    modes.filter((mode) => reach(mechanism, client, mode) === true).map((mode) => ({ mechanism, client, mode })),
  ),
);

describe('logs in where what it shows is right, and is answered 535 where it is wrong:', () => {
  const folder = folderOf('logins');
  const outcomes: Outcome[] = [];
  let g: Ground;
  let right: Proof;
  let wrong: Proof;

  beforeAll(async () => {
    g = await yard(
      submission.map((one) => ({ ...one, security: { clientCertificate: 'request' } })),
      {
        authentication: { clear: [...clearMechanisms], secured: [...mechanismNames], certificateName: 'common-name' },
      },
    );
    const certificate = await makeClientCertificate('openssl', folder(), user);
    const stranger = await makeClientCertificate('openssl', folder(), 'stranger');
    right = { user, password, token: 'token', certificate, environment: {} };
    wrong = { user, password: 'battery staple', token: 'wrong', certificate: stranger, environment: {} };
  });
  afterAll(() => g.close());

  /** One run of the client, and what came of it on our side. */
  const tried = async (attempt: Omit<Attempt, 'folder' | 'port'>, client: Outcome['client']) => {
    const index = g.journal.sessions.length;
    const run = await logins[client]({ ...attempt, port: g.port(attempt.mode), folder: folder() });
    const sessions: (readonly Event[])[] = [];
    for (let at = index; at < g.journal.sessions.length; at += 1) sessions.push(await g.events(at));
    const events = sessions.flat();
    return {
      code: run.code,
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
    outcomes[at] = { mechanism, client, mode, outcome: 'FAILED' };
    const out = await tried({ mechanism, mode, proof: wrong }, client);
    expect(out, out.said).toMatchObject({ answers: ['535 5.7.8'], users: [undefined] });
    expect(out.code, out.said).not.toBe(0);
    const into = await tried({ mechanism, mode, proof: right }, client);
    expect(into, into.said).toMatchObject({
      code: 0,
      answers: ['235 2.7.0'],
      users: [user],
      secured: mode !== 'clear',
    });
    expect([...into.mechanisms]).toEqual([mechanism]);
    outcomes[at] = { mechanism, client, mode, outcome: 'ok' };
  });

  test.for(clients.filter((client) => client === 'gsasl' || client === 'msmtp' || client === 'swaks'))(
    'the table has all the mechanisms that %s says it has',
    async (client, context) => {
      needProgram(context, client);
      const list = (await ownList(client)) ?? '';
      const listed = mechanismNames.filter((name) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(list));
      expect(listed).toEqual(mechanismsOf(client));
    },
  );

  test('the table of what was tried is shown', (context) => {
    context.task.meta.shows = drawn(outcomes);
    expect(outcomes.length).toBe(cells.length);
  });
});
