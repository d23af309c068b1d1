// Starts a worker thread from source.
import { Worker } from 'node:worker_threads';
import type { WorldName } from '../contract/scenarioWorld.ts';
import type { CaseWorker, FromWorker } from './protocol.ts';

/** A thread of this process that runs thread.ts as it is. */
export function spawnThread(world: WorldName): CaseWorker {
  const thread = new Worker(new URL('./thread.ts', import.meta.url), { execArgv: [], workerData: { world } });
  return {
    post: (message) => thread.postMessage(message),
    onMessage: (take) => void thread.on('message', (message: FromWorker) => take(message)),
    onEnd: (take) => {
      let failed: Error | undefined;
      thread.on('error', (error: Error) => (failed = error));
      thread.once('exit', (code) => take(failed ?? (code === 0 ? undefined : new Error(`exit code ${code}`))));
    },
  };
}
