// The journal of a case: what it counts, what it keeps, its digest, and the dump from which that can be computed again.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventBody } from '../../core/contract/event.ts';
import type { Verdict } from '../../core/contract/verdict.ts';
import { CaseJournal, type CaseJournalOptions } from '../../core/simulate/caseJournal.ts';
import { Dump, NoEvent, readDump } from '../../core/simulate/dump.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'gatehouse-journal-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const peer = { address: '192.0.2.1', port: 4000 };
const connect = { kind: 'connect', peer, local: peer, at: 0 } as unknown as EventBody;
const reply = (reason: string, action: Verdict['action'] = 'accept'): EventBody => ({
  kind: 'reply',
  bytes: `250 ${reason}\r\n`,
  code: 250,
  verdict: { stage: 'mail', action, reason, because: '', findings: [], basis: 'ours' },
});
const closed = (reason: 'quit' | 'limit' = 'quit'): EventBody => ({ kind: 'close', by: 'client', reason, detail: '' });

function journalled(options: Partial<CaseJournalOptions> = {}) {
  const journal = new CaseJournal({ world: 'simulated', elapsed: () => 0, ...options });
  const session = (...bodies: readonly EventBody[]) => {
    const log = journal.session();
    for (const body of bodies) log.append(body, 1);
    log.end();
    return log.id;
  };
  return { journal, session };
}

describe('the digest', () => {
  const digestOf = (play: (one: ReturnType<typeof journalled>) => void, world: 'simulated' | 'real' = 'simulated') => {
    const one = journalled({ world });
    play(one);
    return one.journal.digest();
  };

  test('is the same however sessions overlap, and another for another octet, session or order', () => {
    const one = digestOf(({ session }) => {
      session(connect, reply('a'), closed());
      session(connect, reply('b'), closed());
    });
    const overlapping = digestOf(({ journal }) => {
      const [first, second] = [journal.session(), journal.session()];
      first.append(connect, 1);
      second.append(connect, 1);
      second.append(reply('b'), 1);
      second.append(closed(), 1);
      second.end();
      first.append(reply('a'), 1);
      first.append(closed(), 1);
      first.end();
    });
    const others = [
      digestOf(({ session }) => void session(connect, reply('a'), closed())),
      digestOf(({ session }) => [session(connect, reply('b'), closed()), session(connect, reply('a'), closed())]),
      digestOf(({ session }) => [session(connect, reply('a'), closed()), session(connect, reply('c'), closed())]),
    ];
    expect(overlapping).toBe(one);
    expect(new Set([one, ...others]).size).toBe(4);
  });

  test('has sessions in it that never ended, and those of 100 KB', () => {
    const long = Array.from({ length: 2000 }, () => reply('again'));
    const open = (first: string, last: string) =>
      digestOf(({ journal, session }) => {
        const log = journal.session();
        for (const body of [connect, reply(first), ...long, reply(last)]) log.append(body, 1);
        session(connect, closed());
      });
    expect(open('a', 'a')).toBe(open('a', 'a'));
    expect(new Set([open('a', 'a'), open('a', 'b'), open('b', 'a')]).size).toBe(3);
  });

  test('of the real world leaves out times and order', () => {
    const one = digestOf(({ session }) => [session(connect, reply('a')), session(connect, reply('b'))], 'real');
    const other = digestOf(({ session }) => [session(connect, reply('b')), session(connect, reply('a'))], 'real');
    expect(other).toBe(one);
  });
});

describe('a dump', () => {
  test('gives the same digest, and another one for a changed octet', async () => {
    for (const world of ['simulated', 'real'] as const) {
      const file = join(folder, `${world}.jsonl`);
      const dump = new Dump(file);
      const { journal, session } = journalled({ world, dump });
      for (let index = 0; index < 300; index += 1) session(connect, reply(`caf\u00e9 "${index}"`), closed());
      dump.close();
      const digest = journal.digest();
      expect(await readDump(file, world)).toEqual({ digest, events: 900, sessions: 300 });
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replaceAll('\\"77\\"', '\\"78\\"'));
      expect((await readDump(file, world)).digest).not.toBe(digest);
    }
  });

  test('is refused where a line is no event, and never written over', async () => {
    const file = join(folder, 'broken.jsonl');
    const dump = new Dump(file);
    journalled({ dump }).session(connect, closed());
    dump.close();
    appendFileSync(file, '{"session":"00000001","event":{"kind":"close"}}\n');
    await expect(readDump(file, 'simulated')).rejects.toThrow(new NoEvent('line 3: the event in it cannot be read'));
    const again = new Dump(file);
    journalled({ dump: again }).session(connect, closed());
    expect(again.close()).toMatchObject({ code: 'EEXIST' });
  });
});

