// All settings: one group each, in the order of the window; the single source of defaults, forms, schema and exports.
import { z } from '../schema.ts';
import { acceptance } from './acceptance.ts';
import { access } from './access.ts';
import { authentication } from './authentication.ts';
import { dns } from './dns.ts';
import { domains } from './domains.ts';
import { errors } from './errors.ts';
import { faults } from './faults.ts';
import { flow } from './flow.ts';
import { lines, record } from './leaf.ts';
import { loops } from './loops.ts';
import { listeners } from './listeners.ts';
import { protection } from './protection.ts';
import { sender } from './sender.ts';
import { logging, queue } from './storage.ts';
import { strictness } from './strictness.ts';
import { workers } from './workers.ts';

const carried = record(
  {
    axigenCfg: lines({
      title: 'axigen.cfg',
      help: 'The imported file as it was. Export starts from it and changes only what is modelled here.',
      source: 'Gatehouse',
      basis: 'ours',
      default: '',
      max: 4_000_000,
    }),
    smtpFilters: lines({
      title: 'smtpFilters.script',
      help: 'The imported script as it was. Export starts from it and changes only what is modelled here.',
      source: 'Gatehouse',
      basis: 'ours',
      default: '',
      max: 4_000_000,
    }),
  },
  {
    title: 'Carried',
    help: 'What an import brought that is not modelled, kept so that an export gives it back untouched. It changes nothing here.',
    source: 'Gatehouse',
    basis: 'ours',
  },
);

/** The groups in the order of the window's list. */
export const groups = {
  listeners,
  domains,
  access,
  flow,
  protection,
  authentication,
  acceptance,
  sender,
  loops,
  errors,
  strictness,
  dns,
  workers,
  queue,
  logging,
  faults,
  carried,
} as const;

export type Group = keyof typeof groups;

export const settingsSchema = z.strictObject(groups, {
  error: (issue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown group: ${((issue as { keys?: string[] }).keys ?? []).join(', ')}`
      : 'expected a mapping of setting groups',
});

/** A complete, valid configuration; immutable: saving makes a new one. */
export type Settings = z.output<typeof settingsSchema>;
/** What a person writes: everything may be left out. */
export type SettingsInput = z.input<typeof settingsSchema>;

/** The configuration of a fresh workspace. */
export const defaults: Settings = settingsSchema.parse({});
