// If a setting exists, changing it changes behaviour: every leaf has a probe, and every probe sees what the help promises.
import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../core/contract/settings/settings.ts';
import { leaves, type Leaf, withValue } from './settings/leaves.ts';
import { probes } from './settings/probes.ts';

describe('the settings', () => {
  test('have a probe each, and no probe is for a setting there is not', () => {
    expect(Object.keys(probes).sort()).toEqual(leaves.map(({ path }) => path).sort());
  });

  test.each(leaves)('$path: its probe tries what there is to try', (leaf) => {
    const cases = probes[leaf.path]?.cases ?? [];
    expect(
      missing(
        leaf,
        cases.map(({ value }) => value),
      ),
    ).toEqual([]);
    const observations = cases.map(({ sees }) => JSON.stringify(sees));
    expect(new Set(observations).size, 'two values lead to the same').toBe(cases.length);
  });
});

/** The values a probe must try and does not. */
function missing({ kind, options }: Leaf, tried: readonly unknown[]): unknown[] {
  switch (kind) {
    case 'flag':
      return [true, false].filter((value) => !tried.includes(value));
    case 'choice':
      return options.filter((value) => !tried.includes(value));
    case 'set':
      return options.filter((value) => !tried.some((list) => (list as unknown[]).includes(value)));
    case 'limit':
      return tried.includes('unlimited') && tried.length > 2 ? [] : ['unlimited and two numbers'];
    default:
      return tried.length > 1 ? [] : ['two values'];
  }
}

describe('a changed setting is felt:', () => {
  for (const [path, probe] of Object.entries(probes)) {
    test.each(probe.cases)(`${path} = $value`, async ({ value, sees }) => {
      const settings = withValue(probe.given, path, value);
      expect(settingsSchema.safeParse(settings).error?.issues ?? []).toEqual([]);
      expect(await probe.observe(settings)).toEqual(sees);
    });
  }
});
