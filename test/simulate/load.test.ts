// Scenario files: what is read from them, and how each mistake is told with its place and its remedy.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemText } from '../../core/formats/problem.ts';
import { idOf, loadScenarios, scenarioOf, tasksOf } from '../../core/simulate/load.ts';
import { defaults } from '../../core/contract/settings/settings.ts';

const good = `title: Talking nonsense
row: CMD-01
kind: attack
role: mx
about: A client that talks nonsense, again and again.
knobs: [errors.maxErrors]
checks: [wrong-commands]
settings:
  domains: { local: [{ name: example.com, accept: any }] }
talk:
  - hear: 220
  - say: 'FOO\\t1'
  - expect: 500
presets:
  hardened-mx: held
  weak:
    outcome: breached
    gained: Nobody stops the client from talking on.
`;

const problemsOf = (yaml: string) => scenarioOf(yaml, 'a.yml', 'theme/a').problems.map(problemText);
const changed = (from: string, to: string) => {
  expect(good).toContain(from);
  return problemsOf(good.replace(from, to));
};

test('a number that is out of range is not told to become text', () => {
  const [problem] = problemsOf(`${good}population: { clients: 5001 }\n`);
  expect(problem).toMatch(/population\.clients: .*<=5000\. Correct the value$/);
  expect(changed('about: A client that talks nonsense, again and again.', 'about: 12')[0]).toMatch(/meant as text$/);
});

test('a good file gives its scenario', () => {
  const { scenario, theme, problems } = scenarioOf(good, 'a.yml', 'theme/a');
  expect(problems).toEqual([]);
  expect(theme).toBe('theme');
  expect(scenario?.talk).toEqual([{ hear: 220 }, { say: 'FOO\\t1' }, { expect: 500 }]);
});

describe('a mistake is told with file, line, column and remedy:', () => {
  test('a step that does not exist', () => {
    expect(changed("say: 'FOO\\t1'", 'sya: FOO')).toEqual([
      'a.yml:12:5: talk.1.sya: unknown key "sya". Did you mean say?',
    ]);
  });

  test('a key that does not exist', () => {
    expect(changed('knobs:', 'knob:')[1]).toMatch(/^a\.yml:6:1: knob: unknown key "knob"\. Did you mean knobs\?/);
  });

  test('YAML that is none', () => {
    expect(changed('[errors.maxErrors]', '[errors.maxErrors')[0]).toMatch(/^a\.yml:7:/);
  });

  test('a knob that is no setting', () => {
    expect(changed('[errors.maxErrors]', '[errors.maxEror]')).toEqual([
      'a.yml:6:9: knobs.0: no setting errors.maxEror. Write the path of a setting, list positions left out',
    ]);
  });

  test('settings that set a knob', () => {
    expect(changed('[errors.maxErrors]', '[domains.local.accept]')).toEqual([
      'a.yml:9:3: settings: sets domains.local.accept, which is one of its knobs. Only the base sets a knob: remove it from settings, or from knobs',
    ]);
  });

  test('settings that are not right', () => {
    expect(changed('accept: any', 'accept: some')[0]).toMatch(
      /^a\.yml:9:3: settings: under hardened-mx: settings\.domains\.local\.0\.accept: expected one of/,
    );
  });

  test('an escape that does not exist', () => {
    expect(changed('FOO\\t1', 'FOO\\q')).toEqual([
      'a.yml:12:10: talk.1.say: unknown escape \\q at character 4: write \\r \\n \\t \\0 \\\\ or \\xHH. A backslash itself is written \\\\',
    ]);
  });

  test.each([
    ["{ connect: { first: ['ok', '\\q'] } }", 'talk.1.connect.first'],
    ["{ connect: { proxy: '\\q' } }", 'talk.1.connect.proxy'],
    ["{ connect: { tls: { hello: { bytes: '\\q' } } } }", 'talk.1.connect.tls.hello.bytes'],
    ["{ starttls: { hello: { bytes: '\\q' } } }", 'talk.1.starttls.hello.bytes'],
    ["{ tls: { hello: { bytes: '\\q' } } }", 'talk.1.tls.hello.bytes'],
  ])('an escape that does not exist, in %s', (step, path) => {
    const [problem] = changed("say: 'FOO\\t1'", step.slice(2, -2));
    expect(problem).toMatch(new RegExp(`^a\\.yml:12:\\d+: ${path}: unknown escape`));
  });

  test('an escape in front of every talk, behind it, and in what is found afterwards', () => {
    for (const part of ["opening: [{ say: '\\q' }]", "closing: [{ send: ['\\q'] }]", "after: { equals: '\\q' }"])
      expect(changed('talk:', `${part}\ntalk:`)[0]).toMatch(/^a\.yml:10:\d+: .*unknown escape/);
  });

  test('a certificate, a version and a close reason that do not exist', () => {
    const [kind] = changed("say: 'FOO\\t1'", 'starttls: { certificate: stolen }');
    expect(kind).toMatch(/^a\.yml:12:\d+: talk\.1\.starttls\.certificate: /);
    expect(changed("say: 'FOO\\t1'", 'tls: { most: SSLv3 }')[0]).toMatch(/^a\.yml:12:\d+: talk\.1\.tls\.most: /);
    expect(changed('talk:', 'after: { closed: { reason: bored } }\ntalk:')[0]).toMatch(
      /^a\.yml:10:\d+: after\.closed\.reason: /,
    );
  });

  test('a zone that cannot be read', () => {
    expect(changed('talk:', 'zone: example.org TXTT v=spf1 -all\ntalk:')[0]).toMatch(/^a\.yml:10:7: zone: line 1: /);
  });

  test('a preset without the role', () => {
    expect(changed('hardened-mx: held', 'hardened-submission: held')).toEqual([
      'a.yml:15:24: presets.hardened-submission: hardened-submission has no mx listener. Remove the preset, or expect notApplicable',
    ]);
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-scenarios-'));
    mkdirSync(join(folder, 'errors'));
    writeFileSync(join(folder, 'errors/b.yml'), good);
    writeFileSync(join(folder, 'errors/a.yaml'), good.replace('kind: attack', 'kind: atack'));
    writeFileSync(join(folder, 'notes.txt'), 'no scenario');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are found in folders, sorted, and a bad one is reported, not skipped', async () => {
    const loaded = await loadScenarios([folder]);
    expect(loaded.map(({ id, problems }) => [id, problems.length])).toEqual([
      ['errors/a', 1],
      ['errors/b', 0],
    ]);
    expect(tasksOf(loaded, 'presets').map(({ id, case: name, base }) => `${id} ${name} ${base}`)).toEqual([
      'errors/b - hardened-mx',
      'errors/b - weak',
    ]);
    expect(tasksOf(loaded, { base: 'mine', mine: defaults })).toHaveLength(1);
  });

  test('that are not there are the system’s error', async () => {
    await expect(loadScenarios([join(folder, 'nowhere')])).rejects.toThrow('ENOENT');
  });

  test('are called by their path below scenarios', () => {
    expect(idOf('/x/scenarios/auth/guess.yml')).toBe('auth/guess');
    expect(idOf('scenarios/auth/guess.yml', 'scenarios/auth')).toBe('auth/guess');
    expect(idOf('/tmp/mine/one.yml', '/tmp/mine')).toBe('one');
    expect(idOf('/tmp/mine/one.yml')).toBe('one');
  });
});
