// Calls over a port: requests with checked input, answers with checked output, and one push.
import {
  type Changed,
  callNames,
  calls,
  changedSchema,
  type CallName,
  type Input,
  type Output,
  type Parsed,
} from './calls.ts';
import { decodeFrame, encodeFrame, type Port } from './port.ts';
import { z } from './schema.ts';

/** The closed list of ways the outside refuses; a bug throws instead and arrives as `bug`. */
export const errorCodes = [
  'bad-input',
  'not-found',
  'conflict',
  'environment',
  'cancelled',
  'unknown-call',
  'closed',
  'bug',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** A refusal that crosses the port: what, where, and how to fix it. */
export class HostError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly string[];
  constructor(code: ErrorCode, message: string, details: readonly string[] = []) {
    super(message);
    this.name = 'HostError';
    this.code = code;
    this.details = details;
  }
}

/** A value whose bytes travel behind the JSON: the member `bytes` of an output. */
export interface WithBytes {
  readonly bytes: Uint8Array;
}

/** One function per call of the table. */
export type Handlers = { readonly [K in CallName]: (input: Parsed<K>) => Promise<Output<K>> | Output<K> };

export interface Client {
  call<K extends CallName>(name: K, input: Input<K>): Promise<Output<K>>;
  /** Sets the one listener of the push `changed`. */
  onChanged(changed: (revisions: Changed) => void): void;
  onClose(closed: () => void): void;
  close(): void;
}

const requestSchema = z.strictObject({ id: z.number().int().min(0), call: z.string().max(64), input: z.unknown() });
const answerSchema = z.union([
  z.strictObject({ id: z.number(), output: z.unknown(), bytes: z.boolean().optional() }),
  z.strictObject({
    id: z.number(),
    error: z.strictObject({ code: z.enum(errorCodes), message: z.string(), details: z.array(z.string()) }),
  }),
  z.strictObject({ changed: changedSchema }),
]);

/**
 * Answers requests on a port. Malformed frames are dropped and counted, unknown calls and bad input refused; neither does harm.
 * Returns the function that pushes `changed`, and how many frames were dropped.
 */
export function serve(port: Port, handlers: Handlers, onBug: (error: unknown) => void) {
  let dropped = 0;
  port.onFrame((bytes) => {
    const frame = decodeFrame(bytes);
    const request = requestSchema.safeParse(frame?.head);
    if (!request.success) {
      dropped += 1;
      return;
    }
    const { id, call, input } = request.data;
    answer(handlers, call, input).then(
      (output) => port.send(pack(id, output)),
      (error: unknown) => {
        if (!(error instanceof HostError)) onBug(error);
        port.send(encodeFrame({ id, error: describe(error) }));
      },
    );
  });
  return {
    changed: (revisions: Changed) => port.send(encodeFrame({ changed: revisions })),
    dropped: () => dropped,
  };
}

async function answer(handlers: Handlers, call: string, input: unknown): Promise<unknown> {
  if (!Object.hasOwn(calls, call))
    throw new HostError('unknown-call', `there is no call ${JSON.stringify(call.slice(0, 64))}`, [...callNames]);
  const name = call as CallName;
  const checked = calls[name].input.safeParse(input);
  if (!checked.success)
    throw new HostError(
      'bad-input',
      `${name}: the input is not valid`,
      checked.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`),
    );
  const handler = handlers[name] as (input: unknown) => unknown;
  return handler(checked.data);
}

function pack(id: number, output: unknown): Uint8Array {
  if (isObject(output) && output['bytes'] instanceof Uint8Array) {
    const { bytes, ...rest } = output;
    return encodeFrame({ id, output: rest, bytes: true }, bytes);
  }
  return encodeFrame({ id, output: output ?? null });
}

function describe(error: unknown) {
  if (error instanceof HostError) return { code: error.code, message: error.message, details: [...error.details] };
  return { code: 'bug' as const, message: error instanceof Error ? error.message : String(error), details: [] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Calls the host over a port. Every pending call fails with `closed` when the port closes. */
export function connect(port: Port): Client {
  let next = 1;
  let changed: ((revisions: Changed) => void) | undefined;
  let closed: (() => void) | undefined;
  let open = true;
  const pending = new Map<
    number,
    { name: CallName; resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  const end = () => {
    if (!open) return;
    open = false;
    for (const { reject } of pending.values())
      reject(new HostError('closed', 'the connection to the workbench is closed'));
    pending.clear();
    closed?.();
  };
  port.onClose(end);
  port.onFrame((bytes) => {
    const frame = decodeFrame(bytes);
    const message = answerSchema.safeParse(frame?.head);
    if (!frame || !message.success) return;
    if ('changed' in message.data) {
      changed?.(message.data.changed);
      return;
    }
    const waiting = pending.get(message.data.id);
    pending.delete(message.data.id);
    if (!waiting) return;
    if ('error' in message.data) {
      const { code, message: text, details } = message.data.error;
      waiting.reject(new HostError(code, text, details));
      return;
    }
    const output =
      message.data.bytes === true ? { ...(message.data.output as object), bytes: frame.tail } : message.data.output;
    const checked = calls[waiting.name].output.safeParse(output);
    if (checked.success) waiting.resolve(checked.data as never);
    else
      waiting.reject(
        new HostError('bug', `${waiting.name}: the host answered something else than the contract says`, [
          z.prettifyError(checked.error),
        ]),
      );
  });
  return {
    call: (name, input) =>
      new Promise((resolve, reject) => {
        if (!open) {
          reject(new HostError('closed', 'the connection to the workbench is closed'));
          return;
        }
        const id = next++;
        pending.set(id, { name, resolve, reject });
        port.send(encodeFrame({ id, call: name, input }));
      }),
    onChanged: (listen) => void (changed = listen),
    onClose: (listen) => void (closed = listen),
    close: () => {
      port.close();
      end();
    },
  };
}
