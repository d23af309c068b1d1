// Logs a client of a test in with any mechanism, as clients of scenarios do; keeps what crossed, to look for it elsewhere.
import { randomBytes } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { UserTable } from '../../core/sasl/userTable.ts';
import { createUser } from '../../core/sasl/users.ts';
import { channelOf } from '../../core/simulate/login/channel.ts';
import { playLogin } from '../../core/simulate/login/exchange.ts';
import type { Login, LoginContext } from '../../core/simulate/login/mechanism.ts';
import { realWorld } from '../../core/world/real.ts';
import { type Client, password } from './playground.ts';

export const ann = 'ann@gate.example';
export const annsToken = 'gh-0pa9ue-T0ken-0f-ann-4711';

/** Ann with all secrets, a token and aliases, and Ben, whom not everybody may be. */
export function people(): UserTable {
  const deriving = { realm: 'gate.example', iterations: 4096 };
  const made = (name: string, more: object = {}) =>
    createUser({ name, password, created: 0, ...more }, realWorld.random, deriving);
  const aliases = ['ben@gate.example', 'sales@gate.example'];
  return new UserTable([made(ann, { aliases, tokens: [annsToken] }), made('ben@gate.example')], {
    key: realWorld.random(32),
  });
}

export interface LoggedInAs {
  /** The last one. */
  readonly reply: string;
  /** Lines of the client, AUTH first. */
  readonly sent: readonly string[];
  /** Challenges, as they stood behind 334. */
  readonly challenges: readonly string[];
}

export async function logIn(
  client: Client,
  login: Omit<Login, 'user'> & { readonly user?: string },
  over: Partial<LoginContext> = {},
): Promise<LoggedInAs> {
  const sent: string[] = [];
  const challenges: string[] = [];
  let last = '';
  await playLogin(
    {
      host: 'gate.example',
      nonce: () => randomBytes(18).toString('base64'),
      ...(client.socket instanceof TLSSocket && { channel: channelOf(client.socket) }),
      ...over,
      login: { user: ann, ...login },
    },
    {
      say: (line) => {
        sent.push(line);
        client.send(`${line}\r\n`);
        return Promise.resolve();
      },
      hear: async () => {
        last = await client.reply();
        const code = Number(last.slice(0, 3));
        if (code === 334) challenges.push(last.slice(4));
        const lines = last.split('\n').map((line) => line.slice(4));
        return Number.isNaN(code) ? undefined : { code, lines, bytes: `${last}\r\n`, at: 0 };
      },
      heard: () => undefined,
    },
  );
  return { reply: last, sent, challenges };
}
