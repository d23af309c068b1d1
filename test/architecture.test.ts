// Holds the laws of the tree: the real one obeys each, and a copy that breaks one is caught.
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from '../core/contract/schema.ts';
import { stageTable } from '../core/policy/stages.ts';
import { flag, item, list, record } from '../core/contract/settings/leaf.ts';
import { groups } from '../core/contract/settings/settings.ts';
import { unproven, type ScenarioChecks } from './architecture/checks.ts';
import { laws, type Manifest, type Tree } from './architecture/laws.ts';
import { readTree } from './architecture/sources.ts';
import { violations } from './architecture/violations.ts';
import { undescribed } from './architecture/settings.ts';
import { generated } from './tooling/generated.ts';

const root = join(import.meta.dirname, '..');

function treeAt(folder: string): Tree {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  return { ...readTree(folder), manifest, generated: generated.map(({ file }) => file) };
}

describe('the tree', () => {
  const tree = treeAt(root);

  test('was read', () => {
    for (const folder of ['core/contract/', 'core/host/', 'test/']) {
      expect(tree.sources.filter(({ path }) => path.startsWith(folder)).length).toBeGreaterThan(0);
    }
  });

  test.each(Object.entries(laws))('obeys the law of %s', (_name, law) => {
    expect(law(tree)).toEqual([]);
  });
});

describe('a copy of the tree', () => {
  let copy = '';
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'gatehouse-laws-'));
    for (const part of ['core', 'electron', 'renderer', 'test', '.ci', 'package.json']) {
      cpSync(join(root, part), join(copy, part), {
        recursive: true,
        filter: (path) => !/[\\/](node_modules|dist)$/.test(path),
      });
    }
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('covers every law', () => {
    expect(new Set(violations.map(({ law }) => law))).toEqual(new Set(Object.keys(laws)));
  });

  test.each(violations)('is caught breaking the law of $law: $what', ({ law, files, says }) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(copy, dirname(path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
    const broken = laws[law]?.(treeAt(copy)) ?? [];
    for (const path of Object.keys(files)) rmSync(join(copy, path));
    expect(broken.join('\n')).toContain(says);
  });
});

describe('a setting', () => {
  test('tells its title, help, source and basis, and its range where it is a number', () => {
    expect(Object.keys(groups).length).toBeGreaterThan(10);
    expect(undescribed(groups)).toEqual([]);
  });

  test('that does not is caught, however deep', () => {
    const about = { title: 'Title', help: 'Help.', source: 'Gatehouse', basis: 'ours' } as const;
    const member = item({ name: z.string(), on: flag({ ...about, help: ' ', default: true }) }, about);
    const wrong = { group: record({ many: list(member, about), size: z.number().default(1).meta(about) }, about) };
    expect(undescribed(wrong)).toEqual([
      'group.many[].name: no title',
      'group.many[].name: no help',
      'group.many[].name: no source',
      'group.many[].name: no basis',
      'group.many[].on: no help',
      'group.size: no range',
    ]);
  });
});

describe('a check', () => {
  test('has a scenario', () => {
    const names = new Set(Object.values(stageTable).flatMap((checks) => checks.map(({ name }) => name)));
    expect(names.size).toBeGreaterThan(0);
    expect(unproven([...names], scenarioChecks())).toEqual([]);
  });

  test('without one is caught, and so is a scenario of no check', () => {
    expect(unproven(['spf', 'flow'], [{ path: 'a.yml', checks: ['flow', 'gone'] }])).toEqual([
      'check spf has no scenario',
      'a.yml proves gone, which is no check',
    ]);
  });

  function scenarioChecks(): readonly ScenarioChecks[] {
    return globSync('scenarios/**/*.yml', { cwd: root }).map((path) => {
      const { checks = [] } = parse(readFileSync(join(root, path), 'utf8')) as { checks?: readonly string[] };
      return { path, checks };
    });
  }
});
