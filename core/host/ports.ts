// Ports as the hosts have them: a WebSocket, or a MessagePort of Node or Electron, carrying the contract's frames.
import type { WebSocket } from 'ws';
import { maxFrame, type Port } from '../contract/port.ts';

/** A MessagePort, as far as a port needs it: Node's and Electron's main-process one both fit. */
export interface MessageEnd {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start?(): void;
  close(): void;
}

/** Frames over a WebSocket; text messages are malformed by definition and passed on as such. */
export function webSocketPort(socket: WebSocket): Port {
  const inbox = queue();
  socket.binaryType = 'nodebuffer';
  socket.on('message', (data, isBinary) => inbox.push(isBinary && Buffer.isBuffer(data) ? data : new Uint8Array(0)));
  socket.on('error', () => socket.terminate());
  return {
    send: (frame) => {
      if (socket.readyState === socket.OPEN) socket.send(frame);
    },
    onFrame: inbox.receive,
    onClose: (closed) => void socket.once('close', () => closed()),
    close: () => socket.close(),
  };
}

/** Frames over a MessagePort. What Electron wraps as `{ data }` is unwrapped; anything but bytes is malformed. */
export function messagePort(end: MessageEnd): Port {
  const inbox = queue();
  end.on('message', (message) => {
    const data = typeof message === 'object' && message !== null && 'data' in message ? message.data : message;
    const fits = data instanceof Uint8Array && data.length <= maxFrame;
    inbox.push(fits ? data : new Uint8Array(0));
  });
  end.start?.();
  return {
    send: (frame) => end.postMessage(frame),
    onFrame: inbox.receive,
    onClose: (closed) => void end.on('close', () => closed()),
    close: () => end.close(),
  };
}

/** Keeps what arrives before somebody listens. */
function queue() {
  const early: Uint8Array[] = [];
  let listener: ((frame: Uint8Array) => void) | undefined;
  return {
    push: (frame: Uint8Array) => {
      if (listener) listener(frame);
      else early.push(frame);
    },
    receive: (next: (frame: Uint8Array) => void) => {
      listener = next;
      for (const frame of early.splice(0)) next(frame);
    },
  };
}
