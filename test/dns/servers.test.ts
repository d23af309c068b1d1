// Real DNS: servers on loopback are asked after the zone, in turn, within the timeout, and what they answer is kept.
import type { Answer } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { defaults, type Settings } from '../../core/contract/settings/settings.ts';
import { createDns, type Dns } from '../../core/dns/dns.ts';
import { realWorld } from '../../core/world/real.ts';
import { simulatedWorld } from '../../core/world/simulated.ts';
import type { World } from '../../core/world/world.ts';
import { until } from '../smtp/playground.ts';
import { heldClock } from './clock.ts';
import { type AskedOf, type NameServer, nameServer, type Reply } from './nameServer.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function serve(answering: (question: AskedOf) => Reply | Promise<Reply>): Promise<NameServer> {
  const server = await nameServer(answering);
  opened.push(server);
  return server;
}

function dnsOf(world: Pick<World, 'elapsed' | 'after' | 'nameServers'> = realWorld): Dns {
  const dns = createDns(world);
  opened.push(dns);
  return dns;
}

type Given = Partial<Omit<Settings['dns'], 'servers'>> & Partial<Settings['dns']['servers']>;

function settings(servers: readonly NameServer[], { zone = '', timeout = 5, ...given }: Given = {}): Settings['dns'] {
  const addresses = servers.map(({ address }) => address);
  return { zone, timeout, servers: { ...defaults.dns.servers, enabled: true, addresses, ...given } };
}

/** Rows or the error's code, and the evidence without its time. */
async function ask(dns: Dns, group: Settings['dns'], ...[name, type = 'A']: readonly [string, string?]) {
  const asking = dns.asked(group);
  const heard = await asking.resolve(name, type).catch((error: Error & { code?: string }) => error.code);
  const [question] = asking.questions;
  return { heard, answer: question?.answer, by: question?.by, lasting: asking.lasting };
}

const a = (name: string, data = '192.0.2.1'): Answer => ({ type: 'A', name, ttl: 60, data });
const found = ({ name }: AskedOf): Reply => ({ answers: [a(name)] });

