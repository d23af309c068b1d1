// Checks of what a message holds; facts in, findings out.
import { describe, expect, it } from 'vitest';
import type { DataFacts } from '../../core/contract/facts.ts';
import type { Check } from '../../core/policy/check.ts';
import { lineEndings } from '../../core/policy/checks/lineEndings.ts';
import { nul } from '../../core/policy/checks/nul.ts';
import { receivedLoop } from '../../core/policy/checks/receivedLoop.ts';
import { findingsOf, type Known } from './facts.ts';

const decidersOf = async (check: Check, known: Known) =>
  (await findingsOf(check, known)).map(({ action, reason, text, setting, value }) => ({
    action,
    reason,
    text,
    setting,
    value,
  }));

describe('received-loop', () => {
  it('refuses one more than the limit and cites the RFC while the limit is below 100', async () => {
    expect(await findingsOf(receivedLoop, { transaction: { receivedHeaders: 31 } })).toEqual([
      {
        check: 'received-loop',
        action: 'refuse',
        reason: 'received-loop',
        text: '31 Received headers, 30 allowed',
        setting: 'loops.maxReceivedHeaders',
        value: 30,
        counter: { name: 'Received headers', value: 31, limit: 30 },
        evidence: { advice: 'RFC 5321 section 6.3 asks for a limit of at least 100' },
      },
    ]);
    const known = { settings: { loops: { maxReceivedHeaders: 100 } }, transaction: { receivedHeaders: 100 } };
    const [found] = await findingsOf(receivedLoop, known);
    expect([found?.action, found?.text, found?.evidence]).toEqual([
      'record',
      '100 Received headers, 100 allowed',
      undefined,
    ]);
  });
});

describe('line-endings and nul', () => {
  const clean: DataFacts = {
    bytes: 9,
    lines: 1,
    bareLf: 0,
    bareCr: 0,
    nul: 0,
    eightBit: 0,
    longestLine: 9,
    overLimit: false,
  };
  const dirty = { transaction: { data: { ...clean, bareLf: 2, bareCr: 1, nul: 3 } } };
  const strict = (value: 'reject' | 'normalise' | 'allow') => ({
    settings: { strictness: { bareLf: value, bareCr: value } },
    ...dirty,
  });

  it.each([
    [
      'reject',
      [
        ['refuse', 'bare-lf', '2 bare LFs'],
        ['refuse', 'bare-cr', '1 bare CR'],
      ],
    ],
    [
      'normalise',
      [
        ['record', undefined, '2 bare LFs, stored as CR LF'],
        ['record', undefined, '1 bare CR, stored as CR LF'],
      ],
    ],
    [
      'allow',
      [
        ['record', undefined, '2 bare LFs, taken as they are'],
        ['record', undefined, '1 bare CR, taken as they are'],
      ],
    ],
  ] as const)('%s', async (value, expected) => {
    expect(
      (await decidersOf(lineEndings, strict(value))).map(({ action, reason, text }) => [action, reason, text]),
    ).toEqual(expected);
  });

  it('rejects NUL by default, and takes it where allowed', async () => {
    expect(await decidersOf(nul, dirty)).toEqual([
      { action: 'refuse', reason: 'nul', text: '3 NUL bytes', setting: 'strictness.nul', value: 'reject' },
    ]);
    const known = { settings: { strictness: { nul: 'allow' as const } }, ...dirty };
    expect(await decidersOf(nul, known)).toEqual([
      {
        action: 'record',
        reason: undefined,
        text: '3 NUL bytes, stored as they are',
        setting: 'strictness.nul',
        value: 'allow',
      },
    ]);
  });

  it('says nothing of a clean message', async () => {
    const known = { transaction: { data: clean } };
    expect([await findingsOf(lineEndings, known), await findingsOf(nul, known)]).toEqual([[], []]);
  });
});
