// scratch
import { test } from 'vitest';
import { join } from 'node:path';
import { loadScenarios, tasksOf } from '../../core/simulate/load.ts';
import { startPrivate } from '../../core/simulate/private.ts';
import { playCase } from '../../core/simulate/run.ts';
import { overSimulation } from '../../core/simulate/network.ts';
import { simulatedWorld } from '../../core/world/simulated.ts';
test('x', async () => {
  const loaded = await loadScenarios([join(import.meta.dirname, '../../scenarios/deadlines/reads-nothing.yml')]);
  for (const task of tasksOf(loaded, 'presets', { world: 'simulated' })) {
    const w = simulatedWorld({ seed: 't' });
    const { result, events } = await playCase(task, { network: overSimulation(w, { wall: 30_000 }), start: startPrivate() });
    console.log(task.base, result.outcome, result.why, result.ms, w.clock.elapsed(), events);
  }
}, 100_000);
