// Writes a zone as a zone file of BIND (RFC 1035 section 5); faults and what else has no place there is told with its line.
import type { RecordData, ZoneRecord } from './records.ts';
import { quoted } from './strings.ts';
import type { Troubles } from './trouble.ts';
import { parseZone, type Zone, type ZoneError } from './zone.ts';

export interface ExportedZone {
  readonly text: string;
  /** In the order of their lines. */
  readonly problems: readonly ZoneError[];
}

/** TTL of everything that is written, s: a zone has none of its own. */
const TTL = 3600;

/** Reading the file again gives a zone with the same answers, faults apart. */
export function writeBind(zone: string): ExportedZone {
  const { zone: parsed, errors } = parseZone(zone);
  const problems = [...errors, ...withoutPlace(parsed)].sort((one, other) => one.line - other.line);
  const apexes = [...parsed.apexes.keys()];
  const others = [...parsed.names.keys()].filter((name) => !parsed.apexes.has(name));
  const lines = [...apexes, ...others].flatMap((name) =>
    soaFirst(parsed.names.get(name)?.records ?? []).map(
      (record) => `${escaped(name)}.\tIN\t${record.type}\t${dataOf(record)}`,
    ),
  );
  return { text: [`$TTL ${TTL}`, ...lines, ''].join('\n'), problems };
}

function soaFirst(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
  return [...records].sort((one, other) => Number(other.type === 'SOA') - Number(one.type === 'SOA'));
}

function withoutPlace({ names, apexes }: Zone): ZoneError[] {
  const faulty = [...names].flatMap(([name, { troubles }]) =>
    [...troubles].flatMap(([type, each]) =>
      linesOf(each).map(({ line, word }) => ({
        line,
        message: `${word} of ${name} ${type} has no place in a zone file`,
      })),
    ),
  );
  const [, ...more] = [...apexes];
  const second = more.map(([name, line]) => ({
    line,
    message: `${name} has an SOA of its own: BIND reads one zone from a file, so cut it off there`,
  }));
  const first = apexes.size > 0 || names.size === 0;
  return [...faulty, ...second, ...(first ? [] : [{ line: 1, message: 'the zone has no SOA, and BIND wants one' }])];
}

function linesOf({ answer, slow }: Troubles): { readonly line: number; readonly word: string }[] {
  return [
    ...(answer ? [{ line: answer.line, word: answer.kind === 'fault' ? answer.fault : `HUGE ${answer.records}` }] : []),
    ...(slow ? [{ line: slow.line, word: `SLOW ${slow.seconds}` }] : []),
  ];
}

function dataOf({ type, text, strings, preference }: RecordData): string {
  if (strings !== undefined) return strings.map(quoted).join(' ');
  if (preference !== undefined) return `${preference} ${escaped(text)}.`;
  if (type === 'A' || type === 'AAAA') return text;
  if (type !== 'SOA') return `${escaped(text)}.`;
  const [host = '', mailbox = '', ...numbers] = text.split(' ');
  return [dotted(host), dotted(mailbox), ...numbers].join(' ');
}

/** What means something else in a zone file stands behind a backslash. */
function escaped(name: string): string {
  return name.replace(/[\\"();@$]/g, '\\$&');
}

/** Names of an SOA keep the escapes they have. */
const dotted = (name: string) => (name === '.' ? name : `${name}.`);
