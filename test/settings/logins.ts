// Probes of logins: what users may write as, what mechanisms ask and are asked, and the source that knows the users.
import type { Kerberos, KerberosKeys } from '../../core/sasl/kerberos.ts';
import { workshop } from '../../core/smtp/certificates.ts';
import { realWorld } from '../../core/world/real.ts';
import { makeCertificate } from '../../core/world/workshop.ts';
import { certificates, type Client, password, plainResponse, user } from '../smtp/playground.ts';
import { type Lab, openLab } from './lab.ts';
import { mx, type Probe, type Probes, seen } from './probe.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const local = { domains: { local: [{ name: 'gate.example' }] } };

async function loggedIn(lab: Lab, from?: string): Promise<Client> {
  const client = await lab.greeted(from === undefined ? {} : { from });
  await client.ask(`AUTH PLAIN ${plainResponse(user, password)}`);
  return client;
}

/** Whom the last login was as. */
const whom = (lab: Lab) =>
  lab.findings().find(({ check, action }) => check === 'credentials' && action === 'record')?.evidence?.['user'];

const addresses = [`${user}@gate.example`, 'sales@gate.example', 'bob@gate.example', 'bob@remote.example'];
/** The code for each of the addresses. */
const rules = (code: number) =>
  [
    ['any', [250, 250, 250, 250]],
    ['domain', [250, 250, 250, code]],
    ['alias', [250, 250, code, code]],
    ['exact', [250, code, code, code]],
  ] as const;

async function senders(lab: Lab): Promise<number[]> {
  const client = await loggedIn(lab);
  const codes: number[] = [];
  for (const address of addresses) {
    codes.push(...(await client.codes(`MAIL FROM:<${address}>`)));
    await client.ask('RSET');
  }
  return codes;
}

async function authors(lab: Lab): Promise<number[]> {
  const client = await loggedIn(lab);
  const codes: number[] = [];
  for (const address of addresses) {
    await client.toData('bob@remote.example');
    codes.push(...(await client.codes(`From: Somebody <${address}>\r\n\r\nHello\r\n.`)));
  }
  return codes;
}

/** The fields of the challenge that a mechanism answers a line with. */
async function challenge(lab: Lab, line: string): Promise<string> {
  const client = await lab.greeted();
  return Buffer.from((await client.ask(line)).slice(4), 'base64').toString();
}

/** One login with the right password, when it was answered and how. */
const waited = (seconds: (lab: Lab) => number) => async (lab: Lab) => {
  const client = await lab.greeted();
  const answer = client.ask(`AUTH PLAIN ${plainResponse(user, password)}`);
  const wait = seconds(lab);
  await lab.timer(wait);
  lab.pass(wait);
  return `${(await answer).slice(0, 3)} after ${wait} s`;
};

const { authority } = await workshop({ world: realWorld, folder: certificates, hostname: 'gate.example' });
const badge = await makeCertificate({
  kind: 'good',
  names: ['cn.example', 'mail@gate.example'],
  now: Date.now(),
  authority,
  usage: 'client',
});

async function byCertificate(lab: Lab) {
  const client = await lab.connect();
  await client.secure({ cert: badge.cert, key: badge.key });
  await client.reply();
  await client.ask('EHLO client.example');
  const code = (await client.ask('AUTH EXTERNAL =')).slice(0, 3);
  return `${code} ${whom(lab)}`;
}

/** Accepts any token as the principal it is, with one keytab and one service. */
function fakeKerberos(): Kerberos & { readonly opened: KerberosKeys[] } {
  const opened: KerberosKeys[] = [];
  return {
    opened,
    problem: ({ keytab, service }) =>
      Promise.resolve(
        keytab === '/none' ? `no keytab at ${keytab}` : service === 'imap' ? `no key for ${service}` : undefined,
      ),
    open: (keys) => {
      opened.push(keys);
      const same = (bytes: Uint8Array) => Promise.resolve(bytes);
      return {
        accept: (token) =>
          Promise.resolve({
            token: new Uint8Array(),
            done: true,
            principal: Buffer.from(token).toString(),
            realm: 'GATE.EXAMPLE',
          }),
        wrap: same,
        unwrap: same,
        close: () => undefined,
      };
    },
  };
}

/** What EHLO offers, and whose login it is with which keys. */
function byTicket(cases: Probe['cases']): Probe {
  return {
    cases,
    given: { listeners: [mx], authentication: { clear: ['GSSAPI'] } },
    observe: async (settings) => {
      const kerberos = fakeKerberos();
      const lab = await openLab(settings, kerberos);
      try {
        const client = await lab.connect();
        const [cannot] = lab.receiver.state().unavailable ?? [];
        const isOffered = (await client.hello()).includes('AUTH GSSAPI');
        const first = await client.ask(`AUTH GSSAPI ${base64(`${user}@GATE.EXAMPLE`)}`);
        if (!first.startsWith('334')) return { isOffered, code: first.slice(0, 3), why: cannot?.why };
        const code = (await client.ask(Buffer.of(1, 0, 0, 0).toString('base64'))).slice(0, 3);
        return { isOffered, code, who: whom(lab), keys: kerberos.opened[0] };
      } finally {
        await lab.close();
      }
    },
  };
}

