// Which client logs in with which mechanism over which connection, and why it does not where it does not.
import { type MechanismName, mechanismNames, mechanismTable } from '../../core/contract/mechanisms.ts';
import { type Mode, modes } from './yard.ts';

export const clients = ['gsasl', 'msmtp', 'swaks', 'nodemailer', 'ours'] as const;
export type ClientName = (typeof clients)[number];

/** The mechanisms of ours that each client has, by its own list of them: the tests ask it. */
const known: Readonly<Record<ClientName, readonly MechanismName[]>> = {
  gsasl: mechanismNames.filter((name) => name !== 'OAUTHBEARER' && name !== 'XOAUTH2'),
  msmtp: mechanismNames.filter((name) => !name.endsWith('-PLUS')),
  swaks: ['CRAM-MD5', 'DIGEST-MD5', 'PLAIN', 'LOGIN'],
  nodemailer: ['XOAUTH2', 'CRAM-MD5', 'PLAIN', 'LOGIN'],
  ours: mechanismNames,
};

/** Why a client has not all of them: gsasl 2.2.0, msmtp 1.8.23, swaks 20201014.0, nodemailer without a handler, which would be ours. */
const lacks: Readonly<Record<Exclude<ClientName, 'ours'>, string>> = {
  gsasl: 'gsasl has no such mechanism',
  msmtp: 'msmtp has no such mechanism, nor channel bindings',
  swaks: 'swaks has no such mechanism',
  nodemailer: 'nodemailer has no such mechanism of its own',
};

/** True where the client logs in, else why it cannot. */
export function reach(mechanism: MechanismName, client: ClientName, mode: Mode): true | string {
  if (client !== 'ours' && !known[client].includes(mechanism)) return lacks[client];
  if (client === 'gsasl' && mode === 'implicit') return 'gsasl begins in clear: it has STARTTLS and no implicit TLS';
  return mode === 'clear' && 'tlsOnly' in mechanismTable[mechanism]
    ? 'the mechanism is for TLS alone, and not offered in clear'
    : true;
}

export const mechanismsOf = (client: ClientName): readonly MechanismName[] => known[client];

export interface Outcome {
  readonly mechanism: MechanismName;
  readonly client: ClientName;
  readonly mode: Mode;
  readonly outcome: 'ok' | 'FAILED' | 'skipped';
}

/** The table as lines for people: what each cell came to, or the number of the reason why there is none. */
export function drawn(outcomes: readonly Outcome[]): readonly string[] {
  const reasons: string[] = [];
  const noted = (why: string) => {
    if (!reasons.includes(why)) reasons.push(why);
    return `(${reasons.indexOf(why) + 1})`;
  };
  const cell = (mechanism: MechanismName, client: ClientName, mode: Mode): string => {
    const can = reach(mechanism, client, mode);
    if (can !== true) return noted(can);
    const found = outcomes.find((one) => one.mechanism === mechanism && one.client === client && one.mode === mode);
    return found?.outcome ?? 'not run';
  };
  const width = 8;
  const group = width * modes.length;
  const rows = mechanismNames.map((mechanism) => {
    const cells = clients.flatMap((client) => modes.map((mode) => cell(mechanism, client, mode).padEnd(width)));
    return `${mechanism.padEnd(20)}${cells.join('')}`.trimEnd();
  });
  const heading = ['clear', 'start', 'tls'].map((word) => word.padEnd(width)).join('');
  const ran = outcomes.filter(({ outcome }) => outcome === 'ok').length;
  return [
    `Logins by mechanism, client and connection: in with what is right, and out (535) with what is wrong. ${ran} ok.`,
    `${' '.repeat(20)}${clients.map((client) => client.padEnd(group)).join('')}`.trimEnd(),
    `${' '.repeat(20)}${clients.map(() => heading).join('')}`.trimEnd(),
    ...rows,
    ...reasons.map((why, index) => `(${index + 1}) ${why}`),
  ];
}
