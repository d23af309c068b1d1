// Probes of who is calling: reverse DNS, the EHLO name, the sender's domain, block lists of addresses and domains.
import { senderActions } from '../../core/contract/settings/sender/actions.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { password, plainResponse, user } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probe, type Probes, seen } from './probe.ts';

type Sender = NonNullable<SettingsInput['sender']>;

const zone = [
  '192.0.2.7 PTR mx.pass.example',
  'mx.pass.example A 192.0.2.7',
  '192.0.2.8 PTR mx.pass.example',
  '192.0.2.9 PTR SERVFAIL',
  'temperror.example A SERVFAIL',
  'temperror.example MX SERVFAIL',
  'pass.example MX 10 mx.pass.example',
  'pass.example A 192.0.2.7',
  'address.example A 192.0.2.7',
  'null-mx.example MX 0 .',
  'nothing.example TXT words',
  'bad-mx.example A 10.0.0.1',
  '7.2.0.192.bl.example A 127.0.0.2',
  '7.2.0.192.other.example A 127.0.0.2',
  '7.2.0.192.dead.example A SERVFAIL',
  'listed.example.bl.example A 127.0.0.2',
  'listed.example.other.example A 127.0.0.2',
  'listed.example.dead.example A SERVFAIL',
].join('\n');

/** A lab in which only this group asks. */
const given = (sender: Sender, rest: SettingsInput = {}): SettingsInput => ({
  sender: { spf: { ehlo: false, mailFrom: false }, delay: 7, ...sender },
  dns: { zone },
  ...rest,
});

interface Tried {
  readonly check: string;
  readonly from?: string;
  readonly ehlo?: string;
  readonly sender?: string;
}

/** A message of one client: the reply that ended it, the finding's action, and what became of the message. */
async function outcome(lab: Lab, { check, from, ehlo = 'pass.example', sender = 'a@pass.example' }: Tried) {
  const client = await lab.connect(from === undefined ? {} : { from });
  await client.reply();
  const isDelayed = JSON.stringify(lab.settings.sender).includes(':"delay"');
  let heard = '';
  for (const line of [`EHLO ${ehlo}`, `MAIL FROM:<${sender}>`, 'RCPT TO:<b@gate.example>', 'DATA', '.']) {
    const reply = client.ask(line);
    if (isDelayed && line.startsWith('MAIL')) {
      await lab.timer(7);
      lab.pass(7);
    }
    heard = await reply;
    if (!/^[23]/.test(heard)) break;
  }
  const [message] = lab.journal.messages;
  const apart = message?.envelope.quarantine;
  return {
    heard: /^2/.test(heard) ? 'yes' : heard.split(' ').slice(0, 2).join(' '),
    action: lab.findings().find((finding) => finding.check === check)?.action,
    stored: lab.journal.messages.length,
    ...(apart !== undefined && { apart }),
  };
}

interface Codes {
  readonly defer: string;
  readonly refuse: string;
}

/** Every action for one result, at MAIL. */
function actionProbe(tried: Tried, codes: Codes, sender: Sender): Probe {
  const refusals: Readonly<Record<string, string>> = { ...codes, drop: '421 4.7.0' };
  const cases = senderActions.map((action) => {
    const heard = refusals[action] ?? 'yes';
    const stored = heard === 'yes' && action !== 'discard' ? 1 : 0;
    const apart = action === 'quarantine' ? { apart: tried.check } : {};
    return [action, { heard, action, stored, ...apart }] as const;
  });
  return seen(cases, (lab) => outcome(lab, tried), given(sender));
}

/** On and off, as the action of one result that refuses tells. */
const enabledProbe = (tried: Tried, sender: Sender): Probe =>
  seen(
    [
      [true, false],
      [false, true],
    ],
    async (lab) => (await outcome(lab, tried)).heard === 'yes',
    given(sender),
  );

/** Who is refused: a stranger, somebody who has logged in, a client of a submission listener. */
function exemptionProbes(group: string, tried: Tried, sender: Sender): Probes {
  const isTaken = async (lab: Lab) => (await outcome(lab, tried)).heard === 'yes';
  const path = `sender.${group}`;
  return {
    [`${path}.exemptAuthenticated`]: seen(
      [
        [true, 250],
        [false, 550],
      ],
      async (lab) => {
        const client = await lab.connect(tried.from === undefined ? {} : { from: tried.from });
        await client.reply();
        await client.ask(`EHLO ${tried.ehlo ?? 'pass.example'}`);
        await client.ask(`AUTH PLAIN ${plainResponse(user, password)}`);
        return (await client.codes(`MAIL FROM:<${tried.sender ?? 'a@pass.example'}>`))[0];
      },
      given(sender),
    ),
    [`${path}.exemptSubmission`]: seen(
      [
        [true, true],
        [false, false],
      ],
      isTaken,
      given(sender, {
        listeners: [{ ...mx, role: 'submission' }],
        authentication: { submissionLogin: false, localDelivery: 'all' },
      }),
    ),
    [`${path}.exemptNetworks`]: seen(
      [
        [[], false],
        [['192.0.2.0/24'], true],
      ],
      isTaken,
      given(sender),
    ),
  };
}

