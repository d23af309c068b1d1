// SPF beside pyspf and Mail::SPF: the same zones and clients, made from a seed, and what each comes to.
import { beforeAll, describe, expect, test } from 'vitest';
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';
import { ask } from '../message/spfAsking.ts';
import { type Difference, differences } from './spfDifferences.ts';
import { generated, type SpfPeerCase, zoneText } from './spfGenerated.ts';
import { askSpfPeer, missingSpfPeer, type SpfPeer, type SpfPeerAnswer, spfPeers } from './spfPrograms.ts';

const count = 5000;
const cases = generated(7208, count);
const answerOf = ({ zone, ip, from, helo }: SpfPeerCase) => ask({ zone: zoneText(zone), ip, from, helo });

/** What ends with an error has counted as far as it came, and one of two errors may be met before the other. */
const agree = (ours: SpfAnswer, theirs: SpfPeerAnswer | undefined) =>
  ours.result === theirs?.result && (ours.lookups === theirs.lookups || ours.result.endsWith('error'));

/** A difference, and what may explain it: one thing, or all there are. */
interface Open {
  readonly one: SpfPeerCase;
  readonly ours: SpfAnswer;
  readonly theirs: SpfPeerAnswer;
}
type Why = readonly Difference[];

/** Explanations to be tried: one thing with the result it leads to; else two of them, three, or all there are. */
function whys(peer: SpfPeer, { one, theirs }: Open, stage: number): readonly Why[] {
  const its = differences.filter(
    ({ peers, without }) => peers.includes(peer) && JSON.stringify(without(one)) !== JSON.stringify(one),
  );
  const pairs = () => its.flatMap((first, at) => its.slice(at + 1).map((second) => [first, second]));
  if (stage === 1) return its.filter((each) => each.theirs.includes(theirs.result)).map((each) => [each]);
  if (stage === 4) return its.length > 1 ? [its] : [];
  if (stage === 2) return pairs();
  return pairs().flatMap(([first, second]) =>
    its.slice(its.indexOf(second as Difference) + 1).map((third) => [first as Difference, second as Difference, third]),
  );
}

async function explained(peer: SpfPeer, open: readonly Open[]) {
  const told = new Map<string, number>();
  let left = open;
  for (const stage of [1, 2, 3, 4]) {
    const tries = left.flatMap((each, at) =>
      whys(peer, each, stage).map((why) => ({ at, why, one: stripped(each.one, why) })),
    );
    const theirs = await askSpfPeer(
      peer,
      tries.map(({ one }) => one),
    );
    const found = new Map<number, Why>();
    for (const [index, { at, why, one }] of tries.entries())
      if (!found.has(at) && agree(await answerOf(one), theirs[index])) found.set(at, why);
    for (const why of found.values()) {
      const name = why.map((each) => each.name).join(' + ');
      told.set(name, (told.get(name) ?? 0) + 1);
    }
    left = left.filter((_, at) => !found.has(at));
  }
  return { told, left };
}

const stripped = (one: SpfPeerCase, why: Why) => why.reduce((stripped, { without }) => without(stripped), one);

describe.each(Object.keys(spfPeers) as SpfPeer[])('%s', (peer) => {
  let missing: string | undefined;
  let ours: readonly SpfAnswer[] = [];
  beforeAll(async () => {
    missing = await missingSpfPeer(peer);
    if (missing === undefined) ours = await Promise.all(cases.map(answerOf));
  });

  test(
    `has no result and no number of lookups of its own in ${count} cases but for reasons that are known`,
    { timeout: 240_000 },
    async (context) => {
      if (missing !== undefined) context.skip(missing);
      const theirs = await askSpfPeer(peer, cases);
      expect(theirs).toHaveLength(count);
      const open = cases.flatMap((one, at): Open[] => {
        const [own, other] = [ours[at], theirs[at]];
        if (own === undefined || other === undefined) return [];
        return agree(own, other) ? [] : [{ one, ours: own, theirs: other }];
      });
      const { told, left } = await explained(peer, open);
      context.task.meta.shows = drawn(peer, { told, same: count - open.length });
      expect(left.map(shortly)).toEqual([]);
      // Nothing is known here that has not been met.
      for (const { peers, name } of differences)
        if (peers.includes(peer))
          expect(
            [...told.keys()].some((each) => each.includes(name)),
            name,
          ).toBe(true);
    },
  );
});

test('the cases come to every result, and to the limits', async () => {
  const all = await Promise.all(cases.slice(0, 1500).map(answerOf));
  expect(new Set(all.map(({ result }) => result)).size).toBe(7);
  const details = all.map(({ detail = '' }) => detail);
  for (const met of ['11th term', '3rd void', 'MX hosts', 'SERVFAIL', 'SPF records', 'unknown mechanism'])
    expect(
      details.some((detail) => detail.includes(met)),
      met,
    ).toBe(true);
});

/** An open difference as lines: what each says, and the records. */
function shortly({ one, ours, theirs }: Open): string {
  const records = Object.entries(one.zone).flatMap(([name, { TXT = [] }]) => `${name}: ${String(TXT)}`);
  return [
    `${one.from} ${one.ip}: ${ours.result} ${ours.lookups}, not ${theirs.result} ${theirs.lookups}`,
    ...records,
  ].join('\n');
}

function drawn(
  peer: SpfPeer,
  { told, same }: { readonly told: ReadonlyMap<string, number>; readonly same: number },
): string[] {
  const rows = [...told].toSorted((one, other) => other[1] - one[1]);
  return [
    `SPF beside ${peer}: ${same} of ${count} the same`,
    ...rows.map(([name, times]) => `${String(times).padStart(6)}  ${name}`),
    ...differences
      .filter(({ peers }) => peers.includes(peer))
      .map(({ name, because }) => `        ${name}: ${because}`),
  ];
}
