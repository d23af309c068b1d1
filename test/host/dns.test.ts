// The DNS calls of a real workbench, and `gatehouse dns`: why an answer is what it is, who asked last, zone files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventBody } from '../../core/contract/event.ts';
import type { DnsQuestion } from '../../core/contract/facts.ts';
import { parseHostPort } from '../../core/contract/settings/network.ts';
import { defaults } from '../../core/contract/settings/settings.ts';
import { RecentQuestions } from '../../core/host/recentQuestions.ts';
import { openWorkbench, type Workbench } from '../../core/host/workbench.ts';
import { type NameServer, nameServer } from '../dns/nameServer.ts';
import { Client } from '../smtp/playground.ts';
import { gatehouse } from './served.ts';

const zone = [
  'a.example A 192.0.2.1',
  'a.example A 192.0.2.2',
  'a.example MX SERVFAIL',
  'w.example CNAME a.example',
  '192.0.2.1 PTR a.example',
  's.example * SLOW 0.05',
  'd.example SOA ns.d.example r.d.example 1 2 3 4 5',
  'b.h.example TXT HUGE 400',
  'f.example TXT v=spf1 -all',
  'late.example A SLOW 9',
  'l.example A LOOP',
];

let folder = '';
let config = '';
let server: NameServer;
let workbench: Workbench;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-dns-'));
  config = join(folder, 'test.yml');
  server = await nameServer(({ name }) => ({ answers: [{ type: 'A', name, data: '192.0.2.9' }] }));
  const listener = "{ name: mx, role: mx, address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: clear }";
  const text = zone.map((line) => `    ${line}`).join('\n');
  writeFileSync(config, `listeners: [${listener}]\ndns:\n  timeout: 1\n  zone: |\n${text}\n`);
  workbench = await openWorkbench({ host: 'memory', folder: join(folder, 'lab.gatehouse'), config, notes: [] });
});
afterAll(async () => {
  await workbench.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const none = '; servers are not asked (dns.servers.enabled is off)';

describe('dns.ask', () => {
  it.each([
    ['a.example', 'A', ['192.0.2.1', '192.0.2.2'], 'the zone has it, on lines 1 and 2'],
    ['a.example', 'MX', 'SERVFAIL', 'the zone says SERVFAIL, on line 3'],
    ['a.example', 'TXT', 'NODATA', 'the zone has the name, on line 1, without such a record'],
    [
      'w.example',
      'A',
      ['192.0.2.1', '192.0.2.2'],
      'the zone has another name for it, on line 4: a.example; the zone has it, on lines 1 and 2',
    ],
    ['192.0.2.1', 'PTR', ['a.example'], 'the zone has it, on line 5'],
    ['s.example', 'A', 'NXDOMAIN', `it is held back for 0.05 s; the zone does not have the name${none}`],
    ['x.d.example', 'A', 'NXDOMAIN', 'the zone does not have the name, and is alone in charge of d.example, on line 7'],
    ['h.example', 'A', 'NXDOMAIN', `the zone does not have the name${none}`],
    ['l.example', 'A', 'LOOP', 'the zone says LOOP, on line 11'],
    ['nothere.example', 'A', 'NXDOMAIN', `the zone does not have the name${none}`],
    ['example', 'A', 'NODATA', `the zone has nothing but names below it${none}`],
    [
      'late.example',
      'A',
      'TIMEOUT',
      'it is held back for 9 s, and dns.timeout is 1 s; the zone does not have the name',
    ],
  ] as const)('%s %s', async (name, type, answer, because) => {
    const said = await workbench.handlers['dns.ask']({ name, type });
    expect(said).toMatchObject({ question: { type, answer }, because });
  });

  it('fills up, and keeps a bounded part', async () => {
    const { question, because } = await workbench.handlers['dns.ask']({ name: 'b.h.example', type: 'TXT' });
    expect(question.answer).toHaveLength(51);
    expect(because).toBe('the zone has it filled up to 400 records, on line 8');
  });

  it('asks servers where a draft has them asked, and says which; then it is kept', async () => {
    const dns = { ...defaults.dns, servers: { ...defaults.dns.servers, enabled: true, addresses: [server.address] } };
    const ask = () =>
      workbench.handlers['dns.ask']({ name: 'real.example', type: 'A', settings: { ...defaults, dns } });
    expect(await ask()).toMatchObject({
      question: { answer: ['192.0.2.9'], by: server.address },
      because: `the zone does not have the name; asked ${server.address}, within 5 s`,
    });
    expect(await ask()).toMatchObject({
      question: { by: 'cache' },
      because: 'the zone does not have the name; a server answered this less than 300 s ago',
    });
    expect(server.asked).toHaveLength(1);
  });

  it('refuses no name, and a draft that is not valid', async () => {
    const { handlers } = workbench;
    await expect(handlers['dns.ask']({ name: ' ', type: 'A' })).rejects.toMatchObject({ code: 'bad-input' });
    await expect(async () => handlers['dns.ask']({ name: 'a', type: 'A', settings: { dns: 5 } })).rejects.toMatchObject(
      { code: 'bad-input' },
    );
  });
});

describe('dns.recent', () => {
  it('has what a session asked, by whom, and in which of its events', async () => {
    const at = parseHostPort(workbench.state().listeners[0]?.bound ?? '');
    const socket = connect({ host: '127.0.0.1', port: at?.port ?? 0 });
    await once(socket, 'connect');
    const client = new Client(socket);
    await client.reply();
    await client.codes('EHLO f.example', 'MAIL FROM:<x@f.example>', 'QUIT');
    await client.over();
    const recent = await workbench.handlers['dns.recent']({ limit: 1000 });
    const mine = recent.questions.find(({ name, type }) => name === 'f.example' && type === 'TXT');
    expect(mine).toMatchObject({ answer: ['v=spf1 -all'], check: expect.stringMatching(/^spf-/) as string });
    const { events } = await workbench.handlers['sessions.events']({ session: mine?.session ?? '', after: 0 });
    const event = events.find(({ n }) => n === mine?.event);
    expect(JSON.stringify(event)).toContain('v=spf1 -all');
    expect(recent.total).toBe(recent.questions.length);
  });

  it('has each question once, none of answers that were remembered, and the last 1,000', () => {
    let now = 0;
    const recent = new RecentQuestions({ now: () => now });
    const verdict = (questions: readonly DnsQuestion[], remembered = false): EventBody => {
      const answer = { kind: 'spf', remembered };
      const finding = { check: 'spf-mail', text: '', action: 'record', dns: questions, answer };
      return { kind: 'verdict', verdict: { findings: [finding] } } as unknown as EventBody;
    };
    const question = (name: string): DnsQuestion => ({ name, type: 'A', answer: 'NXDOMAIN', ms: 0 });
    const [one, two] = [question('one'), question('two')];
    recent.event('S1', verdict([one]));
    now = 5;
    recent.event('S2', verdict([two]));
    recent.event('S1', verdict([one, question('three')]));
    recent.event('S1', verdict([question('four')], true));
    expect(recent.list(10)).toEqual({
      total: 3,
      questions: [
        { ...question('three'), at: 5, session: 'S1', event: 2, check: 'spf-mail' },
        { ...two, at: 5, session: 'S2', event: 1, check: 'spf-mail' },
        { ...one, at: 0, session: 'S1', event: 1, check: 'spf-mail' },
      ],
    });
    for (let n = 0; n < 1500; n += 1) recent.event('S3', verdict([question(`n${n}`)]));
    const { questions, total } = recent.list(1000);
    expect([total, questions.length, questions[0]?.name, questions[999]?.name]).toEqual([1000, 1000, 'n1499', 'n500']);
    expect(recent.list(2).questions.map(({ name }) => name)).toEqual(['n1499', 'n1498']);
  });
});

describe('dns.import and dns.export', () => {
  it('take zone files in and out', async () => {
    const text = '$TTL 60\n@ A 192.0.2.1\nx SRV 0 0 25 y\n';
    const taken = await workbench.handlers['dns.import']({ text, origin: 'example.com' });
    expect(taken).toMatchObject({ zone: 'example.com A 192.0.2.1\n', records: 1, problems: [{ line: 3 }] });
    const given = await workbench.handlers['dns.export']({ zone: `${taken.zone}example.com TXT TIMEOUT\n` });
    expect(given.text).toBe('$TTL 3600\nexample.com.\tIN\tA\t192.0.2.1\n');
    expect(given.problems).toHaveLength(2);
  });
});

describe('gatehouse dns', () => {
  it('asks, and exits 1 when there was no answer', async () => {
    const asked = await gatehouse('dns', 'ask', 'a.example', '--config', config);
    expect([asked.code, asked.out]).toEqual([0, 'a.example A 192.0.2.1\na.example A 192.0.2.2\n']);
    expect(asked.err).toMatch(/^the zone has it, on lines 1 and 2; [\d.]+ ms\n$/);
    const failed = await gatehouse('dns', 'ask', 'a.example', 'mx', '--config', config, '--json');
    expect([failed.code, JSON.parse(failed.out)]).toMatchObject([1, { question: { answer: 'SERVFAIL' } }]);
    const { code, err } = await gatehouse('dns', 'ask', 'a.example', 'wks');
    expect([code, err]).toEqual([2, expect.stringContaining('expected one of A, AAAA')]);
  });

  it('takes zone files in and out', async () => {
    const file = join(folder, 'zone.bind');
    writeFileSync(file, '@ A 192.0.2.1\nx SRV 0 0 25 y\n');
    const taken = await gatehouse('dns', 'import', file, '--origin', 'example.com');
    expect([taken.code, taken.out]).toEqual([0, 'example.com A 192.0.2.1\n']);
    expect(taken.err).toContain(`${file}:2: type SRV is left out`);
    const refused = await gatehouse('dns', 'import', file);
    expect([refused.code, refused.out]).toEqual([2, '']);
    const given = await gatehouse('dns', 'export', '--config', config);
    expect([given.code, given.out.split('\n')[1]]).toEqual([
      0,
      'd.example.\tIN\tSOA\tns.d.example. r.d.example. 1 2 3 4 5',
    ]);
    expect(given.err).toContain('line 3 of the zone: SERVFAIL of a.example MX has no place in a zone file');
    expect((await gatehouse('dns', 'nonsense')).code).toBe(2);
  });
});
