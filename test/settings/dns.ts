// Probes of real DNS: which servers are asked, how often, and how long their answers count.
import { type Settings, type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { createDns, type Dns } from '../../core/dns/dns.ts';
import { heldClock, type HeldClock } from '../dns/clock.ts';
import { type NameServer, nameServer, type Reply } from '../dns/nameServer.ts';
import type { Case, Probe, Probes } from './probe.ts';

interface Outside {
  readonly dns: Dns;
  readonly group: Settings['dns'];
  readonly clock: HeldClock;
  readonly servers: readonly NameServer[];
  /** Who answered: `cache`, the number of a server from 0, `zone`. */
  readonly ask: (name: string) => Promise<string>;
}

const answer: Reply = { answers: [{ type: 'A', name: 'x', data: '192.0.2.1' }] };

/** Servers on loopback answer as `replies` have it; 192.0.2.53 and .54 in settings stand for them. */
function outside(
  cases: readonly (readonly [value: unknown, sees: unknown])[],
  of: { readonly replies?: readonly Reply[]; readonly look: (outside: Outside) => Promise<unknown> },
): Probe {
  const { replies = [answer, answer], look } = of;
  const around = { enabled: true, addresses: ['192.0.2.53'], retries: 0 };
  return {
    given: { dns: { timeout: 4, servers: around } },
    cases: cases.map(([value, sees]): Case => ({ value, sees })),
    observe: async (input: SettingsInput) => {
      const servers = await Promise.all(replies.map((reply) => nameServer(() => reply)));
      const clock = heldClock();
      const dns = createDns(clock.world);
      const { dns: group } = settingsSchema.parse(input);
      // Ports are free ones: settings name servers by their place.
      const addresses = group.servers.addresses.map((each) => servers[Number(each.slice(-1)) - 3]?.address ?? each);
      const placed = { ...group, servers: { ...group.servers, addresses } };
      const ask = async (name: string) => {
        const asking = dns.asked(placed);
        await asking.resolve(name, 'A').catch(() => undefined);
        const { by = 'zone' } = asking.questions[0] ?? {};
        const place = servers.findIndex(({ address }) => address === by);
        return place < 0 ? by : String(place);
      };
      try {
        return await look({ dns, group: placed, clock, servers, ask });
      } finally {
        dns.close();
        for (const server of servers) await server.close();
      }
    },
  };
}

export const realDns: Probes = {
  'dns.servers.enabled': outside(
    [
      [true, '0'],
      [false, 'zone'],
    ],
    { look: ({ ask }) => ask('x.example') },
  ),
  'dns.servers.addresses': outside(
    [
      [['192.0.2.53'], { by: '0', asked: [1, 0] }],
      [['192.0.2.54'], { by: '1', asked: [0, 1] }],
      [['192.0.2.54', '192.0.2.53'], { by: '0', asked: [1, 1] }],
    ],
    {
      replies: [answer, { rcode: 'SERVFAIL' }],
      look: async ({ ask, servers }) => ({
        by: await ask('x.example'),
        asked: servers.map(({ asked }) => asked.length),
      }),
    },
  ),
  'dns.servers.retries': outside(
    [
      [0, 1],
      [1, 2],
      [3, 4],
    ],
    {
      replies: ['silence'],
      look: async ({ dns, group, clock, servers: [server] }) => {
        const asking = dns.asked(group);
        const answer = asking.resolve('x.example', 'A').catch(() => undefined);
        const share = group.timeout / (group.servers.retries + 1);
        for (let times = 1; times <= group.servers.retries + 1; times += 1) {
          while ((server?.asked.length ?? 0) < times) await new Promise((done) => setImmediate(done));
          clock.pass(share);
        }
        await answer;
        return server?.asked.length;
      },
    },
  ),
  'dns.servers.cache': outside(
    [
      [0, ['0', '0', '0']],
      [60, ['0', 'cache', '0']],
      [600, ['0', 'cache', 'cache']],
    ],
    {
      look: async ({ ask, clock }) => {
        const first = await ask('x.example');
        clock.pass(59);
        const second = await ask('x.example');
        clock.pass(1);
        return [first, second, await ask('x.example')];
      },
    },
  ),
  'dns.servers.maxCached': outside(
    [
      [100, ['0', 'cache']],
      [101, ['cache', 'cache']],
    ],
    {
      look: async ({ ask }) => {
        for (let n = 0; n < 101; n += 1) await ask(`n${n}.example`);
        return [await ask('n0.example'), await ask('n100.example')];
      },
    },
  ),
};
