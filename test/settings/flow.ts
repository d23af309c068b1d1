// Probes of flow limits, wherever they can be set: listener, service, allow rules and the last rule.
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { Lab, Visit } from './lab.ts';
import { mx, type Probes, seen } from './probe.ts';

const free = { maxConnections: 0, peerMaxConnections: 0, maxIntervalConnections: 0, peerMaxIntervalConnections: 0 };

type Limits = { readonly [key: string]: number | object };

/** A place where limits can be set, and who is counted there: those at another listener, those from outside the rule. */
interface Place {
  readonly path: string;
  readonly others: boolean;
  readonly outsiders: boolean;
  readonly given: (limits: Limits) => SettingsInput;
}

/** The addresses of the rule; outsiders come from 203.0.113.9. */
const ipSet = '192.0.2.0/24';
const other = { ...mx, name: 'other', flow: free };
const service = { service: free };

const places: readonly Place[] = [
  {
    path: 'listeners.flow',
    others: false,
    outsiders: true,
    given: (limits) => ({ listeners: [{ ...mx, flow: limits }, other], flow: service }),
  },
  {
    path: 'flow.service',
    others: true,
    outsiders: true,
    given: (limits) => ({ listeners: [{ ...mx, flow: free }, other], flow: { service: limits } }),
  },
  {
    path: 'listeners.access.allow.flow',
    others: false,
    outsiders: false,
    given: (limits) => ({
      listeners: [{ ...mx, flow: free, access: { allow: [{ ipSet, flow: limits }] } }, other],
      flow: service,
    }),
  },
  {
    path: 'access.allow.flow',
    others: true,
    outsiders: false,
    given: (limits) => ({
      listeners: [{ ...mx, flow: free }, other],
      flow: service,
      access: { allow: [{ ipSet, flow: limits }] },
    }),
  },
  {
    path: 'access.lastFlow',
    others: true,
    outsiders: false,
    given: (limits) => ({
      listeners: [{ ...mx, flow: free }, other],
      flow: service,
      access: { allow: [{ ipSet: '203.0.113.0/24' }], lastFlow: limits },
    }),
  },
];

const ann = { from: '192.0.2.1' };
const bob = { from: '192.0.2.2' };
const cat = { from: '192.0.2.3' };
const outsider = { from: '203.0.113.9' };
const elsewhere = { at: 'other' };

/** Codes of the first reply to each visit; those let in stay. */
async function codes(lab: Lab, ...visits: readonly Visit[]): Promise<string> {
  const heard: string[] = [];
  for (const visit of visits) heard.push((await lab.knock(visit)).slice(0, 3));
  return heard.join(' ');
}

/** As `codes`, but those let in say QUIT before the next comes; `pause` seconds lie between. */
async function inTurn(lab: Lab, pause: number, ...visits: readonly Visit[]): Promise<string> {
  const heard: string[] = [];
  for (const [index, visit] of visits.entries()) {
    const client = await lab.connect(visit);
    const reply = await client.reply();
    if (reply.startsWith('220')) await client.ask('QUIT');
    await lab.ended(index + 1);
    heard.push(reply.slice(0, 3));
    lab.pass(pause);
  }
  return heard.join(' ');
}

const turnedAway = '421 gate.example Too many connections, try again later';