describe('a server is asked for what the zone does not have', () => {
  it('and its rows are those of a zone, for every type', async () => {
    const all: Readonly<Record<string, { answers: Answer[]; rows: unknown; shown?: string[] }>> = {
      A: { answers: [a('x.example')], rows: ['192.0.2.1'] },
      AAAA: { answers: [{ type: 'AAAA', name: 'x.example', data: '2001:db8::1' }], rows: ['2001:db8::1'] },
      CNAME: { answers: [{ type: 'CNAME', name: 'x.example', data: 'y.example' }], rows: ['y.example'] },
      MX: {
        answers: [{ type: 'MX', name: 'x.example', data: { preference: 5, exchange: 'MX.example' } }],
        rows: [{ priority: 5, exchange: 'mx.example' }],
        shown: ['5 MX.example'],
      },
      NS: { answers: [{ type: 'NS', name: 'x.example', data: 'ns.example' }], rows: ['ns.example'] },
      PTR: { answers: [{ type: 'PTR', name: 'x.example', data: 'host.example' }], rows: ['host.example'] },
      SOA: {
        answers: [
          {
            type: 'SOA',
            name: 'x.example',
            data: {
              mname: 'ns.example',
              rname: 'root.example',
              serial: 1,
              refresh: 2,
              retry: 3,
              expire: 4,
              minimum: 5,
            },
          },
        ],
        rows: ['ns.example root.example 1 2 3 4 5'],
      },
      TXT: {
        answers: [{ type: 'TXT', name: 'x.example', data: ['v=spf1 ', Buffer.from('\xff-all', 'latin1')] }],
        rows: [['v=spf1 ', '\xff-all']],
        shown: ['v=spf1 \\255-all'],
      },
    };
    const server = await serve(({ type }) => ({ answers: all[type]?.answers ?? [] }));
    const dns = dnsOf();
    for (const [type, { rows, shown }] of Object.entries(all))
      expect({ type, ...(await ask(dns, settings([server]), 'x.example', type)) }).toEqual({
        type,
        heard: rows,
        answer: shown ?? rows,
        by: server.address,
        lasting: false,
      });
  });

  it.each([
    ['NXDOMAIN', { rcode: 'NXDOMAIN' }, 'ENOTFOUND', 'NXDOMAIN'],
    ['no data', {}, 'ENODATA', 'NODATA'],
    ['SERVFAIL', { rcode: 'SERVFAIL' }, 'ESERVFAIL', 'SERVFAIL'],
    ['REFUSED', { rcode: 'REFUSED' }, 'EREFUSED', 'REFUSED'],
  ] as const)('and says %s', async (_, reply, heard, answer) => {
    const server = await serve(() => reply);
    expect(await ask(dnsOf(), settings([server]), 'x.example')).toEqual({
      heard,
      answer,
      by: server.address,
      lasting: false,
    });
  });

  it('by TCP where the answer is cut off', async () => {
    const many = (name: string) => Array.from({ length: 300 }, (_, index) => a(name, `192.0.2.${index % 250}`));
    const server = await serve(({ by, name }) => (by === 'udp' ? { cut: true } : { answers: many(name) }));
    const { heard, answer } = await ask(dnsOf(), settings([server]), 'x.example');
    expect(heard).toHaveLength(300);
    expect(answer).toHaveLength(51);
    expect(server.asked.map(({ by }) => by)).toEqual(['udp', 'tcp']);
  });

  it('but for nothing the zone has, or that is below an SOA of the zone, or while servers are off', async () => {
    const server = await serve(found);
    const zone = `
      a.example A 192.0.2.9
      b.example MX SERVFAIL
      d.example SOA ns.d.example root.d.example 1 2 3 4 5
      www.example CNAME outside.test
      s.example * SLOW 0.01
    `;
    const dns = dnsOf();
    const group = settings([server], { zone });
    const heard = async (name: string, type: string) => (await ask(dns, group, name, type)).heard;
    expect(await heard('a.example', 'A')).toEqual(['192.0.2.9']);
    expect(await heard('a.example', 'MX')).toBe('ENODATA');
    expect(await heard('b.example', 'MX')).toBe('ESERVFAIL');
    expect(await heard('any.d.example', 'A')).toBe('ENOTFOUND');
    expect(await heard('d.example', 'A')).toBe('ENODATA');
    expect((await ask(dns, { ...group, servers: { ...group.servers, enabled: false } }, 'c.example')).heard).toBe(
      'ENOTFOUND',
    );
    expect(server.asked).toEqual([]);
    // Faults of other types, names above and CNAMEs leave the rest to servers.
    for (const name of ['b.example', 'example', 'www.example', 's.example'])
      expect(await heard(name, 'A')).toEqual(['192.0.2.1']);
    expect(server.asked.map(({ name }) => name)).toEqual(['b.example', 'example', 'outside.test', 's.example']);
  });

  it('and who says that the zone alone was asked says so', async () => {
    const server = await serve(found);
    const asking = dnsOf().asked(settings([server], { zone: 'a.example A 192.0.2.9' }));
    await asking.resolve('a.example', 'A');
    expect(asking.lasting).toBe(true);
    await asking.resolve('b.example', 'A');
    expect(asking.lasting).toBe(false);
  });
});

