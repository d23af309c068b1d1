// No secret of any mechanism is in any record: events, transcripts, log lines, rows; and each move is told, decoded.
import { describe, expect, test } from 'vitest';
import { foldLogins } from '../../core/contract/login.ts';
import { type MechanismName, mechanismNames } from '../../core/contract/mechanisms.ts';
import { foldTranscript, transcriptText } from '../../core/contract/transcript.ts';
import { follow, linesOf, newSession } from '../../core/log/lines.ts';
import { ann, annsToken, logIn, people } from './loggingIn.ts';
import { Client, grounds, mx, ofKind, password } from './playground.ts';

const start = grounds();
const spoken = mechanismNames.filter((name): name is MechanismName => !['GSSAPI', 'EXTERNAL'].includes(name));
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function securedGround() {
  const g = await start(
    {
      listeners: [{ ...mx, tls: 'implicit' }],
      authentication: { secured: [...mechanismNames] },
      errors: { maxErrors: 'unlimited', maxAuthErrors: 'unlimited' },
    },
    { users: people() },
  );
  const connect = async () => {
    const c = await Client.implicit(g.port());
    await c.hello();
    return c;
  };
  return { g, connect };
}

/** Everything anybody is told of the sessions. */
function told(sessions: Awaited<ReturnType<typeof securedGround>>['g']['journal']['sessions']): string {
  return sessions
    .map(({ events, row }) => {
      const transcript = foldTranscript(events);
      let log = newSession;
      const lines = events.flatMap((event) => {
        log = follow(log, event);
        return linesOf(log, event);
      });
      return JSON.stringify([events, row, transcript, foldLogins(events), lines]) + transcriptText(transcript);
    })
    .join('\n');
}

describe.each(spoken)('%s', (mechanism) => {
  test('leaves no secret anywhere, right or wrong, and each move decoded', async () => {
    const { g, connect } = await securedGround();
    const wrong = 'Wr0ng-pa55word-9';
    const secrets = [password, annsToken, wrong, ...[password, annsToken, wrong].map(base64)];
    // LOGIN in the wrong order names the password as the user, and nobody can know that it is none.
    const order = mechanism === 'LOGIN' ? [] : (['wrong-order'] as const);
    const faults = [undefined, 'oversized', 'no-nul', 'bad-base64', 'replay', ...order] as const;
    const played: string[] = [];
    for (const fault of faults) {
      const c = await connect();
      const { sent } = await logIn(c, { mechanism, password: wrong, token: wrong, ...(fault && { fault }) });
      played.push(...sent);
      c.reset();
    }
    const c = await connect();
    const { reply, sent, challenges } = await logIn(c, { mechanism, password, token: annsToken });
    expect(reply).toMatch(/^235/);
    await c.ask('QUIT');
    const moves = ofKind(await g.events(faults.length), 'sasl');
    expect(moves.map(({ move }) => move)).toEqual(moves.map((_, index) => index + 1));
    expect(moves.at(-1)?.ended).toMatchObject({ result: 'ok', user: ann });
    expect(moves.filter(({ asks }) => asks).length).toBe(challenges.length);
    // Every response of the client, whole and what it is made of, and each half of it.
    const words = [...played, ...sent].flatMap((line) => line.split(' ').slice(line.startsWith('AUTH ') ? 2 : 0));
    for (const word of words.filter(({ length }) => length > 16)) {
      const middle = Math.floor(word.length / 2);
      secrets.push(word.slice(0, middle), word.slice(middle, middle + 200));
      for (const part of Buffer.from(word, 'base64')
        .toString('latin1')
        .split(/[,\0 ]/))
        if (/^(?:p|response)=[A-Za-z0-9+/]{16}/.test(part)) secrets.push(part.slice(part.indexOf('=') + 1, 60));
    }
    const everything = told(g.journal.sessions);
    for (const secret of secrets) expect(everything.includes(secret), secret).toBe(false);
  });
});

test('a word in place of a mechanism’s name is told to nobody: it may be a password', async () => {
  const { g, connect } = await securedGround();
  const c = await connect();
  expect(await c.ask('AUTH hunter2-hunter2')).toMatch(/^504 5\.5\.4 /);
  expect(await c.ask('AUTH NTLM')).toMatch(/^504 5\.5\.4 /);
  await c.ask('QUIT');
  const everything = told([{ ...g.journal.sessions[0]!, events: await g.events() }]);
  expect(everything.toLowerCase()).not.toContain('hunter2');
  expect(everything).toContain('NTLM is not offered');
});
