// A port: how frames cross between the window and the host, whatever carries them.

/** A two-way channel of frames; a MessagePort, a WebSocket or memory stands behind it. */
export interface Port {
  /** Sends one frame; silently dropped once closed. */
  send(frame: Uint8Array): void;
  /** Sets the one receiver of frames. Frames that came earlier are delivered first. */
  onFrame(receive: (frame: Uint8Array) => void): void;
  /** Called once when the other side has gone. */
  onClose(closed: () => void): void;
  close(): void;
}

/** What is in a frame: a JSON head, and bytes that would be waste as JSON. */
export interface Frame {
  readonly head: unknown;
  readonly tail: Uint8Array;
}

/** The largest frame taken, octets. */
export const maxFrame = 64 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const none = new Uint8Array(0);

/** Layout: length of the head as a 32-bit big-endian number, the head as UTF-8 JSON, the tail. */
export function encodeFrame(head: unknown, tail: Uint8Array = none): Uint8Array {
  const json = encoder.encode(JSON.stringify(head));
  const frame = new Uint8Array(4 + json.length + tail.length);
  new DataView(frame.buffer).setUint32(0, json.length);
  frame.set(json, 4);
  frame.set(tail, 4 + json.length);
  return frame;
}

/** Reads a frame; undefined when it is malformed, too large or not JSON. Never throws. */
export function decodeFrame(frame: unknown): Frame | undefined {
  if (!(frame instanceof Uint8Array) || frame.length < 4 || frame.length > maxFrame) return undefined;
  const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
  if (length > frame.length - 4) return undefined;
  try {
    const head: unknown = JSON.parse(decoder.decode(frame.subarray(4, 4 + length)));
    return { head, tail: frame.subarray(4 + length) };
  } catch {
    return undefined;
  }
}

/** Two ports joined in memory, for tests and for hosts in one process. Frames arrive in a later microtask, copied. */
export function memoryPorts(): readonly [Port, Port] {
  const ends = [end(), end()] as const;
  ends[0].join(ends[1]);
  ends[1].join(ends[0]);
  return ends;
}

interface End extends Port {
  join(other: End): void;
  take(frame: Uint8Array): void;
  gone(): void;
}

function end(): End {
  let other: End | undefined;
  let open = true;
  let receive: ((frame: Uint8Array) => void) | undefined;
  let closed: (() => void) | undefined;
  const early: Uint8Array[] = [];
  return {
    join: (peer) => void (other = peer),
    send: (frame) => {
      const copy = frame.slice();
      if (open) void Promise.resolve().then(() => other?.take(copy));
    },
    take: (frame) => {
      if (!open) return;
      if (receive) receive(frame);
      else early.push(frame);
    },
    onFrame: (next) => {
      receive = next;
      for (const frame of early.splice(0)) next(frame);
    },
    onClose: (next) => void (closed = next),
    gone: () => {
      if (!open) return;
      open = false;
      closed?.();
    },
    close: () => {
      if (!open) return;
      open = false;
      void Promise.resolve().then(() => other?.gone());
    },
  };
}
