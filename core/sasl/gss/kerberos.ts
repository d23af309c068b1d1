// Kerberos by the system's library in a helper process: both sides of a security context, and why there is none, in words.
import { isAbsolute, join } from 'node:path';
import { assertNever } from '../../contract/never.ts';
import type { World } from '../../world/world.ts';
import type { Kerberos, KerberosClient, KerberosFailure, KerberosKeys } from '../kerberos.ts';
import { Helper, type SpawnHelper } from './calling.ts';
import type { Answer, Unable } from './messages.ts';

export interface KerberosOptions {
  readonly spawn: SpawnHelper;
  readonly world: Pick<World, 'after' | 'elapsed'>;
  /** Where a keytab that is no absolute path is looked for. */
  readonly folder: string;
}

/** Accepting reads files and asks nobody; initiating may ask key distribution centres that do not answer. */
const acceptMs = 5000;
const initiateMs = 20_000;

/** Ends the helper, if one was started. */
export interface Closing {
  close(): void;
}

/** Nothing is started before the first call. One helper serves every keytab: each context has keys of its own. */
export function kerberosOf({ spawn, world, folder }: KerberosOptions): Kerberos & Closing {
  const helper = new Helper({ spawn, world, patienceMs: acceptMs });
  const placed = ({ keytab, service }: KerberosKeys): KerberosKeys => {
    const isPlaced = keytab === '' || isAbsolute(keytab) || /^[A-Z]+:/.test(keytab);
    return { service, keytab: isPlaced ? keytab : join(folder, keytab) };
  };
  let contexts = 0;
  return {
    problem: async (keys) => {
      const asked = placed(keys);
      const answer = await helper.ask({ do: 'keys', ...asked });
      return answer.is === 'fine' ? undefined : inWords(answer, asked);
    },
    open: (keys) => {
      const context = ++contexts;
      const calls = new Calls(helper, context);
      return {
        ...calls.wrapping,
        accept: async (token) => tokenOf(await calls.ask({ do: 'accept', context, ...placed(keys), token })),
      };
    },
    close: () => helper.close(),
  };
}

/** The client's side, with a helper of its own: no slow key distribution centre may hold up those that log in here. */
export function kerberosClientOf({ spawn, world }: Omit<KerberosOptions, 'folder'>): KerberosClient & Closing {
  const helper = new Helper({ spawn, world, patienceMs: initiateMs });
  let contexts = 0;
  return {
    problem: async () => {
      const answer = await helper.ask({ do: 'ticket' });
      return answer.is === 'fine' ? undefined : inWords(answer);
    },
    begin: (target) => {
      const context = ++contexts;
      const calls = new Calls(helper, context);
      return {
        ...calls.wrapping,
        initiate: async (token) => tokenOf(await calls.ask({ do: 'initiate', context, target, token })),
      };
    },
    close: () => helper.close(),
  };
}

/** The calls about one context: they fail once its helper is another one. */
class Calls {
  readonly #helper: Helper;
  readonly #context: number;
  #generation: number | undefined;

  constructor(helper: Helper, context: number) {
    this.#helper = helper;
    this.#context = context;
  }

  readonly wrapping = {
    wrap: async (bytes: Uint8Array) => bytesOf(await this.ask({ do: 'wrap', context: this.#context, bytes })),
    unwrap: async (bytes: Uint8Array) => bytesOf(await this.ask({ do: 'unwrap', context: this.#context, bytes })),
    close: () => {
      if (this.#generation === this.#helper.generation) this.#helper.tell({ do: 'close', context: this.#context });
    },
  };

  async ask(call: Parameters<Helper['ask']>[0]): Promise<Answer> {
    const helper = this.#helper;
    const gone = { n: 0, is: 'failed', failed: 'the Kerberos helper was started anew meanwhile', ours: true } as const;
    if (this.#generation !== undefined && this.#generation !== helper.generation) return gone;
    const asked = helper.ask(call);
    this.#generation ??= helper.generation;
    return asked;
  }
}

function tokenOf(answer: Answer): Omit<Extract<Answer, { is: 'token' }>, 'n' | 'is'> | KerberosFailure {
  return answer.is === 'token' ? answer : failureOf(answer);
}

function bytesOf(answer: Answer): Uint8Array | KerberosFailure {
  return answer.is === 'bytes' ? answer.bytes : failureOf(answer);
}

function failureOf(answer: Answer): KerberosFailure {
  if (answer.is === 'failed') return { failed: answer.failed, ours: answer.ours };
  return { failed: inWords(answer), ours: true };
}

/** What is wrong, and what a person can do about it. */
function inWords(answer: Answer, keys?: KerberosKeys): string {
  if (answer.is === 'failed') return answer.failed;
  if (answer.is !== 'unable') return `the Kerberos helper answered ${answer.is} to another question`;
  return unableInWords(answer.unable, keys);
}

function unableInWords({ kind, detail }: Unable, { keytab, service }: KerberosKeys = { keytab: '', service: 'smtp' }) {
  const file = keytab === '' ? 'the system’s keytab' : keytab;
  const into = keytab === '' ? '' : `-k ${keytab} `;
  switch (kind) {
    case 'platform':
      return `GSSAPI needs the library of MIT Kerberos, which is not used on ${detail}: start Gatehouse on Linux or FreeBSD for it`;
    case 'koffi':
      return `the package koffi, which calls Kerberos’ library, cannot be loaded on this machine (${detail}): npm install --include=optional`;
    case 'library':
      return `the library of MIT Kerberos is not installed (${detail}): apt-get install libgssapi-krb5-2, or dnf install krb5-libs`;
    case 'no-keytab':
      return `${file} cannot be used (${detail}): name another one (authentication.gssapi.keytab), or make it with kadmin: ktadd ${into}${service}/HOST`;
    case 'no-key':
      return `${file} has no key for ${service} (${detail}): kadmin: addprinc -randkey ${service}/HOST, then ktadd ${into}${service}/HOST`;
    case 'no-ticket':
      return `there is no Kerberos ticket (${detail}): kinit first`;
    default:
      return assertNever(kind);
  }
}
