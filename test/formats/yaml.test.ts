// YAML: mistakes carry path, line, column and remedy; a save changes only what changed; the schema says what is accepted.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mechanismNames } from '../../core/contract/mechanisms.ts';
import { z } from '../../core/contract/schema.ts';
import { defaults, type Settings, settingsSchema } from '../../core/contract/settings/settings.ts';
import { scenarioJsonSchema, settingsJsonSchema } from '../../core/formats/jsonSchema.ts';
import { problemText } from '../../core/formats/problem.ts';
import { minimal, valueAt } from '../../core/formats/settingsTree.ts';
import { freshYaml, readScenario, readSettings } from '../../core/formats/yaml.ts';
import { keptYaml } from '../../core/formats/yamlKeep.ts';
import { anySettings } from './settingsArbitrary.ts';
import './seed.ts';

/** Settings to change in place; a wrong change is caught when they are read back. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- paths into every group, written as they are read
type Draft = Record<string, any>;

const problems = (text: string): readonly string[] => {
  const read = readSettings(text, 'x.yml');
  return 'errors' in read ? read.errors.map(problemText) : [];
};
const settingsOf = (text: string) => {
  const read = readSettings(text, 'x.yml');
  if ('errors' in read) throw new Error(problems(text).join('\n'));
  return read.value;
};

describe('reading', () => {
  it('takes an empty text, and groups with nothing below them, as the defaults', () => {
    for (const text of ['', '# nothing\n', 'errors:\naccess:\n  deny:\n  # ipSet: 192.0.2.1\n', '{}']) {
      expect(settingsOf(text)).toEqual(defaults);
    }
  });

  it.each([
    [
      'errors:\n  maxErrors: 3\n  maxAuthErrors: many\n',
      'x.yml:3:18: errors.maxAuthErrors: expected a whole number from 0 to 1000000, or the word unlimited, got "many". Write a whole number from 0 to 1000000 (per session), or unlimited',
    ],
    ['errors:\n  maxErors: 3\n', 'x.yml:2:3: errors.maxErors: unknown key "maxErors". Did you mean maxErrors?'],
    ['maxAuthErrors: 3\n', 'x.yml:1:1: maxAuthErrors: unknown key "maxAuthErrors". It belongs to errors.maxAuthErrors'],
    [
      'loops:\n  maxReceivedHeaders: 1000',
      'x.yml:2:23: loops.maxReceivedHeaders: must be 999 or less; it is 1000. Write a whole number from 0 to 999 (per message)',
    ],
    ['listeners:\n  - name: a\n', 'x.yml:2:5: listeners.0.address: missing; expected an address and a port. Add it'],
    [
      'listeners:\n  - {address: "0.0.0.0:25", enable: yes}',
      'x.yml:2:37: listeners.0.enable: expected true or false, got "yes". Write true or false, without quotes',
    ],
    [
      'listeners: 25',
      'x.yml:1:12: listeners: expected a list, got 25. Write a list, each entry on a line that begins with "- "',
    ],
    [
      'errors: []',
      'x.yml:1:9: errors: expected a mapping of keys and values, got a list. Write its keys below it, indented by two spaces',
    ],
    ['just text', 'x.yml:1:1: expected a mapping of setting groups, got "just text". Correct the value'],
    [
      'access:\n  deny:\n    - ipSet: 10.0.0.9-10.0.0.1\n',
      /^x\.yml:3:14: access\.deny\.0\.ipSet: expected an address .* got "10\.0\.0\.9-10\.0\.0\.1"\. Write it as in: 192\.0\.2\.0\/24$/,
    ],
    [
      'listeners:\n  - {name: a, address: "0.0.0.0:25", lab: "127.0.0.1:2525"}\n  - {name: b, address: "0.0.0.0:26", lab: "127.0.0.1:2525"}\n',
      /^x\.yml:3:43: listeners\.1\.lab: listener 1 is bound to 127\.0\.0\.1:2525 already\. Change one of the two lab addresses, or leave it empty$/,
    ],
    [
      'listeners:\n  - {name: a, address: "0.0.0.0:25", lab: "[::1]:2525"}\n  - {name: b, address: "0.0.0.0:26", lab: "[0:0::1]:2525"}\n',
      /listeners\.1\.lab: listener 1 is bound to \[::1\]:2525 already\./,
    ],
    [
      'listeners:\n  - {name: a, address: "0.0.0.0:25", lab: "127.0.0.1:2525"}\n  - {name: b, address: "0.0.0.0:26", lab: "0.0.0.0:2525"}\n',
      /listeners\.1\.lab: listener 1 is bound to 127\.0\.0\.1:2525 already\./,
    ],
    ['errors: {}\nerrors: {}', 'x.yml:2:1: map keys must be unique. Remove one of the two'],
    ['\terrors: {}', 'x.yml:1:1: tabs are not allowed as indentation. Indent with spaces'],
    ['errors: [1', /^x\.yml:\d+:\d+: flow sequence .*\. /],
    ['errors: *nothing', /^x\.yml:1:1: unresolved alias .*\. Write the values out/],
    [
      'errors: {}\n---\nerrors: {}',
      /^x\.yml:2:1: source contains multiple documents.*\. Keep one document; remove the line ---$/,
    ],
  ])('names the place and the remedy in %j', (text, problem) => {
    expect(problems(text)).toHaveLength(1);
    expect(problems(text)[0]).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
  });

  it('tells every mistake, in the order of the text', () => {
    const text = 'flow:\n  nope: 1\nerrors:\n  maxErrors: -1\nlistener: 1\n';
    expect(problems(text).map((each) => each.split(': ')[0])).toEqual(['x.yml:2:3', 'x.yml:4:14', 'x.yml:5:1']);
  });

  it('refuses aliases that grow', () => {
    const layers = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`);
    expect(problems(`l0: &l0 [x]\n${layers.join('\n')}\n`)[0]).toMatch(/excessive alias count/);
  });

  it('says why a mechanism that needs TLS is no part of what is offered in clear', () => {
    const told = (name: string) => problems(`authentication:\n  clear: [PLAIN, ${name}]\n`)[0] ?? '';
    for (const name of ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS', 'EXTERNAL'])
      expect(told(name)).toContain(`:2:18: authentication.clear.1: ${name} needs TLS: name it in secured alone`);
    expect(told('NTLM')).toContain('expected one of: SCRAM-SHA-256, SCRAM-SHA-1, GSSAPI');
  });

  it('names an unknown step of a scenario, and the step that was meant', () => {
    const head =
      'title: A scenario\nrow: AUT-01\nkind: attack\nrole: mx\nabout: Long enough to say something.\nknobs: [errors]\npresets: {}\n';
    const read = readScenario(
      `${head}talk:\n  - sya: EHLO\n  - login: {mechanism: FOO, user: a, password: b}\n`,
      's.yml',
    );
    expect('errors' in read && read.errors.map(problemText)).toEqual([
      's.yml:9:5: talk.0.sya: unknown key "sya". Did you mean say?',
      `s.yml:10:24: talk.1.login.mechanism: expected one of ${mechanismNames.map((name) => `"${name}"`).join('|')}, got "FOO". Correct the value`,
    ]);
  });
});

describe('writing', () => {
  it('says only what differs from the defaults, below the line for editors', () => {
    expect(freshYaml(defaults)).toBe(
      '# yaml-language-server: $schema=./gatehouse.settings.schema.json\n# Everything that is not written here has its default.\n',
    );
    const settings = settingsSchema.parse({
      errors: { maxErrors: 3 },
      access: { deny: [{ ipSet: '192.0.2.1' }] },
    });
    expect(freshYaml(settings, 'https://host.example/s.json')).toBe(
      '# yaml-language-server: $schema=https://host.example/s.json\n# Everything that is not written here has its default.\naccess:\n  deny:\n    - ipSet: 192.0.2.1\nerrors:\n  maxErrors: 3\n',
    );
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        expect(settingsOf(freshYaml(settings))).toEqual(settings);
      }),
      { numRuns: 100 },
    );
  });
});

const editYaml = (text: string, settings: Settings): string => {
  const kept = keptYaml(text, settings);
  if (kept === undefined) throw new Error('the text was not kept');
  return kept;
};

describe('saving', () => {
  it('keeps no text that has problems of its own', () => {
    expect(keptYaml('errors: 1', defaults)).toBeUndefined();
    expect(keptYaml('errors: [', defaults)).toBeUndefined();
  });

  const text = `# My gateway
errors:
    maxErrors:   3   # was 20
    # logins
    maxAuthErrors: 'unlimited'

listeners:
    - name: mx         # the front door
      address: "0.0.0.0:25"
      idleTimeout: 600
    # and the side door
    - { name: out, address: 0.0.0.0:587, role: submission }
`;
  const changed = (change: (draft: Draft) => void): string => {
    const draft = structuredClone(settingsOf(text)) as Draft;
    change(draft);
    return editYaml(text, draft as never);
  };

  it('gives the same text for the same settings', () => {
    expect(editYaml(text, settingsOf(text))).toBe(text);
  });

  it('changes the characters of a value and no other', () => {
    const out = changed((draft) => {
      draft.errors.maxErrors = 50;
      draft.errors.maxAuthErrors = 7;
      draft.listeners[0].address = '192.0.2.1:25';
      draft.listeners[1].address = '[::]:587';
    });
    expect(out).toBe(
      text
        .replace('3   #', '50   #')
        .replace("'unlimited'", '7')
        .replace('"0.0.0.0:25"', '192.0.2.1:25')
        .replace('0.0.0.0:587', '"[::]:587"'),
    );
  });

  it('keeps comments and order where lines come and go', () => {
    const out = changed((draft) => {
      draft.errors.maxErrors = 20;
      draft.listeners[0].idleTimeout = 300;
      draft.listeners[1].tls = 'clear';
      draft.listeners.push({
        ...draft.listeners[0],
        name: 'new',
        address: '0.0.0.0:26',
      });
      draft.loops.maxReceivedHeaders = 100;
    });
    expect(out).toMatchInlineSnapshot(`
      "# My gateway
      errors:
          maxErrors: 20 # was 20
          # logins
          maxAuthErrors: 'unlimited'

      listeners:
          - name: mx # the front door
            address: "0.0.0.0:25"
          # and the side door
          - { name: out, address: 0.0.0.0:587, role: submission, tls: clear }
          - name: new
            address: 0.0.0.0:26
      loops:
          maxReceivedHeaders: 100
      "
    `);
  });

  it('finds the items of a list again by name', () => {
    const out = changed((draft) => {
      draft.listeners.shift();
    });
    expect(out).toContain('- { name: out, address: 0.0.0.0:587, role: submission }');
    expect(out).not.toContain('front door');
  });

  it('takes a key out again that is back at its default, unless a comment stands with it', () => {
    const out = changed((draft) => {
      draft.errors.maxAuthErrors = 5;
      draft.errors.maxErrors = 20;
    });
    expect(out).toContain('maxErrors:   20   # was 20');
    const bare = editYaml('errors:\n  maxErrors: 3\n', defaults);
    expect(settingsOf(bare)).toEqual(defaults);
    expect(bare.trim()).toBe('{}');
  });

  it('writes aliases out, so that a change stays where it was made', () => {
    const aliased = 'errors: {maxErrors: &n 3, maxAuthErrors: *n}\n';
    const draft = structuredClone(settingsOf(aliased)) as Draft;
    draft.errors.maxErrors = 4;
    expect(settingsOf(editYaml(aliased, draft as never)).errors).toMatchObject({
      maxErrors: 4,
      maxAuthErrors: 3,
    });
  });

  it('keeps the line ends of the file', () => {
    const draft = structuredClone(defaults) as Draft;
    draft.errors.maxErrors = 4;
    const out = editYaml('# a\r\nerrors:\r\n  maxAuthErrors: 1\r\n', draft as never);
    expect(out).toBe('# a\r\nerrors:\r\n  maxErrors: 4\r\n');
  });

  it('leads from any settings to any others, through text a person has decorated', () => {
    const decorated = fc
      .tuple(anySettings, fc.infiniteStream(fc.constantFrom('', '', '', ' # why', '\n# more')))
      .map(([settings, comments]) => {
        const notes = comments[Symbol.iterator]();
        const lines = freshYaml(settings).split('\n');
        const plain = lines.some((line) => /[|>][\d+-]*$|["']/.test(line));
        return {
          settings,
          text: plain
            ? lines.join('\n')
            : lines.map((line) => (line === '' ? line : line + notes.next().value)).join('\n'),
        };
      });
    fc.assert(
      fc.property(decorated, anySettings, (from, to) => {
        const out = editYaml(from.text, to);
        expect(settingsOf(out)).toEqual(to);
        expect(editYaml(from.text, from.settings)).toBe(from.text);
        for (const _ of from.text.match(/^# Everything.*$/gm) ?? []) expect(out).toContain('# Everything');
      }),
      { numRuns: 100 },
    );
  });
});

describe('JSON Schema', () => {
  it('accepts what the settings accept, and refuses what they refuse', () => {
    const schema = z.fromJSONSchema(settingsJsonSchema());
    fc.assert(
      fc.property(anySettings, (settings) => {
        expect(schema.safeParse(minimal(settings, settingsSchema)).success).toBe(true);
      }),
      { numRuns: 50 },
    );
    for (const wrong of [
      { errors: { maxErrors: 'many' } },
      { zap: 1 },
      { listeners: [{}] },
      { listeners: [{ address: 'x', tls: 'ssl' }] },
    ]) {
      expect(schema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
    }
  });

  it('describes every leaf, and settings within scenarios too', () => {
    const settings = settingsJsonSchema();
    expect(valueAt(settings, ['properties', 'errors', 'properties', 'maxAuthErrors', 'description'])).toMatch(
      /Source: AXIGEN/,
    );
    expect(settings).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
    });
    // `kind` is a setting too: of a certificate.
    expect(JSON.stringify(settings)).not.toMatch(
      /"basis":|"kind":"(?:whole|limit|text|lines|flag|choice|set|list|record)"/,
    );
    expect(valueAt(scenarioJsonSchema(), ['properties', 'settings'])).toEqual({
      $ref: '#/definitions/settings',
    });
    expect(valueAt(scenarioJsonSchema(), ['definitions', 'settings', 'title'])).toBe('Gatehouse configuration');
  });
});
