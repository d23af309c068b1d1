// The port of the desktop window: a MessagePort that the preload script hands over.
import type { Port } from '../../core/contract/port.ts';

/**
 * How page and preload meet. The page posts `{ gatehouse: 'want-port' }` to its own window each time it wants a connection;
 * the preload answers with `{ gatehouse: 'port' }` and one MessagePort, in the same way.
 */
export const wantPort = { gatehouse: 'want-port' } as const;

/** True in the desktop window, whose pages come from `app:`. */
export function isDesktop(): boolean {
  return location.protocol === 'app:';
}

/** How long the preload may take, ms. */
const PATIENCE = 5000;

/** Asks the preload for a port; rejects when none comes. */
export function openMessagePort(): Promise<Port> {
  return new Promise((resolve, reject) => {
    const listen = (event: MessageEvent<unknown>) => {
      const port = event.ports[0];
      if (event.source !== window || !isHandover(event.data) || !port) return;
      stop();
      resolve(overMessagePort(port));
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error('The workbench did not hand over a connection.'));
    }, PATIENCE);
    const stop = () => {
      clearTimeout(timer);
      window.removeEventListener('message', listen);
    };
    window.addEventListener('message', listen);
    window.postMessage(wantPort, location.origin === 'null' ? '*' : location.origin);
  });
}

function isHandover(data: unknown): boolean {
  return typeof data === 'object' && data !== null && (data as { gatehouse?: unknown }).gatehouse === 'port';
}

/** A MessagePort as a port of the contract. */
export function overMessagePort(channel: MessagePort): Port {
  let closed: (() => void) | undefined;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    closed?.();
  };
  channel.addEventListener('close', end);
  return {
    send: (frame) => {
      if (!isOver) channel.postMessage(frame);
    },
    onFrame: (receive) => {
      channel.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (event.data instanceof Uint8Array) receive(event.data);
      });
      channel.start();
    },
    onClose: (next) => {
      closed = next;
      if (isOver) next();
    },
    close: () => {
      channel.close();
      end();
    },
  };
}