describe('what is kept', () => {
  test('all of 1,000 sessions, told as they happen', () => {
    const told: string[] = [];
    const { journal, session } = journalled({ onKept: (id, events) => told.push(`${id} ${events.length}`) });
    for (let index = 0; index < 1000; index += 1) session(connect, closed());
    expect([journal.sessions.length, told.length, told[1]]).toEqual([1000, 2000, '00000001 1']);
  });

  test('beyond, the first 200 of each ending and one in each part of the time; the others are counted', () => {
    let at = 0;
    let told = 0;
    const { journal, session } = journalled({ until: 500_000, elapsed: () => at, onKept: () => (told += 1) });
    for (let index = 0; index < 1000; index += 1) session(connect, closed());
    told = 0;
    for (let index = 0; index < 50_000; index += 1) {
      at = index * 10;
      session(connect, closed());
      if (index % 100 === 0) session(connect, reply('too-many-connections', 'defer'), closed());
    }
    const kept = journal.sessions.slice(1000);
    const refused = kept.filter(({ events }) => events.length === 3);
    // Those refused come one in each second, which is one part of the time: each is kept.
    expect([refused.length, kept.length - refused.length, told]).toEqual([500, 200 + 498, kept.length]);
    expect([journal.opened, journal.tally.closed.get('quit')]).toEqual([51_500, 51_500]);
  });

  test('a session that something leads to, and bytes of so many messages', async () => {
    const { journal, session } = journalled();
    for (let index = 0; index < 1300; index += 1) session(connect, closed());
    const [wanted, other] = [journal.session(), journal.session()];
    journal.keep(wanted.id);
    for (const log of [wanted, other]) for (const body of [connect, closed()]) log.append(body, 1);
    for (const log of [wanted, other]) log.end();
    const ids = journal.sessions.map(({ id }) => id);
    expect([ids.includes(wanted.id), ids.includes(other.id)]).toEqual([true, false]);
    for (let index = 0; index < 1200; index += 1) {
      const log = journal.session();
      const message = log.message();
      message.write(Buffer.from('x'));
      await message.commit({} as never);
      log.end();
    }
    expect([journal.messages.length, journal.tally.stored]).toEqual([1000, 1200]);
  });
});

describe('what is counted', () => {
  test('verdicts, closes, faults and messages, also of sessions that are not kept', async () => {
    const after = { contains: 'needle', lacks: 'thorn', equals: 'needle\\r\\n', octets: 8 };
    const { journal, session } = journalled({ after });
    for (let index = 0; index < 3000; index += 1) session(connect, reply('greylisted', 'defer'), closed('limit'));
    session({ kind: 'fault', error: 'a bug', stack: '' });
    const log = journal.session();
    for (const text of ['needle\r\n', 'thorn']) {
      const message = log.message();
      message.write(Buffer.from(text));
      await message.commit({} as never);
    }
    const { tally } = journal;
    expect([...tally.verdicts.values()]).toEqual([
      { reason: 'greylisted', stage: 'mail', isAgainst: true, count: 3000 },
    ]);
    expect([...tally.closed]).toEqual([['limit', 3000]]);
    expect(tally.faults.map(({ error }) => error)).toEqual(['a bug']);
    expect(tally.has).toEqual({
      contains: true,
      lacks: true,
      equals: true,
      handedContains: false,
      handedLacks: false,
    });
    expect(tally.oddSizes).toEqual([5]);
    expect(journal.open).toBe(1);
  });
});
