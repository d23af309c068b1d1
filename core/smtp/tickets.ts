// Whether a receiver can accept tickets: asked with its settings, and again for as long as something keeps them away.
import type { Settings } from '../contract/settings/settings.ts';
import type { Kerberos } from '../sasl/kerberos.ts';
import type { Timer, World } from '../world/world.ts';
import { kerberosProblem } from './gssapiOffer.ts';

/** No sooner than a helper that breaks again and again is started anew. */
const againMs = 30_000;

export interface TicketsOptions {
  readonly world: Pick<World, 'after'>;
  /** Absent where this host has none. */
  readonly kerberos: Kerberos | undefined;
  /** Runs it when nothing else changes the receiver. */
  readonly inTurn: (work: () => Promise<void>) => void;
  /** The problem is another one, or gone. */
  readonly onChange: () => void;
}

export class Tickets {
  readonly #options: TicketsOptions;
  #problem: string | undefined;
  #again: Timer | undefined;

  constructor(options: TicketsOptions) {
    this.#options = options;
  }

  /** Why tickets cannot be accepted with the settings asked about last. */
  get problem(): string | undefined {
    return this.#problem;
  }

  async ask(settings: Settings): Promise<void> {
    this.#problem = await kerberosProblem(this.#options.kerberos, settings);
  }

  /** What keeps tickets away may pass: a helper that broke is started again, an administrator adds the key. */
  watch(settings: Settings): void {
    this.rest();
    const { world, kerberos, inTurn, onChange } = this.#options;
    if (!kerberos || this.#problem === undefined) return;
    const again = world.after(againMs, () =>
      inTurn(async () => {
        if (this.#again !== again) return;
        const before = this.#problem;
        await this.ask(settings);
        this.watch(settings);
        if (this.#problem !== before) onChange();
      }),
    );
    this.#again = again;
  }

  /** Asks no more. */
  rest(): void {
    this.#again?.cancel();
    this.#again = undefined;
  }
}
