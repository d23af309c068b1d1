// The person's configuration: one YAML text and the settings it stands for, changed only by a valid draft.
import type { Checked, Problem, SettingsState } from '../contract/calls.ts';
import { HostError } from '../contract/rpc.ts';
import { defaults, type Settings, settingsSchema } from '../contract/settings/settings.ts';
import { type FileProblem, withRemedy } from '../formats/problem.ts';
import { freshYaml } from '../formats/yaml.ts';
import { keptYaml } from '../formats/yamlKeep.ts';
import { readConfiguration } from './reading.ts';

/** What a window sends: its text, or the values of its form. */
export type Draft =
  | { readonly yaml: string }
  | { readonly settings: Readonly<Record<string, unknown>>; readonly over?: string | undefined };

export interface ConfigurationOptions {
  readonly yaml: string;
  /** The name problems are told under. */
  readonly file: string;
  /** A configuration given with --config: changes live in memory only. */
  readonly readOnly: boolean;
  /** Keeps a changed text; not called when read-only. */
  save(yaml: string): Promise<void>;
  /** Names of the listeners that would be bound anew. */
  restarts(before: Settings, after: Settings): string[];
}

type Read = { readonly yaml: string; readonly settings: Settings } | { readonly problems: Problem[] };

export class Configuration {
  #state: SettingsState;
  readonly #options: ConfigurationOptions;
  /** What was wrong with the text it began with; the defaults are used then, and the text is kept. */
  readonly problems: readonly FileProblem[];

  constructor(options: ConfigurationOptions) {
    this.#options = options;
    const read = readConfiguration(options.yaml, options.file);
    this.problems = 'errors' in read ? read.errors : [];
    this.#state = {
      yaml: options.yaml,
      settings: 'errors' in read ? defaults : read.value,
      revision: 1,
      readOnly: options.readOnly,
    };
  }

  get state(): SettingsState {
    return this.#state;
  }

  get settings(): Settings {
    return this.#state.settings;
  }

  /** Says what is wrong with a draft, or how it would be saved and which listeners would be bound anew. */
  check(draft: Draft): Checked {
    const read = this.#read(draft);
    if ('problems' in read) return { problems: read.problems, restarts: [] };
    const restarts = this.#options.restarts(this.settings, read.settings);
    return { problems: [], yaml: read.yaml, settings: read.settings, restarts };
  }

  /** Takes a draft over, or says what is wrong with it and changes nothing. Throws `conflict` when it was made from another revision. */
  async take(draft: Draft, revision: number): Promise<{ readonly problems: Problem[] }> {
    if (revision !== this.#state.revision)
      throw new HostError('conflict', 'the settings have changed since this draft was begun', [
        'nothing was applied; look at the differences and apply again',
      ]);
    const read = this.#read(draft);
    if ('problems' in read) return read;
    if (!this.#options.readOnly) await this.#options.save(read.yaml);
    this.#state = { ...this.#state, yaml: read.yaml, settings: read.settings, revision: revision + 1 };
    return { problems: [] };
  }

  #read(draft: Draft): Read {
    if ('yaml' in draft) {
      const read = readConfiguration(draft.yaml, this.#options.file);
      if ('errors' in read) return { problems: read.errors.map(withRemedy) };
      return { yaml: draft.yaml, settings: read.value };
    }
    const parsed = settingsSchema.safeParse(draft.settings);
    if (!parsed.success)
      return { problems: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })) };
    const yaml = keptYaml(draft.over ?? this.#state.yaml, parsed.data) ?? freshYaml(parsed.data);
    const read = readConfiguration(yaml, this.#options.file);
    return 'errors' in read ? { problems: read.errors.map(withRemedy) } : { yaml, settings: parsed.data };
  }
}
