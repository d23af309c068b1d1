// Starts a worker thread from source.
import { MessageChannel, Worker } from 'node:worker_threads';
import type { WorldName } from '../contract/scenarioWorld.ts';
import type { SpawnHelper } from '../sasl/gss/calling.ts';
import { lendHelpers } from '../sasl/gss/lending.ts';
import type { CaseWorker, FromWorker, SpawnWorker } from './protocol.ts';

/** Threads of this process that are lent Kerberos; in virtual time there is none. */
export const threadsWith =
  (kerberos: SpawnHelper): SpawnWorker =>
  (world) =>
    spawnThread(world, world === 'real' ? kerberos : undefined);

/** A thread of this process that runs thread.ts as it is. */
export function spawnThread(world: WorldName, kerberos?: SpawnHelper): CaseWorker {
  const lent = kerberos && new MessageChannel();
  const thread = new Worker(new URL('./thread.ts', import.meta.url), {
    execArgv: [],
    workerData: { world, ...(lent && { kerberos: lent.port2 }) },
    transferList: lent ? [lent.port2] : [],
  });
  if (kerberos && lent) {
    lendHelpers(lent.port1, kerberos);
    lent.port1.unref();
  }
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
