// Probes of TLS and of proxies: what clients are shown, may choose and must show, and who may speak for others.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { afterAll } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { authorityFile, workshop } from '../../core/smtp/certificates.ts';
import { makeServer, type Pem } from '../../core/world/authority.ts';
import { realWorld } from '../../core/world/real.ts';
import { makeCertificate } from '../../core/world/workshop.ts';
import { certificates, until } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probes, seen } from './probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const now = Date.now();
const { authority } = await workshop({ world: realWorld, folder: certificates, hostname: 'gate.example' });
const named = await makeServer({ now, authority, names: ['named.example'] });
writeFileSync(at('named.pem'), `${named.cert}${named.key}`);
writeFileSync(at('named.cert.pem'), named.cert);
writeFileSync(at('named.key.pem'), named.key);
const client = await makeCertificate({ kind: 'good', names: ['c.example'], now, authority, usage: 'client', depth: 2 });
const stranger = await makeCertificate({ kind: 'wrong-ca', names: ['c.example'], now, usage: 'client' });
writeFileSync(at('stranger-ca.pem'), stranger.authority.cert);
const revoked = await makeCertificate({ kind: 'revoked', names: ['c.example'], now, authority, usage: 'client' });
writeFileSync(at('crl.pem'), revoked.revocations ?? '');

const implicit = (over: object = {}): SettingsInput => ({ listeners: [{ ...mx, tls: 'implicit', ...over }] });

/** The TLS socket of a handshake, or `refused`. */
async function shake(lab: Lab, options: ConnectionOptions): Promise<TLSSocket | 'refused'> {
  const one = await lab.connect();
  try {
    await one.secure(options);
    return one.socket as TLSSocket;
  } catch {
    return 'refused';
  }
}

/** What a client that trusts the workshop's CA makes of the certificate it is shown, or the listener's error. */
async function shown(lab: Lab, servername = 'gate.example'): Promise<string> {
  const [state] = lab.receiver.state().listeners;
  if (state?.state !== 'listening') return (state?.error ?? '').replaceAll(`${folder}/`, '');
  const ca = readFileSync(join(certificates, authorityFile), 'utf8');
  const socket = await shake(lab, { ca, servername, ciphers: 'DEFAULT:@SECLEVEL=0' });
  if (socket === 'refused') return socket;
  const error = socket.authorizationError as (Error & { code?: string }) | string | null | undefined;
  const { subject, bits = 0 } = socket.getPeerCertificate();
  const met = typeof error === 'object' ? error?.code : error;
  return `${String(subject.CN)}, ${bits} bits, ${met ?? 'trusted'}`;
}

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

