// The pure half of the Receiver view: the tree beside its schema, differences, merges, problems in words, places in YAML.
import { describe, expect, test } from 'vitest';
import { clearMechanisms } from '../../core/contract/mechanisms.ts';
import { presetSettings } from '../../core/contract/presets.ts';
import { defaults, settingsSchema } from '../../core/contract/settings/settings.ts';
import { changeLines, scalar } from '../../renderer/views/receiver/changes.ts';
import { adviceAt, check, countByGroup, inWords, lineNamed, warnings } from '../../renderer/views/receiver/problems.ts';
import {
  differences,
  equal,
  freshItem,
  merge,
  minimal,
  nodeAt,
  type Node,
  root,
  touches,
  valueAt,
  valuesAt,
  withoutPositions,
  withValue,
} from '../../renderer/views/receiver/tree.ts';
import { offersAt, placeAt } from '../../renderer/views/receiver/yamlPlace.ts';

const paths = (before: unknown, after: unknown) =>
  differences(before, after, root).map(({ kind, path }) => `${kind} ${path}`);
const put = (path: string, value: unknown, tree: unknown = defaults) => withValue(tree, path, value);
const deny = (...sets: string[]) => sets.map((ipSet) => ({ ipSet, priority: 100, enable: true }));

/** Every leaf of the schema, list items as position 0. */
function leaves(node: Node, path: string): string[] {
  if (node.members)
    return node.members.flatMap(([key, member]) => leaves(member, path === '' ? key : `${path}.${key}`));
  return node.item ? leaves(node.item, `${path}.0`) : [path];
}

test('every leaf of the schema has a kind the form knows, a title, help, source and basis', () => {
  const all = leaves(root, '');
  expect(all.length).toBeGreaterThan(80);
  for (const path of all) {
    const { meta } = nodeAt(path) ?? {};
    expect([path, meta?.kind]).toEqual([
      path,
      expect.stringMatching(/^(whole|limit|text|lines|flag|choice|set)$/) as string,
    ]);
    expect([path, meta?.title, meta?.help, meta?.source, meta?.basis]).not.toContain(undefined);
  }
});

test('a value is put at its place, and nothing else is copied', () => {
  const next = put('listeners.0.flow.maxConnections', 7) as typeof defaults;
  expect(valueAt(next, 'listeners.0.flow.maxConnections')).toBe(7);
  expect(next.errors).toBe(defaults.errors);
  expect(next.listeners[0]?.access).toBe(defaults.listeners[0]?.access);
  expect(valueAt(defaults, 'listeners.0.flow.maxConnections')).toBe(200);
  expect(valueAt(defaults, 'listeners.3.name')).toBeUndefined();
});

describe('differences', () => {
  test('name each leaf, and a set of words as one', () => {
    expect(paths(defaults, defaults)).toEqual([]);
    expect(paths(defaults, put('errors.maxAuthErrors', 50))).toEqual(['changed errors.maxAuthErrors']);
    expect(paths(defaults, put('authentication.clear', ['LOGIN']))).toEqual(['changed authentication.clear']);
    expect(paths(defaults, presetSettings('hardened-submission'))).toContain('changed errors.maxAuthErrors');
  });
  test('tell items that came, went, moved and changed', () => {
    const before = put('access.deny', deny('192.0.2.1', '192.0.2.2'));
    expect(paths(before, put('access.deny', deny('192.0.2.1', '192.0.2.2', '192.0.2.3')))).toEqual([
      'added access.deny.2',
    ]);
    expect(paths(before, put('access.deny', deny('192.0.2.2')))).toEqual(['removed access.deny.0']);
    expect(paths(before, put('access.deny', deny('192.0.2.2', '192.0.2.1')))).toEqual(['moved access.deny.1']);
    expect(paths(before, put('access.deny.1.priority', 5, before))).toEqual(['changed access.deny.1.priority']);
    expect(paths(before, put('access.deny.1.ipSet', '192.0.2.9', before))).toEqual(['changed access.deny.1.ipSet']);
  });
});

