// Plays the suite of connections over the system's sockets and in memory.
import { dialLoopback } from '../../core/world/dial.ts';
import { realWorld } from '../../core/world/real.ts';
import { simulatedWorld } from '../../core/world/simulated.ts';
import { connectionSuite } from './connection.suite.ts';

connectionSuite('real', () => ({
  world: realWorld,
  connect: (port) => dialLoopback({ host: '127.0.0.1', port }),
  during: (work) => work(),
}));

connectionSuite('simulated', () => {
  const world = simulatedWorld({ seed: 'connections' });
  let port = 20_000;
  return {
    world,
    connect: (to) =>
      world.connect({ from: { address: '127.0.0.1', port: ++port }, to: { host: '127.0.0.1', port: to } }),
    during: async (work) => {
      let isDone = false;
      const result = work().finally(() => (isDone = true));
      await Promise.all([world.clock.drive({ done: () => isDone }), result.catch(() => undefined)]);
      return result;
    },
  };
});