type Stage = 'ehlo' | 'mail' | 'rcpt' | 'message';
const codesAt: Readonly<Record<Stage, readonly number[]>> = {
  ehlo: [550],
  mail: [250, 550],
  rcpt: [250, 250, 550],
  message: [250, 250, 250, 354, 550],
};

function stageProbe(
  tried: Tried,
  sender: Sender,
  stages: readonly Stage[] = ['ehlo', 'mail', 'rcpt', 'message'],
): Probe {
  return seen(
    stages.map((stage) => [stage, codesAt[stage]] as const),
    async (lab) => {
      const client = await lab.connect(tried.from === undefined ? {} : { from: tried.from });
      await client.reply();
      const codes: number[] = [];
      for (const line of [
        `EHLO ${tried.ehlo ?? 'pass.example'}`,
        `MAIL FROM:<${tried.sender ?? 'a@pass.example'}>`,
        'RCPT TO:<b@gate.example>',
        'DATA',
        '.',
      ]) {
        codes.push(...(await client.codes(line)));
        if ((codes.at(-1) ?? 0) >= 400) break;
      }
      return codes;
    },
    given(sender),
  );
}

const reverse = { defer: '451 4.7.25', refuse: '550 5.7.25' };
const name = { defer: '451 4.7.1', refuse: '550 5.7.1' };
const domain = { defer: '451 4.1.8', refuse: '550 5.1.8' };
const silent = { defer: '451 4.4.3', refuse: '550 5.4.3' };

const reverseFrom = { pass: '192.0.2.7', mismatch: '192.0.2.8', none: '192.0.2.10', temperror: '192.0.2.9' };
const ehloNames = {
  pass: 'pass.example',
  literal: '[192.0.2.7]',
  bare: 'localhost',
  malformed: '192.0.2.7',
  ours: 'gate.example',
  unknown: 'nowhere.example',
  mismatch: '[192.0.2.8]',
  temperror: 'temperror.example',
};
const domains: Readonly<Record<string, Codes>> = {
  pass: domain,
  address: domain,
  'null-mx': { defer: '451 4.7.27', refuse: '550 5.7.27' },
  missing: domain,
  nothing: domain,
  'bad-mx': domain,
  temperror: silent,
};

const reverseGroup: Sender = { reverseDns: { enabled: true, map: { none: 'refuse' }, stage: 'mail' } };
const noName: Tried = { check: 'reverse-dns', from: '192.0.2.10' };
const nameGroup: Sender = { ehloName: { enabled: true, map: { bare: 'refuse' } } };
const bareName: Tried = { check: 'ehlo-name', ehlo: 'localhost' };
const domainGroup: Sender = { senderDomain: { enabled: true, map: { missing: 'refuse' } } };
const missing: Tried = { check: 'sender-domain', sender: 'a@missing.example' };

const lists = {
  dnsbl: { check: 'dnsbl', tried: { check: 'dnsbl' } as Tried, item: { zone: 'bl.example' } },
  domainLists: {
    check: 'domain-list',
    tried: { check: 'domain-list', sender: 'a@listed.example' } as Tried,
    item: { zone: 'bl.example', of: ['sender' as const] },
  },
};

