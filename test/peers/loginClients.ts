// How each client of the table of logins is told to log in: one run a login, with what is right or with what is wrong.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import type { MechanismName } from '../../core/contract/mechanisms.ts';
import type { KerberosClient } from '../../core/sasl/kerberos.ts';
import type { ClientFiles } from './clientCertificate.ts';
import type { ClientName } from './loginTable.ts';
import { deliver } from './msmtp.ts';
import { ourLogin } from './loginOurs.ts';
import { type Run, run, under } from './running.ts';
import { authority, type Mode } from './yard.ts';

/** What a login is proved with; every mechanism takes its part of it. */
export interface Proof {
  readonly user: string;
  readonly password: string;
  readonly token: string;
  readonly certificate: ClientFiles;
  /** Where the Kerberos library finds the realm and the ticket. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same ticket for a client of ours. */
  readonly tickets: KerberosClient;
}

export interface Attempt {
  readonly mechanism: MechanismName;
  readonly mode: Mode;
  readonly port: number;
  readonly proof: Proof;
  /** For what the client wants in files. */
  readonly folder: string;
  /** Of gsasl's TLS library, where not everything is to be as it would be. */
  readonly priority?: string;
}

/** Exit code 0: the client says that it is logged in. */
export type Login = (attempt: Attempt) => Promise<Run>;

const gsasl: Login = ({ mechanism, mode, port, proof, priority }) => {
  const { user, password, certificate } = proof;
  const isBound = mechanism.endsWith('-PLUS');
  return run(
    ...under(proof.environment, 'gsasl', [
      ...['--smtp', `--connect=localhost:${port}`, '--hostname=localhost', '--service=smtp'],
      mode === 'starttls' ? '--starttls' : '--no-starttls',
      `--x509-ca-file=${authority}`,
      ...(priority === undefined ? [] : [`--priority=${priority}`]),
      ...(mechanism === 'EXTERNAL'
        ? [`--x509-cert-file=${certificate.cert}`, `--x509-key-file=${certificate.key}`, '--authorization-id=']
        : [`--authentication-id=${user}`, `--password=${password}`]),
      // Of a mechanism without PLUS, gsasl 2.2.0 says nothing at all once it has a channel binding at hand.
      ...(isBound ? [] : ['--no-cb']),
      '--quality-of-protection=qop-auth',
      `--mechanism=${mechanism}`,
    ]),
  );
};

const msmtp: Login = ({ mechanism, mode, port, proof, folder }) => {
  const { user, password, token, certificate } = proof;
  const tls = { clear: ['tls off'], starttls: ['tls on', 'tls_starttls on'], implicit: ['tls on', 'tls_starttls off'] };
  const isToken = mechanism === 'OAUTHBEARER' || mechanism === 'XOAUTH2';
  const commands = [
    ...tls[mode],
    ...(mode === 'clear' ? [] : [`tls_trust_file ${authority}`]),
    `auth ${mechanism.toLowerCase()}`,
    // Without a user msmtp 1.8.23 sends no response to the empty challenge of EXTERNAL, and goes on with MAIL.
    `user ${user}`,
    ...(mechanism === 'EXTERNAL' ? [`tls_cert_file ${certificate.cert}`, `tls_key_file ${certificate.key}`] : []),
    ...(mechanism === 'EXTERNAL' || mechanism === 'GSSAPI' ? [] : [`password "${isToken ? token : password}"`]),
  ];
  const way = { to: 'b@gate.example', port, commands, environment: proof.environment };
  return deliver('msmtp', folder, way);
};

const swaks: Login = ({ mechanism, mode, port, proof }) => {
  const verify = ['--tls-verify', '--tls-ca-path', authority, '--tls-sni', 'localhost'];
  const tls = { clear: [], starttls: ['--tls', ...verify], implicit: ['--tls-on-connect', ...verify] };
  return run('swaks', [
    ...['--server', 'localhost', '--port', String(port), '--helo', 'desk.client.example', '--quit-after', 'AUTH'],
    ...tls[mode],
    ...['--auth', mechanism, '--auth-user', proof.user, '--auth-password', proof.password],
  ]);
};

const nodemailer: Login = async ({ mechanism, mode, port, proof: { user, password, token } }) => {
  const transport = createTransport({
    // By its address: nodemailer asks real DNS for a name, localhost too.
    host: '127.0.0.1',
    port,
    secure: mode === 'implicit',
    ...(mode === 'clear'
      ? { ignoreTLS: true }
      : { requireTLS: true, tls: { ca: readFileSync(authority, 'utf8'), servername: 'localhost' } }),
    ...(mechanism === 'XOAUTH2'
      ? { auth: { type: 'OAuth2' as const, user, accessToken: token } }
      : { auth: { user, pass: password }, authMethod: mechanism }),
  });
  try {
    await transport.verify();
    return { code: 0, said: 'verified' };
  } catch (error) {
    return { code: 1, said: String(error) };
  } finally {
    transport.close();
  }
};

export const logins: Readonly<Record<ClientName, Login>> = { gsasl, msmtp, swaks, nodemailer, ours: ourLogin };

/** What the client itself says it can, as one text of names; of nodemailer, the code that logs in. */
export async function ownList(client: Exclude<ClientName, 'ours'>): Promise<string> {
  switch (client) {
    case 'gsasl':
      return (await run('gsasl', ['--client-mechanisms'])).said;
    case 'msmtp':
      return (await run('msmtp', ['--version'])).said.toUpperCase();
    case 'swaks':
      return (await run('swaks', ['--help'])).said;
    case 'nodemailer':
      return readFileSync(
        fileURLToPath(new URL('smtp-connection/index.js', import.meta.resolve('nodemailer'))),
        'utf8',
      );
  }
}
