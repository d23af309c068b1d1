// The workers of virtual time: the same desk, and the work done in this thread by the world's clock.
import type { Settings } from '../contract/settings/settings.ts';
import { createDns } from '../dns/dns.ts';
import { examine } from '../message/examine.ts';
import type { World } from '../world/world.ts';
import { Desk } from './desk.ts';
import type { Workers } from './workers.ts';

/** Whatever examining draws in late must be there before virtual time begins. */
export function inlineWorkers(world: World, settings: Settings['workers']): Workers {
  const dns = createDns(world);
  let running = 0;
  return new Desk({
    world,
    settings,
    executor: {
      run: (task) => examine(task, { asked: () => dns.asked(task.dns), elapsed: () => world.elapsed() }),
      resize: ({ most }) => void (running = most),
      get running() {
        return running;
      },
      close: () => {
        dns.close();
        return Promise.resolve();
      },
    },
  });
}
