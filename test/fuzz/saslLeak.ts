// Whether ended logins leave anything behind: exchanges that are still reachable, and the heap before and after.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Mechanism } from '../../core/sasl/mechanism.ts';
import type { Subject } from './saslSubject.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Octets of the heap once nothing unreachable is on it; what finalisers hold for a turn is gone too. */
export async function heap(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed;
}

export interface Watched {
  readonly subject: Subject;
  /** Exchanges that were begun. */
  begun(): number;
  /** Exchanges that are reachable from somewhere; ask {@link heap} first. */
  alive(): number;
}

/** The same mechanisms, and what became of their exchanges. */
export function watched(subject: Subject): Watched {
  const begun: WeakRef<object>[] = [];
  const watch = (mechanism: Mechanism): Mechanism => ({
    name: mechanism.name,
    start: (context) => {
      const exchange = mechanism.start(context);
      begun.push(new WeakRef(exchange));
      return exchange;
    },
  });
  return {
    subject: new Map([...subject].map(([name, mechanism]) => [name, watch(mechanism)])),
    begun: () => begun.length,
    alive: () => begun.filter((one) => one.deref() !== undefined).length,
  };
}
