// The first thing a worker thread runs: time becomes virtual, if it is to be, before any library is loaded.
import { type MessagePort, workerData } from 'node:worker_threads';
import type { WorldName } from '../contract/scenarioWorld.ts';

const { world, kerberos } = workerData as { readonly world: WorldName; readonly kerberos?: MessagePort };
const thread = world === 'simulated' ? (await import('../world/virtualThread.ts')).virtualThread() : undefined;
const { serve } = await import('./worker.ts');
serve(thread, kerberos);
