// Probes of access rules: addresses, priorities, layers, last rules, and what a refused connection hears.
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { Client } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probes, seen } from './probe.ts';

type Rules = { readonly allow?: object[]; readonly deny?: object[]; readonly last?: string };

/** A place where rules stand: a listener or the service. */
interface Layer {
  readonly path: string;
  readonly given: (rules: Rules) => SettingsInput;
}

const layers: readonly Layer[] = [
  { path: 'listeners.access', given: (rules) => ({ listeners: [{ ...mx, access: rules }] }) as SettingsInput },
  { path: 'access', given: (rules) => ({ access: rules }) as SettingsInput },
];

const callers = ['192.0.2.7', '::ffff:192.0.2.8', '198.51.100.7', '2001:db8::7'];

/** Who of the callers is let in. */
async function letIn(lab: Lab): Promise<string[]> {
  const inside: string[] = [];
  for (const from of callers) if ((await lab.knock({ from })).startsWith('220')) inside.push(from);
  return inside;
}

const one = async (lab: Lab) => (await lab.knock({ from: '192.0.2.7' })).slice(0, 3);
const [four, mapped, far, six] = callers;

function probesOf({ path, given }: Layer): Probes {
  const only = { last: 'deny' };
  const but = { last: 'allow' };
  return {
    [`${path}.allow.ipSet`]: seen(
      [
        ['192.0.2.7', [four]],
        ['192.0.2.0/24', [four, mapped]],
        ['192.0.2.8-198.51.100.7', [mapped, far]],
        ['198.51.100.0/255.255.255.0', [far]],
        ['2001:db8::/32', [six]],
      ],
      letIn,
      given({ allow: [{ ipSet: '10.0.0.0/8' }], ...only }),
    ),
    [`${path}.deny.ipSet`]: seen(
      [
        ['192.0.2.7', [mapped, far, six]],
        ['192.0.2.0/24', [far, six]],
        ['192.0.2.8-198.51.100.7', [four, six]],
        ['198.51.100.0/255.255.255.0', [four, mapped, six]],
        ['2001:db8::/32', [four, mapped, far]],
      ],
      letIn,
      given({ deny: [{ ipSet: '10.0.0.0/8' }], ...but }),
    ),
    [`${path}.allow.priority`]: seen(
      [
        [49, '220'],
        [50, '421'],
      ],
      one,
      given({ allow: [{ ipSet: '192.0.2.0/24' }], deny: [{ ipSet: '192.0.2.7', priority: 50 }], ...but }),
    ),
    [`${path}.deny.priority`]: seen(
      [
        [50, '421'],
        [51, '220'],
      ],
      one,
      given({ allow: [{ ipSet: '192.0.2.7', priority: 50 }], deny: [{ ipSet: '192.0.2.0/24' }], ...only }),
    ),
    [`${path}.allow.enable`]: seen(
      [
        [true, '220'],
        [false, '421'],
      ],
      one,
      given({ allow: [{ ipSet: '192.0.2.0/24' }], ...only }),
    ),
    [`${path}.deny.enable`]: seen(
      [
        [true, '421'],
        [false, '220'],
      ],
      one,
      given({ deny: [{ ipSet: '192.0.2.0/24' }], ...but }),
    ),
  };
}

const secure = { ...mx, name: 'secure', role: 'submissions', tls: 'implicit' } as const;

export const access: Probes = {
  ...Object.assign({}, ...layers.map(probesOf)),

  // The service denies 192.0.2.0/24 and lets the rest in.
  'listeners.access.last': seen(
    [
      ['service', ['198.51.100.7', '2001:db8::7']],
      ['allow', callers],
      ['deny', []],
    ],
    letIn,
    { access: { deny: [{ ipSet: '192.0.2.0/24' }] } },
  ),

  // A rule of the service and one of the global list; everyone else comes to the last rule.
  'access.last': seen(
    [
      ['allow', ['198.51.100.7', '2001:db8::7']],
      ['deny', ['198.51.100.7']],
    ],
    letIn,
    { access: { allow: [{ ipSet: '198.51.100.7' }], global: { deny: [{ ipSet: '192.0.2.0/24' }] } } },
  ),

  // A rule of the service decides before the global list is asked.
  'access.global.deny.ipSet': seen(
    [
      ['192.0.2.0/24', ['198.51.100.7', '2001:db8::7']],
      ['198.51.100.0/24', [...callers]],
      ['2001:db8::7', ['192.0.2.7', '::ffff:192.0.2.8', '198.51.100.7']],
    ],
    letIn,
    { access: { allow: [{ ipSet: '198.51.100.7' }], global: { deny: [{ ipSet: '10.0.0.1' }] } } },
  ),
  'access.global.deny.enable': seen(
    [
      [true, '421'],
      [false, '220'],
    ],
    one,
    { access: { global: { deny: [{ ipSet: '192.0.2.0/24' }] } } },
  ),
  // Both rules deny: the priority says which of them is named as the one that did.
  'access.global.deny.priority': seen(
    [
      [49, 'access.global.deny.0'],
      [51, 'access.global.deny.1'],
    ],
    async (lab) => {
      await lab.knock({ from: '192.0.2.7' });
      return lab.findings().find(({ check }) => check === 'access')?.rule?.path;
    },
    { access: { global: { deny: [{ ipSet: '192.0.2.0/24' }, { ipSet: '192.0.2.7', priority: 50 }] } } },
  ),

  // On implicit TLS nothing is ever said in front of the handshake.
  'access.refusal': seen(
    [
      ['421', { heard: ['421 gate.example Service not available to your address', '<closed>'], secure: '<closed>' }],
      ['silent', { heard: ['<closed>', '<closed>'], secure: '<closed>' }],
      [
        '554',
        {
          heard: [
            '554 gate.example No SMTP service for your address',
            '503 Only QUIT is taken here',
            '503 5.5.1 Only QUIT is taken here',
            '221 2.0.0 gate.example closing connection',
          ],
          secure: '<closed>',
        },
      ],
    ],
    async (lab) => {
      const client = await lab.connect();
      const heard = [await client.reply()];
      if (heard[0]?.startsWith('554'))
        for (const line of ['EHLO a.example', 'NOOP']) heard.push(await client.ask(line));
      heard.push(heard.length > 1 ? await client.ask('QUIT') : await afterwards(client));
      return { heard, secure: await lab.knock({ at: 'secure' }) };
    },
    { listeners: [mx, secure], access: { last: 'deny' } },
  ),
};

/** What comes behind a refusal that closes. */
async function afterwards(client: Client): Promise<string> {
  await client.over();
  return client.rest === '' ? '<closed>' : client.rest;
}