describe('servers in turn', () => {
  it('the next one is asked when one fails, and who failed is not asked again', async () => {
    const [bad, worse, good] = [
      await serve(() => ({ rcode: 'SERVFAIL' })),
      await serve(() => ({ rcode: 'REFUSED' })),
      await serve(found),
    ];
    const dns = dnsOf();
    expect(await ask(dns, settings([bad, worse, good], { retries: 3 }), 'x.example')).toMatchObject({
      heard: ['192.0.2.1'],
      by: good.address,
    });
    expect(await ask(dns, settings([bad, worse], { retries: 3 }), 'x.example')).toMatchObject({
      heard: 'EREFUSED',
      by: worse.address,
    });
    expect([bad, worse, good].map(({ asked }) => asked.length)).toEqual([2, 2, 1]);
  });

  it('one that is not there is one that fails, and is named', async () => {
    const gone = await nameServer(found);
    await gone.close();
    const good = await serve(found);
    const dns = dnsOf();
    expect(await ask(dns, settings([gone, good]), 'x.example')).toMatchObject({
      heard: ['192.0.2.1'],
      by: good.address,
    });
    expect(await ask(dns, settings([gone]), 'x.example')).toMatchObject({
      heard: 'ESERVFAIL',
      by: `${gone.address} (ECONNREFUSED)`,
    });
  });

  it('silence is waited for a share of the timeout, by the world’s clock, and asked again', async () => {
    const [silent, good] = [await serve(() => 'silence'), await serve(() => 'silence')];
    const { world, timer, pass } = heldClock();
    const answer = ask(dnsOf(world), settings([silent, good], { timeout: 8 }), 'x.example');
    // Two servers, once and again: four shares of two seconds.
    for (const [at, server, times] of [
      [0, silent, 1],
      [2, good, 1],
      [4, silent, 2],
      [6, good, 2],
    ] as const) {
      void at;
      await until(() => server.asked.length === times);
      await timer(2);
      pass(2);
    }
    expect(await answer).toMatchObject({ heard: 'ETIMEOUT', by: `${silent.address}, ${good.address}` });
    expect([silent.asked.length, good.asked.length]).toEqual([2, 2]);
  });

  it('a late answer of the first is as good as one of the second', async () => {
    let release = (_: Reply) => undefined as void;
    const held = new Promise<Reply>((done) => (release = done));
    const [slow, silent] = [await serve(() => held), await serve(() => 'silence')];
    const { world, timer, pass } = heldClock();
    const answer = ask(dnsOf(world), settings([slow, silent], { timeout: 8, retries: 0 }), 'x.example');
    await until(() => slow.asked.length === 1);
    await timer(4);
    pass(4);
    await until(() => silent.asked.length === 1);
    release({ answers: [a('x.example')] });
    expect(await answer).toMatchObject({ heard: ['192.0.2.1'], by: slow.address });
  });

  it('a slow answer within the timeout is waited for, also of a server that was fast before', async () => {
    const server = await serve(async ({ name }) => {
      if (name.startsWith('slow')) await new Promise((done) => setTimeout(done, 700));
      return { answers: [a(name)] };
    });
    const dns = dnsOf();
    for (let n = 0; n < 8; n += 1) await ask(dns, settings([server]), `fast${n}.example`);
    expect((await ask(dns, settings([server], { retries: 0 }), 'slow.example')).heard).toEqual(['192.0.2.1']);
  });

  it('a name that is slow in the zone has the rest of the timeout', async () => {
    const silent = await serve(() => 'silence');
    const { world, timer, pass } = heldClock();
    const asking = dnsOf(world).asked(settings([silent], { zone: 'x.example * SLOW 3', timeout: 5, retries: 0 }));
    const answer = asking.resolve('x.example', 'A').catch((error: { code?: string }) => error.code);
    await timer(3);
    pass(3);
    await timer(2);
    pass(2);
    expect(await answer).toBe('ETIMEOUT');
    expect(asking.questions).toMatchObject([{ ms: 5000 }]);
  });

  it('closing ends what is open', async () => {
    const silent = await serve(() => 'silence');
    const dns = dnsOf(heldClock().world);
    const answer = ask(dns, settings([silent]), 'x.example');
    await until(() => silent.asked.length === 1);
    dns.close();
    expect(await answer).toMatchObject({ heard: 'ETIMEOUT' });
  });
});

