// Under stress the tighter limits count at once and for every session, and no longer than it lasts.
import { afterEach, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { type Lab, openLab } from '../settings/lab.ts';
import { mx } from '../settings/probe.ts';
import { until } from './playground.ts';

let lab: Lab;
afterEach(() => lab.close());

const under = { listeners: [mx], flow: { service: { maxConnections: 4 } } } satisfies SettingsInput;
const open = () => lab.journal.sessions.filter(({ ended }) => !ended).length;
const closes = () =>
  lab.journal.sessions.flatMap(({ events }) => events.flatMap((event) => (event.kind === 'close' ? [event] : [])));

test('silent sessions go until there is room, and say why; the rest keeps its time', async () => {
  lab = await openLab({ ...under, errors: { stress: { at: 75 } } });
  const clients = [await lab.greeted(), await lab.greeted()];
  lab.pass(100);
  expect(open()).toBe(2);
  clients.push(await lab.greeted(), await lab.greeted());
  lab.pass(10);
  await until(() => open() === 2);
  lab.pass(100);
  expect(open()).toBe(2);
  expect(closes().map(({ reason, detail }) => `${reason}: ${detail}`)).toEqual([
    'idle: nothing came for 10 s under stress (4 of 4 connections)',
    'idle: nothing came for 10 s under stress (3 of 4 connections)',
  ]);
  const finding = lab.findings(0).at(-1) ?? lab.findings(1).at(-1);
  expect(finding).toMatchObject({ reason: 'idle', setting: 'errors.stress.idleTimeout', value: 10 });
});

test('a client that comes back to its senses is not closed for what it did before', async () => {
  lab = await openLab({ ...under, errors: { stress: { at: 50, maxJunk: 1 } } });
  const first = await lab.greeted();
  for (let one = 0; one < 3; one += 1) expect(await first.ask('NOOP')).toMatch(/^250/);
  const second = await lab.greeted();
  expect(await second.ask('QUIT')).toMatch(/^221/);
  await lab.ended(1);
  expect(await first.ask('NOOP')).toMatch(/^250/);
  await lab.greeted();
  expect(await first.ask('NOOP')).toMatch(/^250/);
  expect(await first.reply()).toMatch(/^421/);
  expect(lab.findings(0).at(-1)).toMatchObject({
    check: 'session-junk',
    text: '5th junk command, 1 allowed under stress (2 of 4 connections)',
    setting: 'errors.stress.maxJunk',
  });
});

test('a usual limit that is tighter goes on to count', async () => {
  lab = await openLab({ ...under, errors: { maxErrors: 0, stress: { at: 1, maxErrors: 5 } } });
  const client = await lab.greeted();
  expect(await client.ask('WHAT')).toMatch(/^500/);
  expect(await client.reply()).toMatch(/^421/);
  expect(lab.findings(0).at(-1)).toMatchObject({ text: '1st wrong command, 0 allowed', setting: 'errors.maxErrors' });
});
