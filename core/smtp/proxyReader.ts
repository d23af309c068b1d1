// Takes the PROXY header off a new connection of a trusted proxy: in time and whole, or the connection ends.
import type { CloseReason } from '../contract/event.ts';
import type { Connection } from '../world/connection.ts';
import type { World } from '../world/world.ts';
import { type ProxyHeader, readProxyHeader } from './proxyHeader.ts';

export interface ProxyEnd {
  readonly by: 'us' | 'client';
  readonly reason: CloseReason;
  readonly detail: string;
}

export interface ProxyWait {
  readonly world: World;
  /** `listeners.*.proxy.timeout`, s. */
  readonly seconds: number;
  /** The header has come; what stood behind it is in the socket again. */
  readonly done: (header: ProxyHeader, bytes: Buffer) => void;
  /** `bytes`: what came instead. The socket is open still. */
  readonly failed: (end: ProxyEnd, bytes: Buffer) => void;
}

/** Returns what ends the wait when the receiver stops. */
export function awaitProxyHeader(socket: Connection, { world, seconds, done, failed }: ProxyWait): () => void {
  let head: Buffer = Buffer.alloc(0);
  let isSettled = false;
  const settle = () => {
    if (isSettled) return false;
    isSettled = true;
    timer.cancel();
    socket.off('readable', read).off('end', left).off('close', left).off('error', reset);
    return true;
  };
  const fail = (end: ProxyEnd) => {
    if (settle()) failed(end, head);
  };
  const wrong = (detail: string) => fail({ by: 'us', reason: 'proxy-error', detail });
  const left = () =>
    fail({
      by: 'client',
      reason: 'peer-fin',
      detail: 'the proxy closed the connection before its header was complete',
    });
  const reset = () =>
    fail({ by: 'client', reason: 'peer-rst', detail: 'the connection was lost before the PROXY header was complete' });
  const read = () => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    const reading = readProxyHeader(head);
    if (reading.state === 'more') return;
    if (reading.state === 'bad') return wrong(`the PROXY header is wrong: ${reading.why}`);
    const { header, length } = reading;
    settle();
    if (head.length > length) socket.unshift(head.subarray(length));
    // A tick later the socket has left the reading mode that 'readable' put it in.
    process.nextTick(() => done(header, head.subarray(0, length)));
  };
  const timer = world.after(seconds * 1000, () => wrong(`the PROXY header took longer than ${seconds} s`));
  socket.on('error', reset);
  socket.on('end', left);
  socket.on('close', left);
  socket.on('readable', read);
  return () => fail({ by: 'us', reason: 'shutdown', detail: 'the receiver or its listener is closing' });
}