/** What the two kinds of lists have alike. */
function listProbes(group: 'dnsbl' | 'domainLists'): Probes {
  const { tried, item } = lists[group];
  const path = `sender.${group}`;
  const own = (over: object, rest: object = {}): Sender => ({
    [group]: { lists: [{ ...item, ...over }], probe: false, ...rest },
  });
  const refusal = async (lab: Lab) => {
    const client = await lab.connect();
    await client.reply();
    await client.ask('EHLO pass.example');
    return client.ask(`MAIL FROM:<${tried.sender ?? 'a@pass.example'}>`);
  };
  const code = { answer: '127.0.0.2', action: 'refuse' as const, note: '' };
  return {
    [`${path}.lists.name`]: seen(
      [
        ['', true],
        ['The list', false],
      ],
      async (lab) => (await refusal(lab)).endsWith(' is listed by bl.example'),
      given(own({})),
    ),
    [`${path}.lists.zone`]: seen(
      [
        ['bl.example', true],
        ['nothing.example', false],
      ],
      async (lab) => (await refusal(lab)).startsWith('550'),
      given(own({})),
    ),
    [`${path}.lists.enabled`]: enabledProbe(tried, own({})),
    [`${path}.lists.action`]: actionProbe(tried, name, own({})),
    [`${path}.lists.codes.answer`]: seen(
      [
        ['127.0.0.2', true],
        ['127.0.0.0/24', 'range'],
        ['127.0.0.3-127.0.0.9', false],
      ],
      async (lab) => {
        if (!(await refusal(lab)).startsWith('451')) return false;
        const value = JSON.stringify(lab.settings.sender[group].lists[0]?.codes);
        return value.includes('/24') ? 'range' : true;
      },
      given(own({ codes: [{ ...code, action: 'defer' }] })),
    ),
    [`${path}.lists.codes.action`]: actionProbe(tried, name, own({ action: 'record', codes: [code] })),
    [`${path}.lists.codes.note`]: seen(
      [
        ['', '(127.0.0.2)'],
        ['dynamic', '(127.0.0.2: dynamic)'],
      ],
      async (lab) => {
        await refusal(lab);
        return /\(.*\)$/.exec(lab.findings().find(({ check }) => check === tried.check)?.text ?? '')?.[0];
      },
      given(own({ codes: [code] })),
    ),
    [`${path}.silent`]: actionProbe(tried, silent, own({ zone: 'dead.example' })),
    // The list has no test entry: whoever asks for one takes it as silent.
    [`${path}.probe`]: seen(
      [
        [true, '250'],
        [false, '550'],
      ],
      async (lab) => (await refusal(lab)).slice(0, 3),
      given(own({})),
    ),
    [`${path}.stage`]: stageProbe({ ...tried, ehlo: 'listed.example' }, own(group === 'dnsbl' ? {} : { of: ['ehlo'] })),
    ...exemptionProbes(group, tried, own({})),
  };
}

export const senderPeer: Probes = {
  'sender.reverseDns.enabled': enabledProbe(noName, reverseGroup),
  ...Object.fromEntries(
    Object.entries(reverseFrom).map(([result, from]) => [
      `sender.reverseDns.map.${result}`,
      actionProbe({ check: 'reverse-dns', from }, reverse, { reverseDns: { enabled: true, stage: 'mail' } }),
    ]),
  ),
  'sender.reverseDns.stage': stageProbe(noName, reverseGroup),
  ...exemptionProbes('reverseDns', noName, reverseGroup),

  'sender.ehloName.enabled': enabledProbe(bareName, nameGroup),
  ...Object.fromEntries(
    Object.entries(ehloNames).map(([result, ehlo]) => [
      `sender.ehloName.map.${result}`,
      actionProbe({ check: 'ehlo-name', ehlo }, name, { ehloName: { enabled: true } }),
    ]),
  ),
  'sender.ehloName.stage': stageProbe(bareName, nameGroup),
  ...exemptionProbes('ehloName', bareName, nameGroup),

  'sender.senderDomain.enabled': enabledProbe(missing, domainGroup),
  ...Object.fromEntries(
    Object.entries(domains).map(([result, codes]) => [
      `sender.senderDomain.map.${result}`,
      actionProbe({ check: 'sender-domain', sender: `a@${result}.example` }, codes, {
        senderDomain: { enabled: true },
      }),
    ]),
  ),
  'sender.senderDomain.reachable': seen(
    [
      [[], false],
      [['10.0.0.0/8'], true],
    ],
    async (lab) => (await outcome(lab, { check: 'sender-domain', sender: 'a@bad-mx.example' })).heard === 'yes',
    given({ senderDomain: { enabled: true, map: { 'bad-mx': 'refuse' } } }),
  ),
  'sender.senderDomain.stage': stageProbe(missing, domainGroup, ['mail', 'rcpt', 'message']),
  ...exemptionProbes('senderDomain', missing, domainGroup),

  ...listProbes('dnsbl'),
  ...listProbes('domainLists'),
  'sender.domainLists.lists.of': seen(
    [
      [['ehlo'], 'ehlo'],
      [['sender'], 'sender'],
      [['reverse'], 'reverse'],
      [['from'], 'from'],
    ],
    async (lab) => {
      const client = await lab.connect();
      await client.reply();
      const lines = ['EHLO ehlo.example', 'MAIL FROM:<a@sender.example>', 'RCPT TO:<b@gate.example>', 'DATA'];
      await client.codes(...lines, 'From: a@from.example\r\n\r\n.');
      const asked = lab.findings().flatMap(({ answer }) => (answer?.kind === 'list' ? [answer.subject] : []));
      return asked.map((subject) => subject.replace('mx.pass.example', 'reverse').replace('.example', '')).join(' ');
    },
    given({ domainLists: { lists: [{ zone: 'bl.example' }] } }),
  ),
};