describe('changes on newer settings', () => {
  const base = put('access.deny', deny('192.0.2.1', '192.0.2.2'));
  test('both sides are kept where they changed different places', () => {
    const mine = put('errors.maxErrors', 1, put('access.deny.0.priority', 1, base));
    const theirs = put('errors.maxAuthErrors', 2, put('access.deny.1.priority', 2, base));
    const { value, contested } = merge({ base, mine, theirs }, root);
    expect(contested).toEqual([]);
    expect([
      valueAt(value, 'errors.maxErrors'),
      valueAt(value, 'errors.maxAuthErrors'),
      valueAt(value, 'access.deny.0.priority'),
      valueAt(value, 'access.deny.1.priority'),
    ]).toEqual([1, 2, 1, 2]);
    expect(settingsSchema.safeParse(value).success).toBe(true);
  });
  test('where both changed one place mine stays, and it is named', () => {
    const merged = merge(
      {
        base,
        mine: put('errors.maxErrors', 1, put('access.deny', deny('192.0.2.7'), base)),
        theirs: put('errors.maxErrors', 2, put('access.deny', [], base)),
      },
      root,
    );
    expect(merged.contested).toEqual(['access.deny', 'errors.maxErrors']);
    expect(valueAt(merged.value, 'errors.maxErrors')).toBe(1);
  });
  test('what others changed alone is taken', () => {
    const theirs = put('errors.maxErrors', 2, base);
    expect(merge({ base, mine: base, theirs }, root).value).toBe(theirs);
  });
});

test('a new item begins with the defaults, and with nothing where something must be written', () => {
  const rule = freshItem(nodeAt('access.allow.0') as Node);
  expect(valueAt(rule, 'ipSet')).toBe('');
  expect(valueAt(rule, 'flow.timeInterval')).toBe(60);
  expect(check(put('access.allow', [rule]))).toEqual(
    new Map([['access.allow.0.ipSet', expect.stringMatching(/^Nothing is written here: expected/) as string]]),
  );
});

test('what a person would write leaves out the defaults', () => {
  expect(minimal(defaults, root)).toEqual({});
  expect(minimal(put('access.deny', deny('192.0.2.1')), root)).toEqual({ access: { deny: [{ ipSet: '192.0.2.1' }] } });
});

describe('paths', () => {
  test('with and without positions', () => {
    expect(withoutPositions('listeners.0.flow.maxConnections')).toBe('listeners.flow.maxConnections');
    expect(valuesAt(presetSettings('weak'), 'listeners.flow.maxConnections')).toEqual([
      { path: 'listeners.0.flow.maxConnections', value: 0 },
      { path: 'listeners.1.flow.maxConnections', value: 0 },
      { path: 'listeners.2.flow.maxConnections', value: 0 },
    ]);
    expect(valuesAt(defaults, 'errors.maxErrors')).toEqual([{ path: 'errors.maxErrors', value: 20 }]);
    expect(valuesAt(defaults, 'errors.nothing')).toEqual([]);
  });
  test('touch when one contains the other, not when one begins like the other', () => {
    expect(touches('flow.service.maxConnections', 'flow.service')).toBe(true);
    expect(touches('flow', 'flow.service')).toBe(true);
    expect(touches('errors.maxErrors', 'errors.maxErrorsMore')).toBe(false);
  });
});

describe('problems', () => {
  test('name what was typed, where, and what fits', () => {
    const settings = put('errors.maxErrors', '500 kB', put('loops.maxReceivedHeaders', 1000, put('dns.timeout', 'x')));
    expect([...check(settings)]).toEqual([
      ['loops.maxReceivedHeaders', '1000 does not fit: it must be 999 or less.'],
      ['errors.maxErrors', '“500 kB” does not fit: expected a whole number from 0 to 1000000, or the word unlimited.'],
      ['dns.timeout', '“x” does not fit: expected a whole number from 1 to 60.'],
    ]);
    expect(check(defaults).size).toBe(0);
  });
  test('of two listeners on one lab address the second is told', () => {
    const [one] = defaults.listeners;
    const two = [
      { ...one, lab: '127.0.0.1:2525' },
      { ...one, name: 'two', lab: '127.0.0.1:2525' },
    ];
    expect([...check(put('listeners', two)).keys()]).toEqual(['listeners.1.lab']);
  });
  test('are counted by group, and lines in them are found', () => {
    const counts = countByGroup([
      { path: 'errors.maxErrors', message: '' },
      { path: 'errors', message: '' },
      { path: '', message: '' },
    ]);
    expect([...counts]).toEqual([['errors', 2]]);
    expect(lineNamed('line 3 of the zone: what')).toBe(3);
    expect(lineNamed('a line 3')).toBeUndefined();
    expect(inWords('unknown key: x', {})).toBe('Unknown key: x.');
  });
  test('a warning is told for the value it is about, the exact one before the range', () => {
    const meta = nodeAt('errors.maxAuthErrors')?.meta ?? {};
    expect(warnings(meta, 50)).toEqual([expect.stringContaining('AXIGEN ships 5')]);
    expect(warnings(meta, 'unlimited')).toEqual([expect.stringContaining('security risk')]);
    expect(warnings(meta, 5)).toEqual([]);
    expect(warnings(nodeAt('acceptance.maxDataSize')?.meta ?? {}, 0)).toHaveLength(1);
    expect(warnings(nodeAt('authentication.submissionLogin')?.meta ?? {}, false)).toHaveLength(1);
    expect(adviceAt(defaults, 'authentication.clear')).toContain('PLAIN, LOGIN in clear');
    expect(adviceAt(defaults, 'authentication.realm')).toBe('');
    expect(adviceAt({ nonsense: true }, 'authentication.clear')).toBe('');
  });
});

