// Zone files of BIND: what is read, what is told of the rest, the way back, and BIND's own reading of the same files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ipText, parseIp } from '../../core/contract/settings/network.ts';
import { readBind } from '../../core/dns/bindRead.ts';
import { writeBind } from '../../core/dns/bindWrite.ts';
import { lookUp } from '../../core/dns/lookUp.ts';
import { parseZone, type ZoneName } from '../../core/dns/zone.ts';
import { needProgram } from '../tooling/programs.ts';
import { bindFiles } from './bindFiles.table.ts';

const files = Object.entries(bindFiles);

/** `name type data` of every record, sorted, so that two readings can be compared. */
function recordsOf(zone: string): readonly string[] {
  const { zone: parsed, errors } = parseZone(zone);
  expect(errors).toEqual([]);
  return [...parsed.names].flatMap(([name, entry]) => entry.records.map((each) => `${name} ${written(each)}`)).sort();
}

function written({ type, text, strings, preference }: ZoneName['records'][number]): string {
  if (strings) return `${type} ${JSON.stringify(strings)}`;
  if (preference !== undefined) return `${type} ${preference} ${text}.`;
  return `${type} ${type === 'AAAA' ? addressOf(text) : text}`;
}

const addressOf = (text: string) => {
  const ip = parseIp(text);
  return ip ? ipText(ip) : text;
};

/** Lines of named-compilezone, each on its own: `name TTL IN TYPE data`, strings quoted, names absolute. */
function bindsRecords(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', type = '', data = ''] = /^(\S+)\s+\d+\s+IN\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return `${plain(name)} ${type} ${dataOf(type, data)}`;
    })
    .sort();
}

/** BIND writes \X for what means something in a file, and keeps the case of names. */
const plain = (name: string) =>
  name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/\\(\D)/g, '$1');

function dataOf(type: string, data: string): string {
  if (type === 'TXT' || type === 'SPF')
    return JSON.stringify(
      [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner = '']) =>
        inner.replace(/\\(\d{3}|.)/g, (_, code: string) =>
          code.length === 3 ? String.fromCharCode(Number(code)) : code,
        ),
      ),
    );
  if (type === 'MX') return `${data.split(' ')[0] ?? ''} ${plain(data.split(' ')[1] ?? '')}.`;
  if (type === 'AAAA') return addressOf(data);
  // The names of an SOA keep their escapes.
  return type === 'SOA' ? data.toLowerCase().replaceAll('. ', ' ') : plain(data);
}

