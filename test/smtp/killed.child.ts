// A receiver over a workspace that says its port and waits to be killed; run by killed.test.ts.
import { nobody } from './nobody.ts';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import { openWorkspace } from '../../core/journal/workspace.ts';
import { createReceiver } from '../../core/receiver.ts';
import { realWorld } from '../../core/world/real.ts';

const opened = await openWorkspace({ folder: process.argv[2] ?? '', world: realWorld });
if ('refusal' in opened) throw new Error(opened.refusal.what);
const listener = { name: 'mx', address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: 'clear' } as const;
const settings = settingsSchema.parse({ listeners: [listener] });
const receiver = createReceiver({
  world: realWorld,
  journal: opened.workspace,
  users: nobody,
  identity: () => Promise.reject(new Error('there is no TLS here')),
  workers: threadWorkers({ world: realWorld, settings: settings.workers }),
  onState: () => undefined,
});
const { listeners } = await receiver.start(settings);
process.stdout.write(`${listeners[0]?.bound.split(':')[1] ?? ''}\n`);
// Sockets and the workspace keep nobody alive: the parent's pipe does.
process.stdin.resume();
