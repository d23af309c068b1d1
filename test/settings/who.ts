// Probes of domains and authentication: for whom mail is taken in, and who must log in, and how.
import { clearMechanisms, mechanismNames } from '../../core/contract/mechanisms.ts';
import type { Client } from '../smtp/playground.ts';
import { password, plainResponse, user } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probes, seen } from './probe.ts';

/** Replies to MAIL and to RCPT for each recipient, codes only. */
async function taken(client: Client, ...recipients: readonly string[]): Promise<number[]> {
  return client.codes('MAIL FROM:<a@client.example>', ...recipients.map((to) => `RCPT TO:<${to}>`));
}

const logIn = (client: Client) => client.ask(`AUTH PLAIN ${plainResponse(user, password)}`);

/** What EHLO offers of AUTH, and what each mechanism is answered. */
async function offers(client: Client): Promise<{ offered: string; heard: Record<string, string> }> {
  const ehlo = await client.ask('EHLO client.example');
  const heard: Record<string, string> = {};
  for (const mechanism of ['PLAIN', 'LOGIN', 'CRAM-MD5']) {
    const reply = await client.ask(`AUTH ${mechanism}`);
    heard[mechanism] = reply.slice(0, 3);
    if (reply.startsWith('334')) await client.ask('*');
  }
  return { offered: /AUTH .*/.exec(ehlo)?.[0] ?? '', heard };
}

/** Nobody here has a Kerberos, or shows a certificate. */
const everythingIn = (names: readonly string[]) => ({
  offered: `AUTH ${names.filter((name) => name !== 'GSSAPI' && name !== 'EXTERNAL').join(' ')}`,
  heard: { PLAIN: '334', LOGIN: '334', 'CRAM-MD5': '334' },
});

async function securedOffers(lab: Lab) {
  const client = await lab.connect();
  await client.secure();
  await client.reply();
  return offers(client);
}

const starttls = { ...mx, tls: 'starttls' } as const;
const implicit = { ...mx, tls: 'implicit' } as const;
const submission = { ...mx, role: 'submission' } as const;

const everyone = async (lab: Lab) => {
  const stranger = await lab.greeted();
  const known = await lab.greeted();
  await logIn(known);
  const to = ['b@gate.example', 'c@remote.example'];
  return { stranger: await taken(stranger, ...to), known: await taken(known, ...to) };
};