describe('a zone file', () => {
  it.each(files)('is read whole: %s', (_, text) => {
    const { zone, problems, records } = readBind(text, 'example.com');
    expect(problems).toEqual([]);
    expect(recordsOf(zone)).toHaveLength(records);
  });

  it('is read as named-compilezone reads it, all of them', (context) => {
    const program = needProgram(context, 'named-compilezone');
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bind-'));
    const lenient = ['-i', 'none', ...['-k', '-n', '-m', '-M', '-S', '-r', '-T'].flatMap((each) => [each, 'ignore'])];
    const compiled = (text: string) => {
      const file = join(folder, 'zone');
      writeFileSync(file, text, 'latin1');
      const { status, stdout, stderr } = spawnSync(
        program,
        ['-q', '-s', 'full', ...lenient, '-o', '-', 'example.com', file],
        {
          encoding: 'latin1',
        },
      );
      expect({ text, status, stderr }).toEqual({ text, status: 0, stderr });
      return bindsRecords(stdout);
    };
    try {
      for (const [title, text] of files) {
        const { zone } = readBind(text, 'example.com');
        const ours = recordsOf(zone);
        expect({ title, records: ours }).toEqual({ title, records: compiled(text) });
        // What we write, BIND reads in the same way.
        const { text: out, problems } = writeBind(zone);
        expect({ title, problems, records: compiled(out) }).toEqual({ title, problems: [], records: ours });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each(files)('comes back from a zone with the same answers: %s', (_, text) => {
    const { zone } = readBind(text, 'example.com');
    const again = readBind(writeBind(zone).text);
    expect(again.problems).toEqual([]);
    expect(recordsOf(again.zone)).toEqual(recordsOf(zone));
  });
});

describe('what a zone cannot hold is told with its line', () => {
  it.each([
    ['$INCLUDE other.zone', 'other files are not read: put what the file of $INCLUDE says in its place'],
    ['$GENERATE 1-9 a$ A 192.0.2.$', '$GENERATE is not taken: write its records out, one by one'],
    ['$TTL never', '$TTL takes a time, e.g. $TTL 3600 or $TTL 1h30m'],
    ['$ORIGIN', '$ORIGIN takes one name, e.g. $ORIGIN example.com.'],
    ['a SRV 0 0 25 b', 'type SRV is left out: a zone holds A, AAAA, CNAME, MX, NS, PTR, SOA, SPF, TXT'],
    ['a TYPE65280 \\# 0', 'type TYPE65280 is left out: a zone holds A, AAAA, CNAME, MX, NS, PTR, SOA, SPF, TXT'],
    ['a CH TXT x', 'class CH is not taken, only IN'],
    ['a', 'there is no type: expected name, type and data'],
    ['a IN 60', 'there is no type: expected name, type and data'],
    ['a A', 'there is no data for type A'],
    ['a A 192.0.2', '192.0.2 is no A data: expected an IPv4 address such as 192.0.2.1'],
    ['a A 192.0.2.1 192.0.2.2', 'A takes one word'],
    ['a MX mail', 'MX takes 2 words'],
    ['a SOA a b 1 2 3', 'SOA takes 7 words'],
    ['a TXT "open', 'a string has no closing quote on its line'],
    ['a TXT ( b', 'the ( of line 3 is never closed'],
    ['a TXT b )', 'there is a ) and no ( before it'],
    ['a ( ( b', 'there is a ( within the one of line 3'],
    [`a TXT ${'x'.repeat(256)}`, 'a string has 256 octets: 255 are the most, so write several'],
    ['a TXT \\300', 'a backslash takes a character, or three digits up to 255'],
    ['a\\.b A 192.0.2.1', 'a\\.b.example.com. has a dot within a label, which a zone cannot hold'],
    [
      'a\\032b A 192.0.2.1',
      'a\\032b.example.com. is no domain name: labels have 1 to 63 characters, the whole at most 253',
    ],
    ['. NS a', 'the root is no name of a zone'],
    ['\\#a A 192.0.2.1', 'a zone cannot hold this name or data'],
    ['ok CNAME b', 'ok.example.com has another record before; a CNAME stands alone'],
  ])('%s', (entry, message) => {
    const { problems, records } = readBind(`$ORIGIN example.com.\nok A 192.0.2.1\n${entry}\n`);
    expect(problems).toEqual([{ line: 3, message }]);
    expect(records).toBe(1);
  });

  it('and the entries after it are read, also after a quote that is never closed', () => {
    const { zone, problems } = readBind('a. TXT "open\nb. SRV x\nc. A 192.0.2.1\n');
    expect(zone).toBe('c A 192.0.2.1\n');
    expect(problems.map(({ line }) => line)).toEqual([1, 2]);
  });

  it('relative names without an origin, and a blank at the beginning', () => {
    expect(readBind('a A 192.0.2.1\n TXT x').problems).toEqual([
      { line: 1, message: 'a is relative, and nothing says to what: begin with $ORIGIN example.com.' },
      { line: 2, message: 'begins with a blank, and there is no name before it to be about' },
    ]);
  });

  it('of very many entries the first 200, and how many more there are', () => {
    const { problems } = readBind('a. SRV x\n'.repeat(300));
    expect(problems).toHaveLength(201);
    expect(problems[200]?.message).toBe('and 100 more entries that cannot be taken');
  });
});

describe('a zone as a zone file', () => {
  it('says which faults have no place there, and that BIND wants one SOA', () => {
    const zone = 'a.example A 192.0.2.1\na.example TXT SERVFAIL\nb.example * SLOW 2\nb.example MX HUGE 9\nnonsense';
    const { text, problems } = writeBind(zone);
    expect(text).toBe('$TTL 3600\na.example.\tIN\tA\t192.0.2.1\n');
    expect(problems).toEqual([
      { line: 1, message: 'the zone has no SOA, and BIND wants one' },
      { line: 2, message: 'SERVFAIL of a.example TXT has no place in a zone file' },
      { line: 3, message: 'SLOW 2 of b.example * has no place in a zone file' },
      { line: 4, message: 'HUGE 9 of b.example MX has no place in a zone file' },
      { line: 5, message: 'expected name, type and data, e.g. example.com TXT v=spf1 -all' },
    ]);
    const soa = 'SOA ns.example root.example 1 2 3 4 5';
    expect(writeBind(`a.example ${soa}\nb.example ${soa}`).problems).toEqual([
      { line: 2, message: 'b.example has an SOA of its own: BIND reads one zone from a file, so cut it off there' },
    ]);
  });

  it('keeps names that look like faults, and what else means something', () => {
    const zone = 'a.example CNAME timeout.\n$b@(c);d".example TXT "NXDOMAIN" "a;b(c)"\nc.example TXT "SLOW 2"\n';
    const again = readBind(writeBind(zone).text);
    expect(again.problems).toEqual([]);
    expect(recordsOf(again.zone)).toEqual(recordsOf(zone));
    expect(lookUp(parseZone(again.zone).zone, 'a.example', 'CNAME').answer).toMatchObject([{ text: 'timeout' }]);
  });
});
