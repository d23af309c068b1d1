// The helper's side of the talk: calls in, answers out, and every context and credential it holds until it is told to close.
import { assertNever } from '../../contract/never.ts';
import type { GssFailure, GssLibrary, Handle } from './library.ts';
import { type Answer, type Call, maxContexts, type Unable } from './messages.ts';

/** What is known of one context: without a handle while it had no token. */
interface Held {
  readonly credentials: Handle;
  readonly handle: Handle | null;
}

type Body = Answer extends infer A ? (A extends Answer ? Omit<A, 'n'> : never) : never;

const failed = ({ failed: why, ours }: GssFailure): Body => ({ is: 'failed', failed: why, ours });
const ours = (why: string): Body => ({ is: 'failed', failed: why, ours: true });

/** Answers calls with the library, or with why there is none. */
export class Desk {
  readonly #library: GssLibrary | Unable;
  readonly #held = new Map<number, Held>();

  constructor(library: GssLibrary | Unable) {
    this.#library = library;
  }

  /** Undefined where nothing is to be said: a context was closed. */
  answer(call: Call): Answer | undefined {
    if (call.do === 'close') {
      this.#close(call.context);
      return undefined;
    }
    const library = this.#library;
    const body: Body = 'kind' in library ? { is: 'unable', unable: library } : this.#body(library, call);
    return { n: call.n, ...body };
  }

  #body(library: GssLibrary, call: Exclude<Call, { do: 'close' }>): Body {
    switch (call.do) {
      case 'keys':
        return tried(library, library.acquireKeys(call), (detail) => ({ kind: keyProblem(detail), detail }));
      case 'ticket':
        return tried(library, library.acquireTicket(), (detail) => ({ kind: 'no-ticket', detail }));
      case 'accept':
        return this.#accept(library, call);
      case 'initiate':
        return this.#initiate(library, call);
      case 'wrap':
      case 'unwrap': {
        const handle = this.#held.get(call.context)?.handle ?? undefined;
        if (handle === undefined) return ours('there is no such context');
        const said = library[call.do](handle, call.bytes);
        return said instanceof Uint8Array ? { is: 'bytes', bytes: said } : failed(said);
      }
      default:
        return assertNever(call);
    }
  }

  #accept(library: GssLibrary, call: Extract<Call, { do: 'accept' }>): Body {
    const held = this.#begun(call.context, () => library.acquireKeys(call));
    if ('is' in held) return held;
    const said = library.accept(held.handle, held.credentials, call.token);
    if ('failed' in said) return this.#lost(call.context, said);
    this.#held.set(call.context, { ...held, handle: said.context });
    if (!said.done) return { is: 'token', token: said.token, done: false };
    const names = library.names(said.context);
    if ('failed' in names) return failed(names);
    return { is: 'token', token: said.token, done: true, ...names };
  }

  #initiate(library: GssLibrary, call: Extract<Call, { do: 'initiate' }>): Body {
    const held = this.#begun(call.context, () => library.acquireTicket());
    if ('is' in held) return held;
    const from = { credentials: held.credentials, target: call.target };
    const said = library.initiate(held.handle, from, call.token);
    if ('failed' in said) return this.#lost(call.context, said);
    this.#held.set(call.context, { ...held, handle: said.context });
    return { is: 'token', token: said.token, done: said.done };
  }

  /** The library has given up the context itself; its credentials are still ours. */
  #lost(context: number, failure: GssFailure): Body {
    const held = this.#held.get(context);
    if (held) this.#held.set(context, { ...held, handle: null });
    this.#close(context);
    return failed(failure);
  }

  #begun(context: number, acquire: () => { readonly credentials: Handle } | GssFailure): Held | Body {
    const known = this.#held.get(context);
    if (known) return known;
    if (this.#held.size >= maxContexts) return ours(`${maxContexts} contexts are open already`);
    const acquired = acquire();
    if ('failed' in acquired) return failed(acquired);
    const held = { credentials: acquired.credentials, handle: null };
    this.#held.set(context, held);
    return held;
  }

  #close(context: number): void {
    const held = this.#held.get(context);
    this.#held.delete(context);
    if (held === undefined || 'kind' in this.#library) return;
    if (held.handle !== null) this.#library.releaseContext(held.handle);
    this.#library.releaseCredentials(held.credentials);
  }
}

function tried(
  library: GssLibrary,
  acquired: { readonly credentials: Handle } | GssFailure,
  unable: (detail: string) => Unable,
): Body {
  if ('failed' in acquired) return { is: 'unable', unable: unable(acquired.failed) };
  library.releaseCredentials(acquired.credentials);
  return { is: 'fine' };
}

/** The library says both in words alone: "Key table file 'F' not found", "No key table entry found matching smtp/@". */
const keyProblem = (detail: string): Unable['kind'] =>
  /entry|principal|matching/i.test(detail) ? 'no-key' : 'no-keytab';
