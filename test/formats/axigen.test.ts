// AXIGEN's files: settings come back equal but for the loss list, and what is not modelled comes back byte for byte.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from '../../core/contract/schema.ts';
import { presets } from '../../core/contract/scenario.ts';
import { presetSettings } from '../../core/contract/presets.ts';
import { defaults, settingsSchema } from '../../core/contract/settings/settings.ts';
import { type AxigenExport, exportAxigen, type Loss } from '../../core/formats/axigen.ts';
import {
  allowRows,
  denyRows,
  handshakeRow,
  listenerRows,
  logRuleRows,
  lossReasons,
  reasonFor,
  serverRows,
  variableRows,
} from '../../core/formats/axigen.table.ts';
import { isMapping, itemOf, metaOf, schemaAt, shapeOf } from '../../core/formats/settingsTree.ts';
import { again } from './axigenRoundTrip.ts';
import { anySettings } from './settingsArbitrary.ts';
import './seed.ts';

type Leaves = Record<string, unknown>;
const leaves = (value: unknown, path = ''): Leaves => {
  if (!isMapping(value) && !Array.isArray(value)) return { [path]: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`)),
  );
};

/** The settings without what an export said it leaves out, item by item and leaf by leaf. */
const without = (settings: unknown, losses: readonly Loss[], path = ''): unknown => {
  if (Array.isArray(settings)) {
    return settings.flatMap((item, n) => {
      const at = `${path}.${n}`;
      return losses.some((loss) => loss.path === at) ? [] : [without(item, losses, at)];
    });
  }
  if (!isMapping(settings)) return settings;
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, inner]) => {
      const at = path === '' ? key : `${path}.${key}`;
      return at === 'carried' || losses.some((loss) => loss.path === at) ? [] : [[key, without(inner, losses, at)]];
    }),
  );
};

/** The loss list with the numbers that items have after import: those left out before them are gone. */
const renumbered = (losses: readonly Loss[]): readonly Loss[] => {
  const gone = losses.filter(({ path }) => /(listeners|allow|deny)\.\d+$/.test(path)).map(({ path }) => path);
  const number = (path: string): string =>
    path.replaceAll(/(?<=(?:^|\.)(?:listeners|allow|deny))\.(\d+)/g, (_, n: string, at: number) => {
      const before = path.slice(0, at);
      return `.${Number(n) - gone.filter((one) => one.startsWith(`${before}.`) && /^\d+$/.test(one.slice(before.length + 1)) && Number(one.slice(before.length + 1)) < Number(n)).length}`;
    });
  return losses.filter(({ path }) => !gone.includes(path)).map((loss) => ({ ...loss, path: number(loss.path) }));
};

/** Every leaf of the schema, with `*` for items of lists. */
const leafPaths = (schema: z.core.$ZodType, path = ''): readonly string[] => {
  const shape = shapeOf(schema);
  const item = itemOf(schema);
  if (shape !== undefined) {
    return Object.entries(shape).flatMap(([key, inner]) => leafPaths(inner, path === '' ? key : `${path}.${key}`));
  }
  return item !== undefined && shapeOf(item) !== undefined ? leafPaths(item, `${path}.*`) : [path];
};

describe('export, then import', () => {
  it('gives equal settings for everything that is not on the loss list', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const exported = exportAxigen(settings);
        const back = again(exported);
        expect(without(back.settings, renumbered(exported.losses))).toEqual(without(settings, exported.losses));
        expect(back.settings.carried).toEqual({ axigenCfg: '', smtpFilters: '' });
        for (const { why } of exported.losses) expect(why).toMatch(/\w{3,}/);
      }),
      { numRuns: 400 },
    );
  }, 120_000);

  it('loses nothing it has a place for', () => {
    const ipSets = ['192.0.2.1', '192.0.2.0/24', '10.0.0.1-10.0.0.9', '10.0.0.0/255.0.0.0', '2001:db8::/32'];
    const rules = fc
      .array(fc.record({ ipSet: fc.constantFrom(...ipSets), priority: fc.nat(65_535), enable: fc.boolean() }))
      .map((all) => all.filter((rule, n) => all.findIndex((one) => one.ipSet === rule.ipSet) === n));
    const names = [...serverRows, ...logRuleRows, ...variableRows].map((row) => row.setting);
    fc.assert(
      fc.property(
        anySettings,
        rules,
        rules,
        fc.constantFrom('service', 'allow', 'deny'),
        (random, allow, deny, last) => {
          const settings = settingsSchema.parse({
            ...defaults,
            errors: { maxErrors: random.errors.maxErrors, maxAuthErrors: random.errors.maxAuthErrors },
            loops: { maxReceivedHeaders: random.loops.maxReceivedHeaders },
            flow: { service: { ...random.flow.service, answer: undefined } },
            logging: { ...random.logging, events: undefined },
            acceptance: {
              maxDataSize: random.acceptance.maxDataSize,
              maxRcptCount: random.acceptance.maxRcptCount,
              banner: 'mail "gate" #1',
            },
            access: { allow, deny, last: last === 'service' ? 'allow' : last },
            listeners: [
              {
                name: 'submission',
                role: 'submission',
                address: '192.0.2.1:587',
                idleTimeout: 77,
                certificate: { certFile: '/etc/mail.pem' },
              },
              { name: 'mx', address: '[::]:25', enable: false, access: { allow: deny, deny: allow, last } },
              { name: 'submissions', role: 'submissions', address: '0.0.0.0:465', tls: 'implicit' },
            ],
          });
          const lost = exportAxigen(settings).losses.map((loss) => loss.path);
          const unlimited = lost.filter((path) => /^errors\.max/.test(path));
          for (const path of unlimited) expect(leaves(settings)[path]).toBe(0);
          expect(lost.filter((path) => !unlimited.includes(path))).toEqual([]);
          expect(names).toEqual(expect.arrayContaining(['errors.maxErrors', 'logging.fileSize', 'acceptance.banner']));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('loses of the presets only what has no place', () => {
    const paths = new Set(
      presets.flatMap((preset) => exportAxigen(presetSettings(preset)).losses.map(({ path }) => path)),
    );
    const modelled = [...serverRows, ...variableRows, ...logRuleRows].map((row) => row.setting);
    expect(modelled.filter((setting) => paths.has(setting))).toEqual([]);
    expect([...paths].filter((path) => listenerRows.some((row) => path.endsWith(`.${row.setting}`)))).toEqual([]);
  });
});

describe('the table', () => {
  it('names settings that exist, and gives every other setting a reason', () => {
    const rows = [...serverRows, ...variableRows, ...logRuleRows];
    for (const { setting } of rows)
      expect(metaOf(schemaAt(settingsSchema, setting.split('.'))).title, setting).toBeTypeOf('string');
    for (const { setting } of listenerRows) {
      expect(metaOf(schemaAt(settingsSchema, ['listeners', '*', ...setting.split('.')])).title, setting).toBeTypeOf(
        'string',
      );
    }
    expect(new Set(lossReasons.map(([pattern]) => pattern)).size).toBe(lossReasons.length);
    const modelled = new Set([
      ...rows.map((row) => row.setting),
      ...[...listenerRows, handshakeRow].map((row) => `listeners.*.${row.setting}`),
      ...allowRows.flatMap(({ setting }) =>
        ['access', 'listeners.*.access'].map((layer) => `${layer}.allow.*.${setting}`),
      ),
      ...denyRows.flatMap(({ setting }) =>
        ['access', 'listeners.*.access'].map((layer) => `${layer}.deny.*.${setting}`),
      ),
      ...['access.last', 'listeners.*.access.last'],
    ]);
    const missing = leafPaths(settingsSchema).filter(
      (path) =>
        !modelled.has(path) && !path.startsWith('carried.') && reasonFor(path.replaceAll('*', '0')) === undefined,
    );
    expect(missing, 'settings that need a row in axigen.table.ts, or a reason why they have none').toEqual([]);
  });

  it('writes each modelled leaf in one line', () => {
    const before = exportAxigen(defaults).files;
    const change: Readonly<Record<string, unknown>> = {
      'loops.maxReceivedHeaders': 77,
      'errors.maxErrors': 'unlimited',
      'logging.rotatePeriod': 'week',
      'acceptance.banner': 'hello',
      'authentication.localDelivery': 'auth',
    };
    for (const [path, value] of Object.entries(change)) {
      const [group = '', key = ''] = path.split('.');
      const settings = settingsSchema.parse({
        ...defaults,
        [group]: { ...(defaults as Record<string, object>)[group], [key]: value },
      });
      const after = exportAxigen(settings);
      expect(after.losses).toEqual([]);
      const lines = (files: AxigenExport['files']): readonly string[] => Object.values(files).join('\n').split('\n');
      const fresh = lines(after.files).filter((line) => !lines(before).includes(line));
      expect(fresh, path).toHaveLength(path.startsWith('loops') ? 2 : 1);
    }
  });
});
