// Probes of listeners: where they are bound, how they are secured, what they are for, and how long they wait.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { exportAxigen } from '../../core/formats/axigen.ts';
import { makeAuthority, makeServer } from '../../core/world/authority.ts';
import { type Lab, openLab } from './lab.ts';
import { withValue } from './leaves.ts';
import { mx, type Probes, seen } from './probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pem-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const pem = (name: string) => join(folder, name);
const now = Date.now();
const authority = await makeAuthority({ now, name: 'Somebody CA' });
for (const name of ['one', 'two']) {
  const { cert, key } = await makeServer({ now, authority, names: [`${name}.example`] });
  writeFileSync(pem(`${name}.cert.pem`), cert);
  writeFileSync(pem(`${name}.key.pem`), key);
  writeFileSync(pem(`${name}.pem`), `${cert}${key}`);
}

const implicit = { ...mx, tls: 'implicit' } as const;
const only = (over: object): SettingsInput => ({ listeners: [{ ...mx, ...over }] });

/** Host names of the certificate a client is shown, or why there is none. */
async function shown(lab: Lab): Promise<string> {
  const [state] = lab.receiver.state().listeners;
  if (state?.state !== 'listening') return (state?.error ?? '').replaceAll(`${folder}/`, '');
  const client = await lab.connect();
  await client.secure();
  return String((client.socket as TLSSocket).getPeerCertificate().subject.CN);
}

/** What becomes of a handshake that the client begins after 8 seconds. */
async function lateHandshake(settings: SettingsInput, tls: 'implicit' | 'starttls'): Promise<string> {
  const lab = await openLab(withValue(settings, 'listeners.tls', tls));
  try {
    const client = await (tls === 'implicit' ? lab.connect() : lab.greeted());
    if (tls === 'starttls') await client.ask('STARTTLS');
    await lab.timer(lab.settings.listeners[0]?.handshakeTimeout ?? 0);
    lab.pass(8);
    const end = lab.journal.sessions[0]?.events.at(-1);
    if (end?.kind === 'close') return end.reason;
    await client.secure();
    return 'secured';
  } finally {
    await lab.close();
  }
}

export const listeners: Probes = {
  'listeners.name': seen(
    [
      ['mx', { state: 'mx', session: 'mx' }],
      ['front-door', { state: 'front-door', session: 'front-door' }],
    ],
    async (lab) => {
      await lab.knock();
      return { state: lab.receiver.state().listeners[0]?.name, session: lab.journal.sessions[0]?.row.listener };
    },
    only({}),
  ),
  'listeners.enable': seen(
    [
      [true, { state: 'listening', heard: '220' }],
      [false, { state: 'disabled', heard: 'listener mx is not bound' }],
    ],
    async (lab) => ({
      state: lab.receiver.state().listeners[0]?.state,
      heard: await lab.knock().then(
        (reply) => reply.slice(0, 3),
        (error: Error) => error.message,
      ),
    }),
    only({}),
  ),
  // Who must log in (RFC 6409 section 4.3), and whose SPF is not asked about.
  'listeners.role': seen(
    [
      ['mx', { mail: 250, spf: 'record', role: 'mx' }],
      ['submission', { mail: 530, spf: undefined, role: 'submission' }],
      ['submissions', { mail: 530, spf: undefined, role: 'submissions' }],
    ],
    async (lab) => {
      const client = await lab.greeted();
      const [mail] = await client.codes('MAIL FROM:<a@client.example>');
      const ehlo = lab.findings().find(({ check }) => check === 'spf-ehlo');
      return { mail, spf: ehlo?.spare === true ? undefined : ehlo?.action, role: lab.journal.sessions[0]?.row.role };
    },
  ),
  // Exported and shown; never bound: the lab address is the same.
  'listeners.address': seen(
    [
      ['203.0.113.5:25', { production: '203.0.113.5:25', session: '203.0.113.5:25', exported: '203.0.113.5:25' }],
      [
        '[2001:db8::5]:587',
        { production: '[2001:db8::5]:587', session: '[2001:db8::5]:587', exported: '[2001:db8::5]:587' },
      ],
    ],
    async (lab) => {
      await lab.knock();
      const connect = lab.journal.sessions[0]?.events[0];
      return {
        production: lab.receiver.state().listeners[0]?.production,
        session: connect?.kind === 'connect' ? connect.production : undefined,
        exported: /address = (\S+)/.exec(exportAxigen(lab.settings).files['axigen.cfg'])?.[1],
      };
    },
  ),
  // Empty: loopback, of the family of the production address; port 0 is any free one.
  'listeners.lab': seen(
    [
      ['', { bound: '127.0.0.1', heard: '220' }],
      ['127.0.0.2:0', { bound: '127.0.0.2', heard: '220' }],
      ['[::1]:0', { bound: '[::1]', heard: '220' }],
    ],
    async (lab) => {
      const bound = lab.receiver.state().listeners[0]?.bound.replace(/:\d+$/, '');
      return { bound, heard: (await lab.knock()).slice(0, 3) };
    },
    only({ address: '0.0.0.0:0' }),
  ),
  'listeners.tls': seen(
    [
      ['clear', { first: '220', offered: false, secured: false }],
      ['starttls', { first: '220', offered: true, secured: false }],
      ['implicit', { first: '220', offered: false, secured: true }],
    ],
    async (lab) => {
      const client = await lab.connect();
      const isImplicit = lab.receiver.state().listeners[0]?.ehlo.clear === undefined;
      if (isImplicit) await client.secure();
      const first = (await client.reply()).slice(0, 3);
      const offered = (await client.ask('EHLO client.example')).includes('STARTTLS');
      return { first, offered, secured: lab.journal.sessions[0]?.events.some(({ kind }) => kind === 'tls') };
    },
  ),
  'listeners.certificate.certFile': seen(
    [
      ['', 'gate.example'],
      [pem('one.pem'), 'one.example'],
      [
        pem('missing.pem'),
        'missing.pem: there is no such certificate file. Check the path; a relative one starts at the folder of the configuration.',
      ],
    ],
    shown,
    { listeners: [implicit] },
  ),
  'listeners.certificate.keyFile': seen(
    [
      [
        '',
        'two.cert.pem: no private key in it. Name the key file in certificate.keyFile, or put the key behind the certificate.',
      ],
      [pem('two.key.pem'), 'two.example'],
      [
        pem('one.key.pem'),
        "one.key.pem: this key does not belong to the certificate in two.cert.pem. Give the key the certificate was requested with; the server's own certificate comes first in the file, its chain behind it.",
      ],
    ],
    shown,
    { listeners: [{ ...implicit, certificate: { certFile: pem('two.cert.pem') } }] },
  ),
  'listeners.handshakeTimeout': {
    given: { listeners: [mx] },
    cases: [
      { value: 5, sees: { implicit: 'handshake-timeout', starttls: 'handshake-timeout' } },
      { value: 30, sees: { implicit: 'secured', starttls: 'secured' } },
    ],
    observe: async (settings) => ({
      implicit: await lateHandshake(settings, 'implicit'),
      starttls: await lateHandshake(settings, 'starttls'),
    }),
  },
  'listeners.idleTimeout': seen(
    [
      [300, '250 2.0.0 OK'],
      [10, '421 4.4.2 gate.example Timeout, closing connection'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      lab.pass(11);
      return client.ask('NOOP');
    },
  ),
};