test('changes read as lines with signs, under the keys that lead to them', () => {
  const text = (before: unknown, after: unknown) =>
    changeLines({ before, after }, root).map(
      ({ kind, depth, text: line }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${'  '.repeat(depth)}${line}`,
    );
  expect(text(defaults, put('errors.maxAuthErrors', 50))).toEqual([
    ' errors:',
    '-  maxAuthErrors: 5',
    '+  maxAuthErrors: 50',
  ]);
  expect(text(put('access.deny', deny('192.0.2.1')), put('access.deny', deny('192.0.2.2', '192.0.2.3')))).toEqual([
    ' access:',
    '   deny:',
    '     - ipSet: 192.0.2.2',
    '-      ipSet: 192.0.2.1',
    '+      ipSet: 192.0.2.2',
    '+    - ipSet: 192.0.2.3',
  ]);
  expect(text(put('dns.zone', 'a A 192.0.2.1\nb A 192.0.2.2\n'), put('dns.zone', 'a A 192.0.2.1\n'))).toEqual([
    ' dns:',
    '   zone:',
    '-    b A 192.0.2.2',
  ]);
  expect(text(defaults, defaults)).toEqual([]);
});

test('values are written as YAML reads them back', () => {
  expect(['plain', '', '12', 'true', 'a: b', ' x', '192.0.2.1', 'x\ny'].map(scalar)).toEqual([
    'plain',
    '""',
    '"12"',
    '"true"',
    '"a: b"',
    '" x"',
    '192.0.2.1',
    '| (2 lines)',
  ]);
  expect([true, 5, ['A', 'B']].map(scalar)).toEqual(['true', '5', '[A, B]']);
});

describe('places in YAML', () => {
  const at = (text: string) => {
    const lines = text.split('\n');
    return placeAt(lines.slice(0, -1), lines.at(-1) ?? '');
  };
  const labels = (text: string) => {
    const place = at(text);
    return place ? offersAt(place).map(({ label }) => label) : undefined;
  };
  test.each([
    ['err', [], false],
    ['errors:\n  ', ['errors'], false],
    ['errors:\n  maxErrors: unl', ['errors', 'maxErrors'], true],
    ['listeners:\n  - name: mx\n    ', ['listeners', '-'], false],
    ['listeners:\n  - na', ['listeners', '-'], false],
    ['listeners:\n- name: mx\n  flow:\n    ', ['listeners', '-', 'flow'], false],
    ['listeners:\n  - name: mx\n    role: ', ['listeners', '-', 'role'], true],
    ['access:\n  deny:\n    - ipSet: 192.0.2.1\n  ', ['access'], false],
    ['authentication:\n  clear: [PLAIN, ', ['authentication', 'clear'], true],
    ['sender:\n  # why\n\n  spf:\n    map:\n      fail: ', ['sender', 'spf', 'map', 'fail'], true],
  ])('%j', (text, path, isValue) => expect(at(text)).toMatchObject({ path, isValue }));
  test('what the schema has there is offered', () => {
    expect(labels('')).toContain('listeners');
    expect(labels('errors:\n  ')).toEqual(Object.keys(defaults.errors));
    expect(labels('errors:\n  maxErrors: ')).toEqual(['unlimited']);
    expect(labels('listeners:\n  - role: ')).toEqual(['mx', 'submission', 'submissions']);
    expect(labels('listeners:\n  - enable: ')).toEqual(['true', 'false']);
    expect(labels('authentication:\n  clear:\n    - ')).toEqual([...clearMechanisms]);
    expect(labels('nonsense:\n  ')).toEqual([]);
    expect(labels('errors: # a comment ')).toBeUndefined();
  });
});

test('equal ignores the order of keys and heeds that of lists', () => {
  expect(equal({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
  expect(equal([1, 2], [2, 1])).toBe(false);
  expect(equal({ a: undefined }, {})).toBe(false);
});
