// Batches of events: what comes again and again is handed over once, and what is stored is whole all the same.
import { expect, test } from 'vitest';
import type { EventBody } from '../../core/contract/event.ts';
import { Batches, Bodies } from '../../core/journal/batches.ts';
import { close, line } from './workspaces.ts';

function both() {
  const batches = new Batches();
  const sent: string[] = [];
  let forgotten = 0;
  const bodies = new Bodies({
    know: (number, text) => batches.know(number, text),
    forget: () => (batches.forget(), (forgotten += 1)),
  });
  const pass = (times: readonly number[], events: readonly EventBody[]) => {
    const text = bodies.textOf(times, events);
    sent.push(text);
    return batches.read(7, text);
  };
  return { pass, sent, forgotten: () => forgotten };
}

const said = (bytes: string): EventBody =>
  Object.freeze({
    kind: 'reply',
    bytes,
    code: 250,
    verdict: { stage: 'mail', action: 'accept', reason: 'mail-ok', because: 'so', findings: [], closes: false },
  } as unknown as EventBody);

test('a frozen event is a number from its third appearance on at the latest; stored text and meaning are the same', () => {
  const { pass, sent } = both();
  const ok = said('250 OK\r\n');
  const events = [line('MAIL FROM:<a\n\u00ff\u25ae"\\>'), ok, line('5'), ok, close];
  const times = [0, 1.5, 2.25, 1e21, 3];
  for (let turn = 0; turn < 4; turn += 1) {
    const told = pass(times, events);
    expect(told.first).toBe(7);
    expect(told.text).toBe(JSON.stringify({ t: times, e: events }));
    expect(told.batch()).toEqual({ t: times, e: events });
  }
  expect(sent[0]?.split('\n').length).toBe(6);
  expect(sent[3]?.split('\n').slice(1)).toEqual([
    JSON.stringify(events[0]),
    '1',
    JSON.stringify(events[2]),
    '1',
    JSON.stringify(close),
  ]);
});

test('what comes once is never known, and the table begins anew when it is full', () => {
  const { pass, sent, forgotten } = both();
  const many = Array.from({ length: 2500 }, (_, index) => said(`250 ${index}\r\n`));
  pass([], many);
  expect(sent[0]).not.toMatch(/^\d+$/m);
  for (let turn = 0; turn < 2; turn += 1) {
    expect(pass([1], many).batch().e).toEqual(many);
    expect(pass([1], [...many].reverse()).text).toBe(JSON.stringify({ t: [1], e: [...many].reverse() }));
  }
  expect(forgotten()).toBeGreaterThan(0);
});
