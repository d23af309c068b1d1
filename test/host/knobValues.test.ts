// What the window is told of the settings of a run: knobs with their values, listeners by their names.
import { expect, test } from 'vitest';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { playedWith } from '../../core/host/knobValues.ts';
import type { Scenario } from '../../core/contract/scenario.ts';

const scenario = {
  role: 'mx',
  knobs: ['listeners.flow.maxConnections', 'flow.service.maxConnections', 'domains.local.name'],
  presets: {},
} as unknown as Scenario;

const played = (limits: Readonly<Record<string, number>>) => {
  const listeners = Object.entries(limits).map(([name, maxConnections], index) => ({
    name,
    role: name === 'in' ? 'submission' : 'mx',
    address: `0.0.0.0:${2525 + index}`,
    flow: { maxConnections },
  }));
  const mine = settingsSchema.parse({ listeners, flow: { service: { maxConnections: 7 } } });
  return playedWith({ id: 'a/b', scenario, case: '-', base: 'mine', mine });
};

test('a value that all listeners of the role share stands alone', () => {
  expect(played({ mx: 60, in: 5, backup: 60 })).toEqual({
    knobs: {
      'listeners.flow.maxConnections': '60',
      'flow.service.maxConnections': '7',
      'domains.local.name': 'gate.example',
    },
    listeners: ['mx', 'in', 'backup'],
  });
});

test('where listeners differ each value has its name', () => {
  expect(played({ mx: 60, in: 5, backup: 90 }).knobs['listeners.flow.maxConnections']).toBe('mx 60 / backup 90');
});
