// A composed message in a talk: one printable line that says whose it is and what happened to it.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Composed } from '../../core/contract/scenarioMessage.ts';
import { composedLine } from '../../core/simulate/compose/told.ts';
import { loadScenarios } from '../../core/simulate/load.ts';
import { stepsOf } from '../../core/simulate/settle.ts';

const said = (message: Composed) => composedLine(message, [Buffer.alloc(100), Buffer.alloc(23)]);

test.each<readonly [string, Composed]>([
  ['(message: From: Alice <alice@example.org>; 123 octets)', {}],
  [
    '(message: From: Carol <carol@example.org>, signed by example.org, through list dev@lists.example.net as its author, signed by lists.example.net (rsa2048b); 123 octets)',
    {
      from: 'Carol <carol@example.org>',
      hops: [
        { sign: { domain: 'example.org' } },
        { list: { address: 'dev@lists.example.net', rewrite: true } },
        { sign: { domain: 'lists.example.net', key: 'rsa2048b' } },
      ],
    },
  ],
  [
    '(message: From: "Your Bank" <a@bank.example>, with X-A: b c, signed by evil.example 50 times (forged), with Return-Path: <x> put on top; 123 octets)',
    {
      without: ['From'],
      fields: ['From: "Your Bank" <a@bank.example>', 'X-A: b\\r\\n c'],
      hops: [
        { sign: { domain: 'evil.example', fault: 'forged', times: 50 } },
        { change: { add: ['Return-Path: <x>'] } },
      ],
    },
  ],
  ['(message: without From; 123 octets)', { without: ['From'] }],
])('%s', (line, message) => {
  expect(said(message)).toBe(line);
});

test('of every shipped scenario about senders it is one line, and no long one', async () => {
  const loaded = await loadScenarios([join(import.meta.dirname, '../../scenarios/sender')]);
  const lines = loaded.flatMap(({ scenario }) =>
    scenario === undefined
      ? []
      : [undefined, ...(scenario.cases ?? [])]
          .flatMap((variant) => stepsOf(scenario, variant))
          .flatMap((step) => ('compose' in step ? [said(step.compose)] : [])),
  );
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => !/^\(message: [\u0020-\u007e\u00a0-\uffff]{1,500}; 123 octets\)$/u.test(line))).toEqual(
    [],
  );
}, 60_000);
