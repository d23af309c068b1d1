// Which client logs in with which mechanism over which connection, and why it does not where it does not.
import { type MechanismName, mechanismTable } from '../../core/contract/mechanisms.ts';
import type { Mode } from './yard.ts';

export const clients = ['gsasl', 'msmtp', 'swaks', 'nodemailer', 'ours'] as const;
export type ClientName = (typeof clients)[number];

/** By the connection: true where it logs in, else why it cannot. */
export type Reach = Readonly<Record<Mode, true | string>>;

const everywhere: Reach = { clear: true, starttls: true, implicit: true };
const never = (why: string): Reach => ({ clear: why, starttls: why, implicit: why });

/** gsasl 2.2.0: what `--client-mechanisms` lists, over the port it connects to or behind STARTTLS. */
const gsasl: Reach = { ...everywhere, implicit: 'gsasl begins in clear: it has STARTTLS and no implicit TLS' };
const notInGsasl = never('gsasl has no such mechanism');
/** msmtp 1.8.23: what `--version` lists. */
const notInMsmtp = never('msmtp has no such mechanism, nor channel bindings');
/** swaks 20201014.0: the authentication types of its manual. */
const notInSwaks = never('swaks has no such mechanism');
/** nodemailer's own; whatever else it can be taught by a handler would be ours. */
const notInNodemailer = never('nodemailer has no such mechanism of its own');

const table: Readonly<Record<MechanismName, Readonly<Record<ClientName, Reach>>>> = {
  'SCRAM-SHA-256-PLUS': {
    gsasl,
    msmtp: notInMsmtp,
    swaks: notInSwaks,
    nodemailer: notInNodemailer,
    ours: everywhere,
  },
  'SCRAM-SHA-1-PLUS': { gsasl, msmtp: notInMsmtp, swaks: notInSwaks, nodemailer: notInNodemailer, ours: everywhere },
  'SCRAM-SHA-256': { gsasl, msmtp: everywhere, swaks: notInSwaks, nodemailer: notInNodemailer, ours: everywhere },
  'SCRAM-SHA-1': { gsasl, msmtp: everywhere, swaks: notInSwaks, nodemailer: notInNodemailer, ours: everywhere },
  GSSAPI: { gsasl, msmtp: everywhere, swaks: notInSwaks, nodemailer: notInNodemailer, ours: everywhere },
  EXTERNAL: { gsasl, msmtp: everywhere, swaks: notInSwaks, nodemailer: notInNodemailer, ours: everywhere },
  OAUTHBEARER: {
    gsasl: notInGsasl,
    msmtp: everywhere,
    swaks: notInSwaks,
    nodemailer: notInNodemailer,
    ours: everywhere,
  },
  XOAUTH2: { gsasl: notInGsasl, msmtp: everywhere, swaks: notInSwaks, nodemailer: everywhere, ours: everywhere },
  'CRAM-MD5': { gsasl, msmtp: everywhere, swaks: everywhere, nodemailer: everywhere, ours: everywhere },
  'DIGEST-MD5': { gsasl, msmtp: everywhere, swaks: everywhere, nodemailer: notInNodemailer, ours: everywhere },
  PLAIN: { gsasl, msmtp: everywhere, swaks: everywhere, nodemailer: everywhere, ours: everywhere },
  LOGIN: { gsasl, msmtp: everywhere, swaks: everywhere, nodemailer: everywhere, ours: everywhere },
};

/** True where the client logs in, else why it cannot. */
export function reach(mechanism: MechanismName, client: ClientName, mode: Mode): true | string {
  const can = table[mechanism][client][mode];
  return can === true && mode === 'clear' && 'tlsOnly' in mechanismTable[mechanism]
    ? 'the mechanism is for TLS alone, and not offered in clear'
    : can;
}

/** The mechanisms of ours that the client has, by its own list of them. */
export function mechanismsOf(client: ClientName): readonly MechanismName[] {
  const names = Object.keys(table) as MechanismName[];
  return names.filter((name) => Object.values(table[name][client]).includes(true));
}

const modes: readonly Mode[] = ['clear', 'starttls', 'implicit'];

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
  const names = Object.keys(table) as MechanismName[];
  const rows = names.map((mechanism) => {
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
