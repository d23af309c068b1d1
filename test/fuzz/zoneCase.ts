// Random texts of zones and of BIND's zone files: reading them never throws, is bounded, and what is read comes back.
import { readBind } from '../../core/dns/bindRead.ts';
import { writeBind } from '../../core/dns/bindWrite.ts';
import { lookUp } from '../../core/dns/lookUp.ts';
import { isType, recordTypes } from '../../core/dns/records.ts';
import { parseZone, type Zone } from '../../core/dns/zone.ts';
import { type Random, seeded } from './wireCase.ts';

const words = [
  ...recordTypes,
  ...[
    'example.com',
    'a',
    'a.example.com.',
    '@',
    '*',
    '*.example',
    '192.0.2.1',
    '2001:db8::1',
    '1.2.0.192.in-addr.arpa',
  ],
  ...[
    'IN',
    'CH',
    '60',
    '1h30m',
    '1w2d3h4m5s6',
    '$ORIGIN',
    '$TTL',
    '$INCLUDE',
    '$GENERATE',
    '$',
    '.',
    '..',
    '0',
    '99999999999',
  ],
  ...[
    'NXDOMAIN',
    'NODATA',
    'SERVFAIL',
    'TIMEOUT',
    'LOOP',
    'HUGE',
    'HUGE 9',
    'SLOW',
    'SLOW 1.5',
    'HUGE 10000',
    'SLOW -1',
  ],
  ...[
    '"',
    '""',
    '"a b"',
    '\\',
    '\\"',
    '\\\\',
    '\\065',
    '\\300',
    '\\.',
    '(',
    ')',
    ';',
    '#',
    '; x',
    'ü',
    '😀',
    '\ud800',
    '\0',
    '\x7f',
  ],
  ...[
    'ns.example. root.example. 1 2 3 4 5',
    '10 mx',
    '0 .',
    'v=spf1 -all',
    'x'.repeat(64),
    'y.'.repeat(130),
    'z'.repeat(300),
  ],
];
const gaps = [' ', ' ', ' ', '\t', '\n', '\n', '\r\n', '\r', '', '  \n '];

export function randomZone(random: Random): string {
  let text = '';
  for (let left = random(60); left > 0; left -= 1)
    text += (words[random(words.length)] ?? '') + (gaps[random(gaps.length)] ?? '');
  return text;
}

/** What the readers are, so that broken ones can be tried. */
export interface Readers {
  readonly zone: typeof parseZone;
  readonly bind: typeof readBind;
}
export const ours: Readers = { zone: parseZone, bind: readBind };

/** What is wrong with how a text is read; undefined when nothing is. */
export function wrongWith({ zone, bind }: Readers, text: string): string | undefined {
  try {
    const parsed = zone(text);
    if (parsed.errors.some(({ message }) => !/^[ -~…]{1,1200}$/.test(message)))
      return 'a mistake is not one printable line';
    for (const name of ['example.com', 'a.example.com', '*', text.slice(0, 40), ''])
      for (const type of [...recordTypes, 'ANY', '*']) lookUp(parsed.zone, name, type);
    const written = writeBind(text);
    const again = bind(written.text);
    if (again.problems.length > 0) return `what was written cannot be read: ${again.problems[0]?.message}`;
    const [before, after] = [recordsOf(parsed.zone), recordsOf(zone(again.zone).zone)];
    if (before !== after) return `what was written is read otherwise: ${before} and ${after}`;
    const imported = bind(text, 'example.com');
    if (imported.problems.some(({ message }) => !/^[ -~…]{1,1200}$/.test(message)))
      return 'a problem is not one printable line';
    const read = zone(imported.zone);
    if (read.errors.length > 0) return `what was imported is no zone: ${read.errors[0]?.message}`;
    const count = [...read.zone.names.values()].reduce((sum, { records }) => sum + records.length, 0);
    return count === imported.records ? undefined : `${imported.records} records imported, ${count} in the zone`;
  } catch (error) {
    return `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

/** Each record once, sorted. */
function recordsOf({ names }: Zone): string {
  const all = [...names].flatMap(([name, { records }]) =>
    records.flatMap(({ type, text, strings, preference }) =>
      isType(type) ? [JSON.stringify([name, type, text, strings, preference])] : [],
    ),
  );
  return [...new Set(all)].sort().join('\n');
}

export interface FoundZone {
  readonly text: string;
  readonly wrong: string;
}

/** The first text that is read wrongly, made shorter as long as it stays wrong. */
export function firstWrong(readers: Readers, seed: number, count: number): FoundZone | undefined {
  const random = seeded(seed);
  for (let n = 0; n < count; n += 1) {
    let text = randomZone(random);
    let wrong = wrongWith(readers, text);
    if (wrong === undefined) continue;
    for (let at = 0; at < text.length;) {
      const shorter = text.slice(0, at) + text.slice(at + 1);
      const still = wrongWith(readers, shorter);
      if (still === undefined) at += 1;
      else [text, wrong] = [shorter, still];
    }
    return { text, wrong };
  }
  return undefined;
}
