// The leaves settings are made of: each carries what the form, the reference page and the schema need to know about it.
import { z } from '../schema.ts';

/** How sure we are of a default, limit or reply of the modelled product (AXIGEN). `ours`: the product has no such setting. */
export type Basis = 'observed' | 'documented' | 'assumed' | 'ours';

/** What every setting tells about itself. */
export interface About {
  /** A few words, sentence case: the label of the field. */
  readonly title: string;
  /** One or more sentences: what it does, and what happens at its limits. */
  readonly help: string;
  /** Unit of the value as shown behind the field, e.g. `s`, `KB`, `per session`. */
  readonly unit?: string;
  /** Where the default and the meaning come from: an RFC section, a product manual, or `Gatehouse`. */
  readonly source: string;
  readonly basis: Basis;
  /** True when a changed value takes effect only after its listener was bound again. */
  readonly restarts?: boolean;
  /** Of a set: the order in which it is written matters. */
  readonly ordered?: true;
  /** Values that work but deserve a warning: shown under the field. */
  readonly warn?: readonly Warning[];
}

/** A warning shown when the value matches: equal to `value`, or beyond `above` / `below`. */
export interface Warning {
  readonly value?: unknown;
  readonly above?: number;
  readonly below?: number;
  readonly text: string;
}

export type Kind = 'whole' | 'limit' | 'text' | 'lines' | 'flag' | 'choice' | 'set' | 'list' | 'record';

/** The metadata zod carries for a leaf; `kind` picks the control of the form. */
export interface Meta extends About {
  readonly kind: Kind;
  readonly options?: readonly { readonly value: string; readonly title: string; readonly help?: string }[];
  readonly min?: number;
  readonly max?: number;
  readonly placeholder?: string;
}

type Options = readonly (string | { readonly value: string; readonly title: string; readonly help?: string })[];

const named = (options: Options) => options.map((o) => (typeof o === 'string' ? { value: o, title: o } : o));

/** A whole number within [min, max]. */
export function whole(about: About & { readonly min: number; readonly max: number; readonly default: number }) {
  const { default: value, ...meta } = about;
  return z
    .number({ error: 'expected a whole number' })
    .int('expected a whole number')
    .min(about.min, `must be ${about.min} or more`)
    .max(about.max, `must be ${about.max} or less`)
    .default(value)
    .meta({ ...meta, kind: 'whole' } satisfies Meta);
}

/** A whole number within [min, max], or the word `unlimited`. */
export function limit(
  about: About & { readonly min: number; readonly max: number; readonly default: number | 'unlimited' },
) {
  const { default: value, ...meta } = about;
  const error = `expected a whole number from ${about.min} to ${about.max}, or the word unlimited`;
  return z
    .union([z.number().int().min(about.min).max(about.max), z.literal('unlimited')], { error })
    .default(value)
    .meta({ ...meta, kind: 'limit' } satisfies Meta);
}

/** One line of text; `pattern` with the sentence that explains it. */
export function text(
  about: About & {
    readonly default: string;
    readonly max?: number;
    readonly pattern?: RegExp;
    readonly expected?: string;
    readonly placeholder?: string;
  },
) {
  const { default: value, pattern, expected, ...meta } = about;
  let schema = z
    .string({ error: 'expected text' })
    .max(about.max ?? 512, `must be at most ${about.max ?? 512} characters`)
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused here
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters');
  if (pattern) schema = schema.regex(pattern, `expected ${expected ?? String(pattern)}`);
  return schema.default(value).meta({ ...meta, kind: 'text' } satisfies Meta);
}

/** Text of several lines, kept as it is. */
export function lines(about: About & { readonly default: string; readonly max?: number }) {
  const { default: value, ...meta } = about;
  return z
    .string({ error: 'expected text' })
    .max(about.max ?? 1_000_000, `must be at most ${about.max ?? 1_000_000} characters`)
    .default(value)
    .meta({ ...meta, kind: 'lines' } satisfies Meta);
}

/** On or off. */
export function flag(about: About & { readonly default: boolean }) {
  const { default: value, ...meta } = about;
  return z
    .boolean({ error: 'expected true or false' })
    .default(value)
    .meta({ ...meta, kind: 'flag' } satisfies Meta);
}

/** One of a closed list of words. */
export function choice<const T extends string>(
  about: About & {
    readonly options: readonly (T | { readonly value: T; readonly title: string; readonly help?: string })[];
    readonly default: NoInfer<T>;
  },
) {
  const { default: value, options, ...meta } = about;
  const all = named(options);
  const words = all.map((o) => o.value) as [T, ...T[]];
  return z
    .enum(words, { error: `expected one of: ${words.join(', ')}` })
    .default(value as never)
    .meta({ ...meta, options: all, kind: 'choice' } satisfies Meta);
}

/** Any of a closed list of words, in the order written, each at most once. */
export function set<const T extends string>(
  about: About & {
    readonly options: readonly (T | { readonly value: T; readonly title: string; readonly help?: string })[];
    readonly default: readonly NoInfer<T>[];
    /** What is said of a word that is no option, where there is more to say than which there are. */
    readonly unfit?: (word: unknown) => string | undefined;
  },
) {
  const { default: value, options, unfit, ...meta } = about;
  const all = named(options);
  const words = all.map((o) => o.value) as [T, ...T[]];
  const error = (issue: { readonly input?: unknown }) => unfit?.(issue.input) ?? `expected one of: ${words.join(', ')}`;
  return z
    .array(z.enum(words, { error }))
    .refine((items) => new Set(items).size === items.length, 'must name each at most once')
    .default([...value] as never)
    .meta({ ...meta, options: all, kind: 'set' } satisfies Meta);
}

/** A list of items of one shape: text items, or records. */
export function list<T extends z.ZodType>(
  item: T,
  about: About & { readonly max?: number; readonly default?: readonly z.output<T>[] },
) {
  const { default: value, ...meta } = about;
  return z
    .array(item)
    .max(about.max ?? 10_000, `must have at most ${about.max ?? 10_000} entries`)
    .default([...(value ?? [])] as never)
    .meta({ ...meta, kind: 'list' } satisfies Meta);
}

/** A strict object whose members have defaults; a typo is an error with its path. */
export function record<T extends z.ZodRawShape>(shape: T, about: About) {
  const object = z.strictObject(shape, { error: strictly });
  return object.prefault({} as never).meta({ ...about, kind: 'record' } satisfies Meta);
}

/** An item of a list: as {@link record}, but never made up when absent. */
export function item<T extends z.ZodRawShape>(shape: T, about: About) {
  return z.strictObject(shape, { error: strictly }).meta({ ...about, kind: 'record' } satisfies Meta);
}

function strictly(issue: { readonly code?: string; readonly keys?: readonly string[] }): string | undefined {
  if (issue.code === 'unrecognized_keys') return `unknown key: ${(issue.keys ?? []).join(', ')}`;
  if (issue.code === 'invalid_type') return 'expected a mapping of keys and values';
  return undefined;
}