async function taken(lab: Lab): Promise<string> {
  const got: string[] = [];
  for (const version of versions) {
    const socket = await shake(lab, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' });
    if (socket !== 'refused') got.push(socket.getProtocol() ?? '');
  }
  return got.join(' ');
}

const [strong, fast] = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'] as const;

/** The cipher chosen with a client that prefers the fast one. */
async function chosen(lab: Lab): Promise<string> {
  const [state] = lab.receiver.state().listeners;
  if (state?.state !== 'listening') return 'failed';
  const socket = await shake(lab, { maxVersion: 'TLSv1.2', ciphers: `${fast}:${strong}` });
  return socket === 'refused' ? socket : socket.getCipher().name;
}

/** The first code heard by clients without a certificate, with a trusted one, and with a stranger's, unless said. */
async function heard(lab: Lab, clients: readonly (Pem | undefined)[] = [undefined, client, stranger]): Promise<string> {
  const codes: string[] = [];
  for (const pem of clients) {
    const one = await lab.connect();
    await one.secure(pem ? { cert: pem.cert, key: pem.key } : {});
    codes.push((await one.reply()).slice(0, 3));
  }
  return codes.join(' ');
}

const asking = (security: object) => implicit({ security: { clientCertificate: 'require', ...security } });
const header = 'PROXY TCP4 198.51.100.9 198.51.100.1 40000 25\r\n';

export const tls: Probes = {
  'listeners.certificate.kind': seen(
    [
      ['good', 'gate.example, 256 bits, trusted'],
      ['expired', 'gate.example, 256 bits, CERT_HAS_EXPIRED'],
      ['not-yet-valid', 'gate.example, 256 bits, CERT_NOT_YET_VALID'],
      ['wrong-name', 'another.example, 256 bits, ERR_TLS_CERT_ALTNAME_INVALID'],
      ['wrong-ca', 'gate.example, 256 bits, SELF_SIGNED_CERT_IN_CHAIN'],
      ['weak-key', 'gate.example, 1024 bits, trusted'],
    ],
    (lab) => shown(lab),
    implicit(),
  ),
  'listeners.certificate.sni.name': seen(
    [
      ['mail.example', ['mail.example', 'gate.example']],
      ['*.example', ['*.example', '*.example']],
    ],
    async (lab) => {
      const subjects: string[] = [];
      for (const name of ['mail.example', 'smtp.example']) subjects.push((await shown(lab, name)).replace(/,.*/, ''));
      return subjects;
    },
    implicit({ certificate: { sni: [{ name: 'x.example' }] } }),
  ),
  'listeners.certificate.sni.certFile': seen(
    [
      ['', 'mail.example, 256 bits, trusted'],
      [at('named.pem'), 'named.example, 256 bits, ERR_TLS_CERT_ALTNAME_INVALID'],
    ],
    (lab) => shown(lab, 'mail.example'),
    implicit({ certificate: { sni: [{ name: 'mail.example' }] } }),
  ),
  'listeners.certificate.sni.keyFile': seen(
    [
      [
        '',
        'named.cert.pem: no private key in it. Name the key file in certificate.sni.0.keyFile, or put the key behind the certificate.',
      ],
      [at('named.key.pem'), 'named.example, 256 bits, trusted'],
    ],
    (lab) => shown(lab, 'named.example'),
    implicit({ certificate: { sni: [{ name: 'named.example', certFile: at('named.cert.pem') }] } }),
  ),
  'listeners.security.versions': seen(
    [
      [['TLSv1.2', 'TLSv1.3'], 'TLSv1.2 TLSv1.3'],
      [['TLSv1.3'], 'TLSv1.3'],
      [['TLSv1', 'TLSv1.1', 'TLSv1.3'], 'TLSv1 TLSv1.1 TLSv1.3'],
    ],
    taken,
    implicit(),
  ),
  'listeners.security.ciphers': seen(
    [
      [`${strong}:${fast}`, strong],
      [fast, fast],
      ['ECDHE-ECDSA-CHACHA20-POLY1305', 'refused'],
      ['NONSENSE', 'failed'],
    ],
    chosen,
    implicit(),
  ),
  'listeners.security.serverOrder': seen(
    [
      [true, strong],
      [false, fast],
    ],
    chosen,
    implicit({ security: { ciphers: `${strong}:${fast}` } }),
  ),
  'listeners.security.clientCertificate': seen(
    [
      ['off', { codes: '220 220 220', known: [] }],
      ['request', { codes: '220 220 220', known: ['none', true, false] }],
      ['require', { codes: '421 220 421', known: ['none', true, false] }],
    ],
    async (lab) => {
      const codes = await heard(lab);
      const facts = lab.journal.sessions.flatMap(({ events }) =>
        events.flatMap((event) => (event.kind === 'tls' && event.state === 'up' ? [event.facts.client] : [])),
      );
      return { codes, known: facts.flatMap((one) => (one === undefined ? [] : one === 'none' ? one : one.trusted)) };
    },
    implicit(),
  ),
  'listeners.security.clientCaFile': seen(
    [
      ['', '421 220 421'],
      [at('stranger-ca.pem'), '421 421 220'],
    ],
    (lab) => heard(lab),
    asking({}),
  ),
  'listeners.security.clientCrlFile': seen(
    [
      ['', '220'],
      [at('crl.pem'), '421'],
    ],
    (lab) => heard(lab, [revoked]),
    asking({}),
  ),
  // Two CAs stand between the client's certificate and the root.
  'listeners.security.clientDepth': seen(
    [
      [3, '421 220 421'],
      [2, '421 421 421'],
    ],
    (lab) => heard(lab),
    asking({}),
  ),
  'listeners.security.keyLog': seen(
    [
      ['', false],
      [at('keys.txt'), true],
    ],
    async (lab) => {
      const one = await lab.connect();
      await one.secure();
      await one.reply();
      await lab.receiver.stop({ graceMs: 0 });
      return existsSync(at('keys.txt')) && readFileSync(at('keys.txt'), 'utf8').includes('SERVER_TRAFFIC_SECRET_0 ');
    },
    implicit(),
  ),
  'listeners.proxy.from': seen(
    [
      [[], { code: '500', peer: '192.0.2.7' }],
      [['192.0.2.0/24'], { code: '220', peer: '198.51.100.9' }],
    ],
    async (lab) => {
      const one = await lab.connect();
      one.send(header);
      const first = await one.reply();
      const isProxied = lab.settings.listeners[0]?.proxy.from.length !== 0;
      const code = (isProxied ? first : await one.reply()).slice(0, 3);
      const connect = lab.journal.sessions[0]?.events[0];
      return { code, peer: connect?.kind === 'connect' ? connect.peer.address : '' };
    },
    { listeners: [mx], strictness: { earlyTalk: 'allow' } },
  ),
  'listeners.proxy.timeout': seen(
    [
      [5, '<closed>'],
      [30, '220'],
    ],
    async (lab) => {
      const one = await lab.connect();
      await lab.timer(lab.settings.listeners[0]?.proxy.timeout ?? 0);
      lab.pass(8);
      await until(() => one.closed || lab.receiver.state().listeners[0]?.openSessions === 1);
      if (!one.closed) one.send(header);
      return (await one.reply()).replace(/^(\d+).*/, '$1');
    },
    { listeners: [{ ...mx, proxy: { from: ['192.0.2.0/24'] } }] },
  ),
};
