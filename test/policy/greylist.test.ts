// Greylisting's memory: who waits, who is let in, what is forgotten, and that it survives a restart (RFC 6647).
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { GreylistFile } from '../../core/host/greylistFile.ts';
import { Greylist } from '../../core/policy/greylist.ts';
import { settingsOf } from './facts.ts';

const limitsOf = (over: NonNullable<NonNullable<SettingsInput['sender']>['greylist']> = {}) =>
  settingsOf({ sender: { greylist: { delay: 60, window: 3600, lifetime: 2, ...over } } }).sender.greylist;

const DAY = 86_400_000;
const noon = Date.UTC(2026, 2, 16, 12);
const one = { address: '192.0.2.7', sender: 'Carol@Example.org', recipient: 'alice@example.com', now: noon };

/** What is answered at each of these ms after noon. */
function states(times: readonly number[], limits = limitsOf()): readonly string[] {
  const greylist = new Greylist();
  return times.map((after) => greylist.meet({ ...one, now: noon + after }, limits).state);
}

describe('a triplet', () => {
  test.each([
    ['is new, too early, lets in, and is known', [0, 59_999, 60_000, 61_000], ['new', 'early', 'passed', 'known']],
    ['lets in at the end of its window', [0, 3_600_000], ['new', 'passed']],
    ['begins anew behind its window', [0, 3_600_001, 3_660_000, 3_660_001], ['new', 'late', 'early', 'passed']],
    [
      'is known for its lifetime after its last message',
      [0, 60_000, DAY, 2 * DAY, 4 * DAY],
      ['new', 'passed', 'known', 'known', 'known'],
    ],
    ['is forgotten behind it', [0, 60_000, 60_001 + 2 * DAY], ['new', 'passed', 'new']],
    ['waits no longer when the clock is set back', [0, -DAY, -DAY + 60_000], ['new', 'early', 'passed']],
  ])('%s', (_what, times, expected) => {
    expect(states(times)).toEqual(expected);
  });

  test.each([
    ['another address of the network', { address: '192.0.2.200' }, 'passed'],
    ['another network', { address: '192.0.3.7' }, 'new'],
    ['another case', { sender: 'CAROL@EXAMPLE.ORG', recipient: 'ALICE@example.com' }, 'passed'],
    ['another sender', { sender: 'dave@example.org' }, 'new'],
    ['another recipient', { recipient: 'bob@example.com' }, 'new'],
    ['the null sender', { sender: '' }, 'new'],
  ])('is compared: %s', (_what, other, expected) => {
    const greylist = new Greylist();
    greylist.meet(one, limitsOf());
    expect(greylist.meet({ ...one, ...other, now: noon + 60_000 }, limitsOf()).state).toBe(expected);
  });

  it('is one for a list that numbers its envelopes, and for an IPv6 network', () => {
    const greylist = new Greylist();
    const from = (address: string, sender: string, now: number) =>
      greylist.meet({ address, sender, recipient: 'alice@example.com', now }, limitsOf()).state;
    expect(from('2001:db8::1', 'list-bounces+17-4@example.org', noon)).toBe('new');
    expect(from('2001:db8::ffff', 'list-bounces+180-23@example.org', noon + 60_000)).toBe('passed');
    expect(from('2001:db8:0:1::1', 'list-bounces+180-23@example.org', noon + 60_000)).toBe('new');
    expect(greylist.entries().map(({ network }) => network)).toContain('2001:db8::/64');
  });

  it('that is only looked at is not remembered', () => {
    const greylist = new Greylist();
    expect(greylist.look(one, limitsOf())).toMatchObject({ state: 'new', relief: 60_000, network: '192.0.2.0/24' });
    expect([greylist.look({ ...one, now: noon + DAY }, limitsOf()).state, greylist.size]).toEqual(['new', 0]);
  });
});

