// Broken mechanisms: ours with one mistake each that the random logins must find.
import type { ExchangeContext, Mechanism, Step } from '../../core/sasl/mechanism.ts';
import { mechanisms } from '../../core/sasl/registry.ts';
import { said, shown } from '../../core/sasl/said.ts';
import { whenThere } from '../../core/sasl/later.ts';
import type { Subject } from './saslSubject.ts';

export interface Mutant {
  readonly mistake: string;
  /** What it says of it. */
  readonly found: RegExp;
  /** The same of logins through a session, where it shows there. */
  readonly inSession?: RegExp;
  readonly change: (mechanism: Mechanism) => Mechanism;
}

/** The same mechanism with other steps. */
const stepping =
  (change: (step: Step, input: Buffer | null, context: ExchangeContext) => Step) =>
  (mechanism: Mechanism): Mechanism => ({
    name: mechanism.name,
    start: (context) => {
      const exchange = mechanism.start(context);
      return { ...exchange, next: (input) => whenThere(exchange.next(input), (step) => change(step, input, context)) };
    },
  });

const kept: unknown[] = [];

export const mutants: readonly Mutant[] = [
  {
    mistake: 'it throws at an octet that is no ASCII',
    found: /^thrown: RangeError: not ASCII/,
    inSession: /451 |a fault/,
    change: stepping((step, input) => {
      if (input?.some((octet) => octet > 0x7f) === true) throw new RangeError('not ASCII');
      return step;
    }),
  },
  {
    mistake: 'it never ends',
    found: /^no end after/,
    inSession: /no end after/,
    change: stepping((step) => ('fail' in step ? { challenge: Buffer.from('once more') } : step)),
  },
  {
    mistake: 'it tells what it heard in the detail of a failure',
    found: /^a secret is told/,
    inSession: /a secret is told/,
    change: stepping((step, input) =>
      'fail' in step ? { ...step, detail: `${step.detail}: ${(input ?? '').toString()}` } : step,
    ),
  },
  {
    mistake: 'it tells what it heard, in hex',
    found: /^a secret is told/,
    inSession: /a secret is told/,
    change: stepping((step, input) => ({
      ...step,
      heard: said('response', input ?? Buffer.alloc(0), [shown('octets', (input ?? Buffer.alloc(0)).toString('hex'))]),
    })),
  },
  {
    mistake: 'it says back what it heard',
    found: /^(a secret is told|thrown|no end)/,
    change: stepping((step, input) => ('ok' in step && input ? { challenge: input } : step)),
  },
  {
    mistake: 'it takes a wrong proof',
    found: /^chance has logged in/,
    change: stepping((step) => ('fail' in step && step.fail === 'credentials' ? { ok: { user: 'test' } } : step)),
  },
  {
    mistake: 'it goes on after its end',
    found: /^after the end: /,
    change: (mechanism) => ({
      name: mechanism.name,
      start: (context) => {
        let exchange = mechanism.start(context);
        const next = (input: Buffer | null) =>
          whenThere(exchange.next(input), (step) => {
            if (!('challenge' in step)) exchange = mechanism.start(context);
            return step;
          });
        return { next };
      },
    }),
  },
  {
    mistake: 'it refuses a login that is right',
    found: /^a right login is refused/,
    change: stepping((step) => ('ok' in step ? { fail: 'credentials', detail: 'no' } : step)),
  },
  {
    mistake: 'it answers nothing',
    found: /^a step that is no step: nothing/,
    inSession: /451 |a fault/,
    change: stepping((step) => ('fail' in step ? ({} as Step) : step)),
  },
  {
    mistake: 'it keeps every exchange',
    found: /^\d+ exchanges are still there/,
    change: (mechanism) => ({
      name: mechanism.name,
      start: (context) => {
        const exchange = mechanism.start(context);
        kept.push(exchange);
        return exchange;
      },
    }),
  },
];

/** Our mechanisms, each with the mistake. */
export function broken({ change }: Mutant): Subject {
  return new Map([...mechanisms.values()].map((mechanism) => [mechanism.name, change(mechanism)]));
}

/** What a mutant has kept is let go of. */
export function forget(): void {
  kept.length = 0;
}
