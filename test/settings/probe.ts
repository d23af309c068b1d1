// What a probe of a setting is: settings around it, values for it, and what each value leads to in the world outside.
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { type Lab, openLab } from './lab.ts';

/** A value, and what a client or an administrator then observes. */
export interface Case {
  readonly value: unknown;
  readonly sees: unknown;
}

export interface Probe {
  readonly cases: readonly Case[];
  /** Complete settings in, an observation out; whatever was opened is closed again. */
  readonly observe: (settings: SettingsInput) => Promise<unknown>;
  /** The settings around the probed one. */
  readonly given: SettingsInput;
}

/** Probes by the dotted path of their leaf. */
export type Probes = Readonly<Record<string, Probe>>;

/** A listener in clear on a free port; most probes need no more. */
export const mx = { name: 'mx', role: 'mx', address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: 'clear' } as const;

/** A probe that looks at a running receiver; `sees` by value, in the order of [value, sees] pairs. */
export function seen(
  cases: readonly (readonly [value: unknown, sees: unknown])[],
  look: (lab: Lab) => Promise<unknown>,
  given: SettingsInput = {},
): Probe {
  return {
    cases: cases.map(([value, sees]) => ({ value, sees })),
    given: { listeners: [mx], ...given },
    observe: async (settings) => {
      const lab = await openLab(settings);
      try {
        return await look(lab);
      } finally {
        await lab.close();
      }
    },
  };
}
