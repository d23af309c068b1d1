// What the host and its Kerberos helper say to each other; either end believes nothing it has not looked at.

/** Most octets of a token or a wrapped message: a ticket of a big directory has some 48 KB. */
export const maxToken = 65_536;

/** Contexts at once; one more is refused. */
export const maxContexts = 4096;

/** `n` counts calls and answers; `context` is named by the host and made by its first token. */
export type Call =
  /** Whether contexts can be accepted: answered with `unable` where they cannot. */
  | { readonly n: number; readonly do: 'keys'; readonly keytab: string; readonly service: string }
  /** Whether there is a ticket to begin contexts with. */
  | { readonly n: number; readonly do: 'ticket' }
  | {
      readonly n: number;
      readonly do: 'accept';
      readonly context: number;
      readonly keytab: string;
      readonly service: string;
      readonly token: Uint8Array;
    }
  /** `target`: service@host. */
  | {
      readonly n: number;
      readonly do: 'initiate';
      readonly context: number;
      readonly target: string;
      readonly token: Uint8Array;
    }
  | { readonly n: number; readonly do: 'wrap' | 'unwrap'; readonly context: number; readonly bytes: Uint8Array }
  | { readonly n: number; readonly do: 'close'; readonly context: number };

/** Why the library cannot be used at all, or for this; `kind` says what a person can do about it. */
export type Unable = {
  readonly kind: 'platform' | 'koffi' | 'library' | 'no-keytab' | 'no-key' | 'no-ticket';
  readonly detail: string;
};

export type Answer = { readonly n: number } & (
  | { readonly is: 'fine' }
  | { readonly is: 'unable'; readonly unable: Unable }
  | {
      readonly is: 'token';
      readonly token: Uint8Array;
      readonly done: boolean;
      readonly principal?: string;
      readonly realm?: string;
    }
  | { readonly is: 'bytes'; readonly bytes: Uint8Array }
  | { readonly is: 'failed'; readonly failed: string; readonly ours: boolean }
);

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array && value.length <= maxToken;
const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && isNumber((value as Fields)['n']) ? (value as Fields) : undefined;

/** Undefined for what is no call. */
export function readCall(value: unknown): Call | undefined {
  const f = fieldsOf(value);
  if (f === undefined) return undefined;
  const { keytab, service, context, token, bytes, target } = f;
  const isKeys = isText(keytab, 8192) && isText(service, 256);
  const isRight = (): boolean => {
    switch (f['do']) {
      case 'keys':
        return isKeys;
      case 'ticket':
        return true;
      case 'accept':
        return isKeys && isNumber(context) && isBytes(token);
      case 'initiate':
        return isText(target, 1024) && isNumber(context) && isBytes(token);
      case 'wrap':
      case 'unwrap':
        return isNumber(context) && isBytes(bytes);
      case 'close':
        return isNumber(context);
      default:
        return false;
    }
  };
  return isRight() ? (value as Call) : undefined;
}

const unableKinds = ['platform', 'koffi', 'library', 'no-keytab', 'no-key', 'no-ticket'];

/** Undefined for what is no answer. */
export function readAnswer(value: unknown): Answer | undefined {
  const f = fieldsOf(value);
  if (f === undefined) return undefined;
  const { unable, token, done, principal, realm, bytes, failed, ours } = f;
  const isAbsentOrText = (one: unknown) => one === undefined || isText(one, 8192);
  const isRight = (): boolean => {
    switch (f['is']) {
      case 'fine':
        return true;
      case 'unable': {
        const { kind, detail } = (unable ?? {}) as Fields;
        return unableKinds.includes(kind as string) && isText(detail, 8192);
      }
      case 'token':
        return isBytes(token) && typeof done === 'boolean' && isAbsentOrText(principal) && isAbsentOrText(realm);
      case 'bytes':
        return isBytes(bytes);
      case 'failed':
        return isText(failed, 8192) && typeof ours === 'boolean';
      default:
        return false;
    }
  };
  return isRight() ? (value as Answer) : undefined;
}
