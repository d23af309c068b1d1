// Zones and zone files from random words: never an exception, no mistake of many lines, and what is written is read again.
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { readBind } from '../../core/dns/bindRead.ts';
import { writeBind } from '../../core/dns/bindWrite.ts';
import { parseZone } from '../../core/dns/zone.ts';
import { firstWrong, ours } from './zoneCase.ts';

const patience = { timeout: 120_000 };

describe('zones and zone files', () => {
  it.each([1, 2, 3, 4])('are read whatever they say (%#)', patience, (seed) => {
    expect(firstWrong(ours, seed, 2500)).toBeUndefined();
  });

  it.each([
    [
      'that throws',
      { ...ours, zone: (text: string) => (text.includes('"') ? JSON.parse(text) : parseZone(text)) as never },
    ],
    ['that forgets a record', { ...ours, bind: (text: string) => ({ ...readBind(text), zone: '' }) }],
  ])('a reader %s is found out', patience, (_, broken) => {
    expect(firstWrong(broken, 1, 2500)).toBeDefined();
  });

  it.each([
    ['a', 1_000_000],
    ['\\', 1_000_000],
    ['"', 1_000_000],
    ['(', 1_000_000],
    [' ', 1_000_000],
    ['a A ', 250_000],
    ['1h', 500_000],
    ['\n', 1_000_000],
    ['a.example A 192.0.2.1\n', 40_000],
    ['"\\"', 300_000],
    ['a TXT "b" ', 100_000],
    ['a.', 500_000],
  ])('%j many times takes time in proportion', patience, (piece, times) => {
    const time = (count: number) => {
      const text = piece.repeat(count);
      const begun = performance.now();
      for (const each of [text, `a.example TXT ${text}`, `a.example TXT "${text}`]) {
        parseZone(each);
        writeBind(each);
        readBind(each, 'example.com');
      }
      return performance.now() - begun;
    };
    // What grew with the square would take minutes; the test's own limit finds it.
    expect(time(times)).toBeGreaterThan(0);
  });
});
