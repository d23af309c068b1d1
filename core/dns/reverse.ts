// Asks for the names of an address, and whether one of them leads back to it (RFC 8601 section 2.7.3, `iprev`).
import type { ReverseAnswer } from '../contract/senderAnswers.ts';
import { parseIp } from '../contract/settings/network.ts';
import { type Asker, evidence, shownName, textsOf } from './asking.ts';
import { reverseName } from './reversed.ts';

/** Names that are followed; RFC 8601 section 2.7.3 leaves more to nobody. */
const mostNames = 10;

/** Never rejects; takes two questions' time at most. A name that could not be asked for spoils a mismatch, never a pass. */
export async function askReverse(address: string, asker: Asker): Promise<ReverseAnswer> {
  const began = asker.elapsed();
  const told = (result: ReverseAnswer['result'], names: readonly string[] = [], confirmed?: string): ReverseAnswer => ({
    kind: 'reverse',
    result,
    address,
    names,
    ...(confirmed !== undefined && { confirmed }),
    ...evidence(asker, began),
  });
  const ip = parseIp(address);
  if (ip === undefined) return told('none');
  const found = await textsOf(asker, reverseName(ip), 'PTR');
  if (found.is === 'failed') return told('temperror');
  if (found.is !== 'found') return told('none');
  const asWritten = [...new Set(found.rows)].filter((name) => name !== '' && name !== '.').slice(0, mostNames);
  if (asWritten.length === 0) return told('none');
  const names = asWritten.map(shownName);
  const type = ip.family === 4 ? 'A' : 'AAAA';
  const outcomes = await Promise.all(asWritten.map((name) => textsOf(asker, name, type)));
  const leadsBack = (row: string) => {
    const one = parseIp(row);
    return one?.family === ip.family && one.value === ip.value;
  };
  const place = outcomes.findIndex((outcome) => outcome.is === 'found' && outcome.rows.some(leadsBack));
  if (place >= 0) return told('pass', names, names[place]);
  return told(outcomes.some(({ is }) => is === 'failed') ? 'temperror' : 'mismatch', names);
}
