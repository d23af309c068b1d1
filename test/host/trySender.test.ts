// A sender is tried: the real checks answer, stage by stage, and nothing is counted or remembered.
import { expect, it } from 'vitest';
import { createDns } from '../../core/dns/dns.ts';
import { trySender } from '../../core/host/trySender.ts';
import { Greylist } from '../../core/policy/greylist.ts';
import { inlineWorkers } from '../../core/workers/inline.ts';
import { realWorld } from '../../core/world/real.ts';
import { settingsOf } from '../policy/facts.ts';

const client = {
  listener: 'mx',
  peer: '203.0.113.7',
  ehlo: 'mail.example.org',
  mailFrom: 'a@example.org',
  recipient: 'b@example.com',
  from: '',
  message: '',
};

const around = (sender: NonNullable<Parameters<typeof settingsOf>[0]>['sender'], greylist = new Greylist()) => {
  const settings = settingsOf({
    listeners: [{ name: 'mx', role: 'mx', address: '0.0.0.0:25' }],
    domains: { local: [{ name: 'example.com', accept: 'any' }] },
    dns: { zone: '7.113.0.203.bl.example A 127.0.0.2\nbad.example.bl.example A 127.0.0.2' },
    sender: { spf: { ehlo: false, mailFrom: false }, ...sender },
  });
  const workers = inlineWorkers(realWorld, settings.workers);
  return { world: realWorld, settings, dns: createDns(realWorld), workers, greylist };
};

it('hears what a client would, up to the stage that refuses', async () => {
  const { stages } = await trySender(client, around({ dnsbl: { lists: [{ zone: 'bl.example' }], probe: false } }));
  expect(stages.map(({ stage }) => stage)).toEqual(['connect', 'ehlo', 'mail']);
  expect(stages.at(-1)?.reply).toBe('550 5.7.1 203.0.113.7 is listed by bl.example');
  expect(stages.at(-1)?.verdict.findings.at(-1)).toMatchObject({ check: 'dnsbl', action: 'refuse' });
});

it('makes up a message of a From field, which a worker reads', async () => {
  const lists = { lists: [{ zone: 'bl.example', of: ['from' as const] }], probe: false };
  const { stages } = await trySender({ ...client, from: 'Eve <eve@bad.example>' }, around({ domainLists: lists }));
  expect(stages.at(-1)).toMatchObject({ stage: 'message', reply: '550 5.7.1 bad.example is listed by bl.example' });
});

it('leaves nothing behind', async () => {
  const greylist = new Greylist();
  const tried = () => trySender(client, around({ greylist: { enabled: true } }, greylist));
  for (let time = 0; time < 2; time += 1)
    expect((await tried()).stages.at(-1)?.verdict).toMatchObject({
      reason: 'greylisted',
      findings: expect.arrayContaining([
        expect.objectContaining({ answer: expect.objectContaining({ state: 'new' }) }),
      ]),
    });
  expect(greylist.size).toBe(0);
});

it('says which fields cannot be read', async () => {
  const wrong = { listener: 'no', peer: 'x', ehlo: '', mailFrom: 'a b', recipient: '<', from: 'a\r\nb', message: '' };
  const { stages, problems } = await trySender(wrong, around({}));
  expect(stages).toEqual([]);
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'Listener',
    'Peer',
    'EHLO',
    'MAIL FROM',
    'Recipient',
    'From',
  ]);
});