function probesAt({ path, others, outsiders, given }: Place): Probes {
  /** 421 where the visit is counted in this place. */
  const away = (isCounted: boolean) => (isCounted ? '421' : '220');
  const visitors = [ann, bob, cat, { ...ann, ...elsewhere }, outsider];
  const peers = [ann, ann, ann, { ...ann, ...elsewhere }, bob];
  const limited = (key: string) => given({ ...free, [key]: 1, answer: {} });
  const answer = (key: string, look: (lab: Lab) => Promise<string>) =>
    seen(
      [
        ['reply', turnedAway],
        ['silent', '<closed>'],
      ],
      look,
      limited(key),
    );
  const second = async (lab: Lab, visit: Visit) => {
    await lab.knock(ann);
    return lab.knock(visit);
  };
  return {
    [`${path}.maxConnections`]: seen(
      [
        [0, '220 220 220 220 220'],
        [1, `220 421 421 ${away(others)} ${away(outsiders)}`],
        [2, `220 220 421 ${away(others)} ${away(outsiders)}`],
      ],
      (lab) => codes(lab, ...visitors),
      given(free),
    ),
    [`${path}.peerMaxConnections`]: seen(
      [
        [0, '220 220 220 220 220'],
        [1, `220 421 421 ${away(others)} 220`],
        [2, `220 220 421 ${away(others)} 220`],
      ],
      (lab) => codes(lab, ...peers),
      given(free),
    ),
    [`${path}.maxIntervalConnections`]: seen(
      [
        [0, '220 220 220 220 220'],
        [1, `220 421 421 ${away(others)} ${away(outsiders)}`],
        [2, `220 220 421 ${away(others)} ${away(outsiders)}`],
      ],
      (lab) => inTurn(lab, 0, ...visitors),
      given(free),
    ),
    [`${path}.peerMaxIntervalConnections`]: seen(
      [
        [0, '220 220 220 220 220'],
        [1, `220 421 421 ${away(others)} 220`],
        [2, `220 220 421 ${away(others)} 220`],
      ],
      (lab) => inTurn(lab, 0, ...peers),
      given(free),
    ),
    [`${path}.timeInterval`]: seen(
      [
        [10, '220 220 220 220'],
        [60, '220 421 421 220'],
        [86_400, '220 421 421 421'],
      ],
      async (lab) => {
        const early = await inTurn(lab, 25, ann, bob, ann);
        lab.pass(3600);
        return `${early} ${(await lab.knock(bob)).slice(0, 3)}`;
      },
      given({ ...free, maxIntervalConnections: 1, peerTimeInterval: 1 }),
    ),
    [`${path}.peerTimeInterval`]: seen(
      [
        [10, '220 220 220 220'],
        [60, '220 421 220 220'],
        [86_400, '220 421 220 421'],
      ],
      async (lab) => {
        const early = await inTurn(lab, 25, ann, ann, bob);
        lab.pass(3600);
        return `${early} ${(await lab.knock(ann)).slice(0, 3)}`;
      },
      given({ ...free, peerMaxIntervalConnections: 1, timeInterval: 1 }),
    ),
    [`${path}.answer.maxConnections`]: answer('maxConnections', (lab) => second(lab, bob)),
    [`${path}.answer.peerMaxConnections`]: answer('peerMaxConnections', (lab) => second(lab, ann)),
    [`${path}.answer.maxIntervalConnections`]: answer('maxIntervalConnections', (lab) => second(lab, bob)),
    [`${path}.answer.peerMaxIntervalConnections`]: answer('peerMaxIntervalConnections', (lab) => second(lab, ann)),
  };
}

/** Codes of STARTTLS, each on a connection of its own; `pause` seconds lie between. A client that hears 220 does the handshake. */
async function secured(lab: Lab, pause: number, ...visits: readonly Visit[]): Promise<string> {
  const heard: string[] = [];
  for (const visit of visits) {
    const client = await lab.greeted(visit);
    const reply = await client.ask('STARTTLS');
    if (reply.startsWith('220')) await client.secure();
    heard.push(reply.slice(0, 3));
    lab.pass(pause);
  }
  return heard.join(' ');
}

const starttls = { ...mx, tls: 'starttls', flow: free } as const;

export const flow: Probes = {
  ...Object.assign({}, ...places.map(probesAt)),
  // At 0 s one comes in; at 40 s one is refused; at 80 s only the refused one is younger than a minute.
  'flow.countRefused': seen(
    [
      [true, '220 421 421'],
      [false, '220 421 220'],
    ],
    (lab) => inTurn(lab, 40, ann, ann, ann),
    { listeners: [{ ...mx, flow: { ...free, peerMaxIntervalConnections: 1 } }] },
  ),
  // At 0, 25, 50, 75 and 100 s, two a minute: whoever goes on knocking stays out of a sliding window; a fixed one ends at 60 s.
  'flow.window': seen(
    [
      ['sliding', '220 220 421 421 421'],
      ['fixed', '220 220 421 220 220'],
    ],
    (lab) => inTurn(lab, 25, ann, ann, ann, ann, ann),
    { listeners: [{ ...mx, flow: { ...free, peerMaxIntervalConnections: 2 } }] },
  ),
  'flow.tls.peerMaxIntervalHandshakes': seen(
    [
      [0, '220 220 220 220'],
      [1, '220 454 454 220'],
      [2, '220 220 454 220'],
    ],
    (lab) => secured(lab, 0, ann, ann, { ...ann, ...elsewhere }, bob),
    { listeners: [starttls, { ...starttls, name: 'other' }], flow: service },
  ),
  'flow.tls.peerTimeInterval': seen(
    [
      [10, '220 220'],
      [60, '220 454'],
    ],
    (lab) => secured(lab, 25, ann, ann),
    { listeners: [starttls], flow: { ...service, tls: { peerMaxIntervalHandshakes: 1 } } },
  ),
  'flow.peerPrefix4': seen(
    [
      [32, '220 220 220 220'],
      [24, '220 421 220 220'],
      [8, '220 421 421 220'],
    ],
    (lab) => codes(lab, ann, bob, { from: '192.0.3.1' }, { from: '2001:db8::1' }),
    { listeners: [{ ...mx, flow: { ...free, peerMaxConnections: 1 } }] },
  ),
  'flow.peerPrefix6': seen(
    [
      [128, '220 220 220 220'],
      [64, '220 421 220 220'],
      [48, '220 421 421 220'],
    ],
    (lab) => codes(lab, { from: '2001:db8::1' }, { from: '2001:db8::2' }, { from: '2001:db8:0:1::1' }, ann),
    { listeners: [{ ...mx, flow: { ...free, peerMaxConnections: 1 } }] },
  ),
};