describe('the memory', () => {
  it('is bounded: who waits is forgotten before who was let in, the longest unseen first', () => {
    const greylist = new Greylist();
    const limits = limitsOf({ maxEntries: 100 });
    const meet = (recipient: string, now: number) => greylist.meet({ ...one, recipient, now }, limits).state;
    meet('let-in@example.com', noon);
    expect(meet('let-in@example.com', noon + 60_000)).toBe('passed');
    for (let index = 0; index < 5000; index += 1) meet(`r${index}@example.com`, noon + 60_000 + index);
    expect([greylist.size, greylist.waiting]).toEqual([100, 99]);
    expect(meet('r4999@example.com', noon + 65_000)).toBe('early');
    expect(meet('let-in@example.com', noon + 65_000)).toBe('known');
    expect(greylist.look({ ...one, recipient: 'r0@example.com', now: noon + 130_000 }, limits).state).toBe('new');
  });

  it('forgets what is over as others come', () => {
    const greylist = new Greylist();
    for (let index = 0; index < 50; index += 1)
      greylist.meet({ ...one, recipient: `r${index}@example.com` }, limitsOf());
    for (let index = 0; index < 50; index += 1)
      greylist.meet({ ...one, recipient: `s${index}@example.com`, now: noon + DAY }, limitsOf());
    expect(greylist.size).toBe(50);
    expect([greylist.clear(), greylist.size]).toEqual([50, 0]);
  });
});

describe('the file in the workspace', () => {
  const folderOf = () => mkdtempSync(join(tmpdir(), 'gatehouse-greylist-'));

  /** A world whose timers fire when told. */
  function heldTimers() {
    const due: (() => void)[] = [];
    const world = {
      now: () => noon,
      after: (_ms: number, fire: () => void) => {
        due.push(fire);
        return { cancel: () => void due.splice(due.indexOf(fire), 1) };
      },
    };
    return { world, due };
  }

  const opened = async (folder: string) => {
    const problems: string[] = [];
    const held = heldTimers();
    const file = await GreylistFile.open({
      folder,
      world: held.world,
      onProblem: (one) => void (one && problems.push(one)),
    });
    return { file, problems, ...held };
  };

  it('keeps who waits and who was let in over a restart', async () => {
    const folder = folderOf();
    const first = await opened(folder);
    first.file.greylist.meet(one, limitsOf());
    first.file.greylist.meet({ ...one, recipient: 'bob@example.com' }, limitsOf());
    first.file.greylist.meet({ ...one, recipient: 'bob@example.com', now: noon + 60_000 }, limitsOf());
    await first.file.close();
    const second = await opened(folder);
    expect(second.file.greylist.entries()).toEqual(first.file.greylist.entries());
    expect(second.file.greylist.meet({ ...one, now: noon + 60_000 }, limitsOf()).state).toBe('passed');
    expect(second.problems).toEqual([]);
    await second.file.close();
  });

  it('is written once for many changes, and not without one', async () => {
    const folder = folderOf();
    const { file, due } = await opened(folder);
    for (let index = 0; index < 1200; index += 1)
      file.greylist.meet({ ...one, recipient: `r${index}@example.com` }, limitsOf());
    expect(due.length).toBe(1);
    await file.close();
    expect(readdirSync(folder)).toEqual(['greylist.jsonl']);
    expect(readFileSync(join(folder, 'greylist.jsonl'), 'utf8').split('\n').length).toBe(1202);
    const again = await opened(folder);
    await again.file.close();
    expect(again.due.length).toBe(0);
  });

  test.each([
    ['another file', 'From nobody\n', 'line 1 is not that of a greylist'],
    [
      'cut off',
      '{"format":"gatehouse greylist","version":1}\n["192.0.2.0/24","a","b",1,2,fal',
      'it ends in the middle of a line',
    ],
    ['a line that is none', '{"format":"gatehouse greylist","version":1}\n["a",1]\n', 'line 2 is no entry'],
  ])('that is damaged is put aside and told about: %s', async (_what, text, problem) => {
    const folder = folderOf();
    writeFileSync(join(folder, 'greylist.jsonl'), text);
    const { file, problems } = await opened(folder);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(file.greylist.size).toBe(0);
    const [aside = ''] = readdirSync(folder);
    expect(aside).toBe(`greylist.jsonl.damaged-${noon}`);
    expect(readFileSync(join(folder, aside), 'utf8')).toBe(text);
    await file.close();
  });
});
