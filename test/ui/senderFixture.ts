// A receiver that asks everything about its senders, and mail for it: signed, sealed, forged; what the tests of these views look at.
import { message as messageSchema } from '../../core/contract/scenarioMessage.ts';
import { loadSigning } from '../../core/message/sign.ts';
import { afterData, composed } from '../../core/simulate/compose/compose.ts';
import { testKeyRecord } from '../../core/simulate/testKeys.table.ts';
import { realWorld } from '../../core/world/real.ts';
import type { Stage } from './window.ts';

/** Includes eleven deep, of which the last asks once too often. */
const deep = Array.from(
  { length: 11 },
  (_, n) => `s${n}.deep.example TXT v=spf1 include:s${n + 1}.deep.example ip4:198.51.100.${n} -all`,
);

const zone = [
  'example.org SOA ns.example.org admin.example.org 1 7200 900 1209600 300',
  'example.org MX 10 mail.example.org',
  'example.org TXT v=spf1 include:_spf.example.org a:%{i}.example.org redirect=_last.example.org',
  '_spf.example.org TXT v=spf1 a:no.example.org ip4:203.0.113.9 -all',
  '_last.example.org TXT v=spf1 ip4:127.0.0.1 -all',
  '_dmarc.example.org TXT v=DMARC1; p=quarantine; sp=reject',
  'mail.example.org A 127.0.0.1',
  '127.0.0.1 PTR mail.example.org',
  'forged.example TXT v=spf1 ip4:192.0.2.10 -all',
  '_dmarc.forged.example TXT v=DMARC1; p=quarantine',
  'dropped.example TXT v=spf1 -all',
  ...deep,
  's11.deep.example TXT v=spf1 -all',
  '2.0.0.127.bl.example A 127.0.0.2',
  `s1._domainkey.example.org TXT ${testKeyRecord('rsa2048a')}`,
  `s1._domainkey.lists.example.net TXT ${testKeyRecord('rsa2048a')}`,
  `old._domainkey.example.org TXT ${testKeyRecord('rsa1024')}`,
];

export const senderYaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
flow:
  service: { peerMaxConnections: 0, peerMaxIntervalConnections: 0, maxIntervalConnections: 0, maxConnections: 0 }
domains:
  local:
    - { name: gate.example, accept: any }
dns:
  zone: |
${zone.map((line) => `    ${line}`).join('\n')}
sender:
  spf: { map: { fail: record, permerror: mark } }
  reverseDns: { enabled: true, stage: mail }
  ehloName: { enabled: true }
  senderDomain: { enabled: true, reachable: [127.0.0.0/8] }
  dnsbl: { lists: [{ name: test list, zone: bl.example, codes: [{ answer: 127.0.0.2, action: refuse, note: spam }] }] }
  dkim: { enabled: true, maxSignatures: 50 }
  dmarc: { enabled: true }
  arc: { enabled: true, trusted: [lists.example.net] }
  header: { from: mark, duplicates: mark }
`;

/** Sends a composed message; the answer is the reply to its end. */
export async function deliver(stage: Stage, from: string, message: object): Promise<string> {
  await loadSigning();
  const bytes = await composed(messageSchema.parse(message), realWorld);
  const client = await stage.client();
  await client.reply();
  await client.ask('EHLO mail.example.org');
  await client.toData(from, 'bob@gate.example');
  client.send(afterData(bytes).toString('latin1'));
  const reply = await client.reply();
  await client.ask('QUIT');
  return reply;
}

/** Signed twice, sent through a mailing list that sealed it and added a footer behind l=. */
export const listed = {
  from: 'Ann <ann@example.org>',
  subject: 'through a list',
  text: 'first line\r\nsecond line\r\n',
  hops: [
    { sign: { domain: 'example.org', length: 'all', expires: { in: '1d' } } },
    { sign: { domain: 'example.org', selector: 'old', key: 'rsa1024', oversign: true } },
    { change: { append: 'added by somebody else\r\n' } },
    { seal: { domain: 'lists.example.net', results: 'spf=pass smtp.mailfrom=example.org' } },
  ],
};