describe('what was answered is kept', () => {
  it('for the time of the settings, also that there is nothing, and by the world’s clock', async () => {
    const server = await serve(({ name }) =>
      name === 'x.example' ? found({ name, type: 'A', by: 'udp' }) : { rcode: 'NXDOMAIN' },
    );
    const { world, pass } = heldClock();
    const dns = dnsOf(world);
    const group = settings([server], { cache: 60 });
    const both = async () => [await ask(dns, group, 'x.example'), await ask(dns, group, 'NO.example.')];
    expect(await both()).toMatchObject([{ by: server.address }, { by: server.address }]);
    pass(59);
    expect(await both()).toMatchObject([
      { heard: ['192.0.2.1'], by: 'cache', lasting: false },
      { heard: 'ENOTFOUND', by: 'cache' },
    ]);
    expect(server.asked).toHaveLength(2);
    pass(1);
    expect(await both()).toMatchObject([{ by: server.address }, { by: server.address }]);
    expect(server.asked).toHaveLength(4);
  });

  it('as it was, whatever is done with the rows', async () => {
    const server = await serve(({ name }) => ({ answers: [{ type: 'TXT', name, data: ['one'] }] }));
    const dns = dnsOf();
    const rows = (await dns.asked(settings([server])).resolve('x.example', 'TXT')) as string[][];
    rows[0]?.push('two');
    expect((await ask(dns, settings([server]), 'x.example', 'TXT')).heard).toEqual([['one']]);
  });

  it('but no failures, and nothing at all when the time is 0', async () => {
    const server = await serve(({ name }) => (name === 'x.example' ? { rcode: 'SERVFAIL' } : { answers: [a(name)] }));
    const dns = dnsOf();
    const group = settings([server], { retries: 0 });
    await ask(dns, group, 'x.example');
    expect((await ask(dns, group, 'x.example')).by).toBe(server.address);
    const none = settings([server], { cache: 0 });
    await ask(dns, none, 'y.example');
    expect((await ask(dns, none, 'y.example')).by).toBe(server.address);
    expect(server.asked).toHaveLength(4);
  });

  it('up to the most, the oldest forgotten; other servers and a shorter time count at once', async () => {
    const [server, other] = [await serve(found), await serve(found)];
    const { world, pass } = heldClock();
    const dns = dnsOf(world);
    const by = async (group: Settings['dns'], name: string) => (await ask(dns, group, name)).by;
    const few = settings([server], { maxCached: 2 });
    for (const name of ['a', 'b', 'c']) expect(await by(few, name)).toBe(server.address);
    expect(await by(few, 'c')).toBe('cache');
    expect(await by(few, 'b')).toBe('cache');
    expect(await by(few, 'a')).toBe(server.address);
    pass(10);
    expect(await by(settings([server], { cache: 10 }), 'a')).toBe(server.address);
    expect(await by(settings([other]), 'a')).toBe(other.address);
    expect(await by(few, 'a')).toBe(server.address);
  });

  it('and equal questions in flight are one', async () => {
    let release = (_: Reply) => undefined as void;
    const held = new Promise<Reply>((done) => (release = done));
    const server = await serve(() => held);
    const dns = dnsOf();
    const group = settings([server], { cache: 0 });
    const all = Array.from({ length: 50 }, (_, n) => ask(dns, group, n % 2 === 0 ? 'x.example' : 'X.Example.'));
    await until(() => server.asked.length > 0);
    release({ answers: [a('x.example')] });
    for (const each of await Promise.all(all)) expect(each).toMatchObject({ heard: ['192.0.2.1'], by: server.address });
    expect(server.asked).toHaveLength(1);
  });
});

describe('nobody is asked', () => {
  it('in the simulated world: the answer is a failure that says so', async () => {
    const dns = dnsOf(simulatedWorld({ seed: 'x' }));
    expect(await ask(dns, settings([]), 'x.example')).toEqual({
      heard: 'ESERVFAIL',
      answer: 'SERVFAIL',
      by: 'nobody: there are no servers in this world, and the zone does not have the name',
      lasting: false,
    });
  });

  it('for type SPF, which nobody publishes any more, nor for names that cannot be', async () => {
    const server = await serve(found);
    const dns = dnsOf();
    expect(await ask(dns, settings([server]), 'x.example', 'SPF')).toMatchObject({ heard: 'ENODATA' });
    expect(await ask(dns, settings([server]), `${'x'.repeat(64)}.example`)).toMatchObject({ heard: 'ENOTFOUND' });
    expect(await ask(dns, settings([server]), 'a..example')).toMatchObject({ heard: 'ENOTFOUND' });
    expect(server.asked).toEqual([]);
  });
});