export const who: Probes = {
  'domains.local.name': seen(
    [
      ['one.example', [250, 250, 550]],
      ['Two.Example', [250, 550, 250]],
    ],
    async (lab) => taken(await lab.greeted(), 'b@ONE.example', 'b@two.example'),
    { domains: { local: [{ name: 'gate.example' }] } },
  ),
  'domains.local.accept': seen(
    [
      ['any', [250, 250, 250, 250]],
      ['listed', [250, 250, 550, 250]],
    ],
    async (lab) => taken(await lab.greeted(), 'bob@gate.example', 'carol@gate.example', 'postmaster@gate.example'),
    { domains: { local: [{ name: 'gate.example', recipients: ['bob'] }] } },
  ),
  'domains.local.recipients': seen(
    [
      [[], [250, 550, 550, 250]],
      [['Bob'], [250, 250, 550, 250]],
      [
        ['bob', 'carol'],
        [250, 250, 250, 250],
      ],
    ],
    async (lab) => taken(await lab.greeted(), 'bob@gate.example', 'CAROL@gate.example', 'Postmaster'),
    { domains: { local: [{ name: 'gate.example', accept: 'listed' }] } },
  ),

  'authentication.clear': seen(
    [
      [[], { offered: '', heard: { PLAIN: '504', LOGIN: '504', 'CRAM-MD5': '504' } }],
      [['CRAM-MD5'], { offered: 'AUTH CRAM-MD5', heard: { PLAIN: '504', LOGIN: '504', 'CRAM-MD5': '334' } }],
      [['LOGIN', 'PLAIN'], { offered: 'AUTH LOGIN PLAIN', heard: { PLAIN: '334', LOGIN: '334', 'CRAM-MD5': '504' } }],
      [[...clearMechanisms], everythingIn(clearMechanisms)],
    ],
    async (lab) => offers(await lab.greeted()),
    { listeners: [starttls] },
  ),
  'authentication.secured': seen(
    [
      [[], { offered: '', heard: { PLAIN: '502', LOGIN: '502', 'CRAM-MD5': '502' } }],
      [['CRAM-MD5'], { offered: 'AUTH CRAM-MD5', heard: { PLAIN: '504', LOGIN: '504', 'CRAM-MD5': '334' } }],
      [['LOGIN', 'PLAIN'], { offered: 'AUTH LOGIN PLAIN', heard: { PLAIN: '334', LOGIN: '334', 'CRAM-MD5': '504' } }],
      [[...mechanismNames], everythingIn(mechanismNames)],
    ],
    securedOffers,
    { listeners: [implicit] },
  ),
  'listeners.authentication.own': seen(
    [
      [false, 'AUTH PLAIN'],
      [true, 'AUTH LOGIN'],
    ],
    async (lab) => (await offers(await lab.greeted())).offered,
    { listeners: [{ ...mx, authentication: { clear: ['LOGIN'] } }], authentication: { clear: ['PLAIN'] } },
  ),
  'listeners.authentication.clear': seen(
    [
      [[], { offered: '', heard: { PLAIN: '502', LOGIN: '502', 'CRAM-MD5': '502' } }],
      [['LOGIN'], { offered: 'AUTH LOGIN', heard: { PLAIN: '504', LOGIN: '334', 'CRAM-MD5': '504' } }],
      [[...clearMechanisms], everythingIn(clearMechanisms)],
    ],
    async (lab) => offers(await lab.greeted()),
    { listeners: [{ ...mx, authentication: { own: true } }], authentication: { clear: ['PLAIN'] } },
  ),
  'listeners.authentication.secured': seen(
    [
      [[], { offered: '', heard: { PLAIN: '502', LOGIN: '502', 'CRAM-MD5': '502' } }],
      [['LOGIN'], { offered: 'AUTH LOGIN', heard: { PLAIN: '504', LOGIN: '334', 'CRAM-MD5': '504' } }],
      [[...mechanismNames], everythingIn(mechanismNames)],
    ],
    securedOffers,
    { listeners: [{ ...implicit, authentication: { own: true } }], authentication: { secured: ['PLAIN'] } },
  ),
  'authentication.requireTls': seen(
    [
      [false, { offered: 'AUTH PLAIN', heard: { PLAIN: '334', LOGIN: '504', 'CRAM-MD5': '504' } }],
      [true, { offered: '', heard: { PLAIN: '530', LOGIN: '530', 'CRAM-MD5': '530' } }],
    ],
    async (lab) => offers(await lab.greeted()),
    { listeners: [starttls], authentication: { clear: ['PLAIN'] } },
  ),
  'authentication.localDelivery': seen(
    [
      ['all', { stranger: [250, 250, 550], known: [250, 250, 250] }],
      ['auth', { stranger: [250, 530, 550], known: [250, 250, 250] }],
    ],
    everyone,
  ),
  'authentication.remoteDelivery': seen(
    [
      ['auth', { stranger: [250, 250, 550], known: [250, 250, 250] }],
      ['all', { stranger: [250, 250, 250], known: [250, 250, 250] }],
      ['none', { stranger: [250, 250, 550], known: [250, 250, 550] }],
    ],
    everyone,
  ),
  'authentication.submissionLogin': seen(
    [
      [true, { stranger: [530, 503, 503], known: [250, 250, 250] }],
      [false, { stranger: [250, 250, 550], known: [250, 250, 250] }],
    ],
    everyone,
    { listeners: [submission] },
  ),
};
