// The login exchanges of the byte-level client: PLAIN, LOGIN and CRAM-MD5, whole or with a fault.
import { createHmac } from 'node:crypto';
import type { Step } from '../contract/scenarioStep.ts';
import type { Reply } from './reply.ts';

export type Login = Extract<Step, { login: unknown }>['login'];

/** What the exchange needs of a connection: say a line (with how it may be shown), hear a reply or nothing. */
export interface Exchange {
  readonly say: (line: string, shown: string) => Promise<void>;
  /** Undefined when the server closed, said 421 or kept silent: the exchange is over. */
  readonly hear: () => Promise<Reply | undefined>;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const BLACK = '▮▮▮▮';
const BROKEN = '*not base64*!';

/** Plays one exchange; gives its last reply, or undefined when there was none. */
export async function playLogin(login: Login, exchange: Exchange): Promise<Reply | undefined> {
  if (login.fault === 'cancel') return cancelled(login, exchange);
  switch (login.mechanism) {
    case 'PLAIN':
      return plain(login, exchange);
    case 'LOGIN':
      return twoLines(login, exchange);
    case 'CRAM-MD5':
      return challenge(login, exchange);
    default:
      throw new Error(`in transition: ${login.mechanism}`);
  }
}

/** RFC 4954 section 4: a line of one asterisk cancels. */
async function cancelled(login: Login, { say, hear }: Exchange): Promise<Reply | undefined> {
  await say(`AUTH ${login.mechanism}`, `AUTH ${login.mechanism}`);
  const first = await hear();
  if (first?.code !== 334) return first;
  await say('*', '*');
  return hear();
}

/** RFC 4616: authorization identity, NUL, user, NUL, password, as an initial response (RFC 4954 section 4). */
async function plain(login: Login, { say, hear }: Exchange): Promise<Reply | undefined> {
  const answer = faulty(
    login,
    base64(`\0${login.user}\0${login.password ?? ''}`),
    base64(`${login.user} ${login.password ?? ''}`),
  );
  // An empty initial response is a single "=" (RFC 4954 section 4).
  await say(`AUTH PLAIN ${answer === '' ? '=' : answer}`, `AUTH PLAIN ${BLACK}`);
  return hear();
}

async function twoLines(login: Login, { say, hear }: Exchange): Promise<Reply | undefined> {
  await say('AUTH LOGIN', 'AUTH LOGIN');
  const first = await hear();
  if (first?.code !== 334) return first;
  await say(base64(login.user), BLACK);
  const second = await hear();
  if (second?.code !== 334) return second;
  await say(faulty(login, base64(login.password ?? ''), base64(login.password ?? '')), BLACK);
  return hear();
}

/** RFC 2195: the user, a blank, and the HMAC-MD5 of the challenge under the password. */
async function challenge(login: Login, { say, hear }: Exchange): Promise<Reply | undefined> {
  await say('AUTH CRAM-MD5', 'AUTH CRAM-MD5');
  const first = await hear();
  if (first?.code !== 334) return first;
  const asked = Buffer.from(first.lines[0] ?? '', 'base64');
  const digest = createHmac('md5', login.password ?? '')
    .update(asked)
    .digest('hex');
  await say(faulty(login, base64(`${login.user} ${digest}`), base64(`${login.user}${digest}`)), BLACK);
  return hear();
}

function faulty(login: Login, whole: string, unseparated: string): string {
  switch (login.fault) {
    case 'bad-base64':
      return BROKEN;
    case 'no-nul':
      return unseparated;
    case 'empty':
      return '';
    default:
      return whole;
  }
}

/** A line as it may be shown: what follows AUTH and its mechanism is black; so is a line inside an exchange. */
export function withoutSecrets(line: string, inExchange: boolean): string {
  if (inExchange && line !== '*') return BLACK;
  return line.replace(/^(\s*AUTH\s+\S+\s+)(\S.*)$/i, `$1${BLACK}`);
}