const good = { isOffered: true, code: '235', who: user, keys: { keytab: '', service: 'smtp' } };

export const logins: Probes = {
  'authentication.senderLogin': seen(rules(553), senders, { listeners: [mx], ...local }),
  'authentication.fromLogin': seen(rules(550), authors, { listeners: [mx], ...local }),
  'authentication.actFor': seen(
    [
      ['nobody', [235, 535, 535]],
      ['alias', [235, 235, 535]],
      ['anyone', [235, 235, 235]],
    ],
    async (lab) => {
      const codes: number[] = [];
      for (const authzid of ['', 'boss', 'carol']) {
        const client = await lab.greeted();
        codes.push(...(await client.codes(`AUTH PLAIN ${base64(`${authzid}\0${user}\0${password}`)}`)));
      }
      return codes;
    },
  ),
  'authentication.realm': seen(
    [
      ['', 'realm="gate.example"'],
      ['office.example', 'realm="office.example"'],
    ],
    async (lab) => /realm="[^"]*"/.exec(await challenge(lab, 'AUTH DIGEST-MD5'))?.[0],
    { acceptance: { hostname: 'gate.example' }, authentication: { clear: ['DIGEST-MD5'] } },
  ),
  'authentication.scramIterations': seen(
    [
      [4096, 'i=4096'],
      [5000, 'i=5000'],
    ],
    async (lab) => {
      const said = await challenge(lab, `AUTH SCRAM-SHA-256 ${base64(`n,,n=${user},r=nonce`)}`);
      return /i=\d+/.exec(said)?.[0];
    },
    { authentication: { clear: ['SCRAM-SHA-256'] } },
  ),
  'authentication.certificateName': seen(
    [
      ['email', '235 mail@gate.example'],
      ['common-name', '235 cn.example'],
    ],
    byCertificate,
    {
      listeners: [{ ...mx, tls: 'implicit', security: { clientCertificate: 'request' } }],
      authentication: { secured: ['EXTERNAL'] },
    },
  ),
  'authentication.gssapi.keytab': byTicket([
    { value: '', sees: good },
    { value: '/etc/smtp.keytab', sees: { ...good, keys: { keytab: '/etc/smtp.keytab', service: 'smtp' } } },
    { value: '/none', sees: { isOffered: false, code: '504', why: 'no keytab at /none' } },
  ]),
  'authentication.gssapi.service': byTicket([
    { value: 'smtp', sees: good },
    { value: 'submission', sees: { ...good, keys: { keytab: '', service: 'submission' } } },
    { value: 'imap', sees: { isOffered: false, code: '504', why: 'no key for imap' } },
  ]),
  'authentication.gssapi.name': byTicket([
    { value: 'local', sees: good },
    { value: 'full', sees: { ...good, who: `${user}@GATE.EXAMPLE` } },
  ]),
  'authentication.source.kind': seen(
    [
      ['table', 'AUTH CRAM-MD5 XOAUTH2 PLAIN'],
      ['bind', 'AUTH PLAIN'],
    ],
    async (lab) => /AUTH .*/.exec(await (await lab.connect()).hello())?.[0],
    { authentication: { clear: ['CRAM-MD5', 'XOAUTH2', 'PLAIN'] } },
  ),
  'authentication.source.failing': seen(
    [
      [false, [235, 535]],
      [true, [454, 454]],
    ],
    async (lab) => {
      const codes: number[] = [];
      for (const secret of [password, 'wrong'])
        codes.push(...(await (await lab.greeted()).codes(`AUTH PLAIN ${plainResponse(user, secret)}`)));
      return codes;
    },
  ),
  'authentication.source.delay': seen(
    [
      [2000, '235 after 2 s'],
      [5000, '235 after 5 s'],
    ],
    waited((lab) => lab.settings.authentication.source.delay / 1000),
  ),
  'authentication.source.deadline': seen(
    [
      [2000, '454 after 2 s'],
      [5000, '454 after 5 s'],
    ],
    waited((lab) => lab.settings.authentication.source.deadline / 1000),
    { authentication: { source: { delay: 60_000 } } },
  ),
  'protection.rates.accountMaxMessages': seen(
    [
      [0, [250, 250, 250]],
      [1, [250, 452, 452]],
      [2, [250, 250, 452]],
    ],
    async (lab) => {
      const codes: number[] = [];
      for (const from of ['192.0.2.1', '192.0.2.2', '192.0.2.3'])
        codes.push(...(await (await loggedIn(lab, from)).codes('MAIL FROM:<a@client.example>')));
      return codes;
    },
  ),
  'protection.rates.accountMaxRecipients': seen(
    [
      [0, [250, 250, 250]],
      [1, [250, 452, 452]],
      [2, [250, 250, 452]],
    ],
    async (lab) => {
      const codes: number[] = [];
      for (const from of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
        const client = await loggedIn(lab, from);
        await client.ask('MAIL FROM:<a@client.example>');
        codes.push(...(await client.codes('RCPT TO:<b@gate.example>')));
      }
      return codes;
    },
    { listeners: [mx], ...local },
  ),
};
