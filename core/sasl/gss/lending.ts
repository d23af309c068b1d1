// Lends the start of Kerberos helpers to a worker thread, which is not the host and cannot start what the host can.
import type { MessagePort } from 'node:worker_threads';
import type { HelperProcess, SpawnHelper } from './calling.ts';
import { readCall } from './messages.ts';

/** Each process has a number, given by the thread. */
type ToHost =
  | { readonly process: number; readonly do: 'start' | 'end' }
  | { readonly process: number; readonly do: 'post'; readonly call: unknown };
type ToThread =
  | { readonly process: number; readonly is: 'message'; readonly message: unknown }
  | { readonly process: number; readonly is: 'end'; readonly how: string };

/** The host's side: starts what is asked for, and ends it when the thread is gone. */
export function lendHelpers(port: MessagePort, spawn: SpawnHelper): void {
  const running = new Map<number, HelperProcess>();
  const say = (message: ToThread) => port.postMessage(message);
  port.on('message', (message: ToHost) => {
    const { process } = message;
    const one = running.get(process);
    switch (message.do) {
      case 'start': {
        const started = spawn();
        running.set(process, started);
        started.onMessage((said) => say({ process, is: 'message', message: said }));
        started.onEnd((how) => {
          running.delete(process);
          say({ process, is: 'end', how });
        });
        return;
      }
      case 'post': {
        const call = readCall(message.call);
        if (call) one?.post(call);
        return;
      }
      case 'end':
        one?.end();
    }
  });
  port.on('close', () => {
    for (const one of running.values()) one.end();
  });
}

/** The thread's side. The port does not keep the thread alive. */
export function borrowHelpers(port: MessagePort): SpawnHelper {
  const takers = new Map<number, { message?: (message: unknown) => void; end?: (how: string) => void }>();
  let count = 0;
  const say = (message: ToHost) => port.postMessage(message);
  port.on('message', (said: ToThread) => {
    const taker = takers.get(said.process);
    if (said.is === 'message') return taker?.message?.(said.message);
    takers.delete(said.process);
    taker?.end?.(said.how);
  });
  port.unref();
  return () => {
    const process = ++count;
    const taker: { message?: (message: unknown) => void; end?: (how: string) => void } = {};
    takers.set(process, taker);
    say({ process, do: 'start' });
    return {
      post: (call) => say({ process, do: 'post', call }),
      onMessage: (take) => void (taker.message = take),
      onEnd: (take) => void (taker.end = take),
      end: () => say({ process, do: 'end' }),
    };
  };
}
