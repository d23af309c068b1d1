// Importing AXIGEN's files: what is understood, what is told by line, what the product treats in its own way, bad input.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaults, settingsSchema } from '../../core/contract/settings/settings.ts';
import { exportAxigen, importAxigen } from '../../core/formats/axigen.ts';
import { problemText } from '../../core/formats/problem.ts';
import { freshYaml, readSettings } from '../../core/formats/yaml.ts';
import { again, imported } from './axigenRoundTrip.ts';
import './seed.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, 'samples', name), 'utf8');
const sample = { cfg: read('axigen.cfg'), script: read('smtpFilters.script') };

const problems = (cfg: string, script?: string): readonly string[] => {
  const result = importAxigen({ cfg, script });
  return 'errors' in result ? result.errors.map(problemText) : [];
};

describe('importing a saved configuration', () => {
  const { settings, notes } = imported(sample.cfg, sample.script);

  it('understands what is modelled', () => {
    expect(settings).toMatchObject({
      listeners: [
        {
          name: 'mx',
          role: 'mx',
          address: '0.0.0.0:25',
          tls: 'starttls',
          idleTimeout: 600,
          handshakeTimeout: 15,
          certificate: { certFile: 'mail.pem' },
          flow: { maxConnections: 400, timeInterval: 120, peerMaxConnections: 10 },
          access: {
            allow: [{ ipSet: '198.51.100.0/255.255.255.0', priority: 5, flow: { maxConnections: 50 } }],
            deny: [
              { ipSet: '203.0.113.7', priority: 10, enable: true },
              { ipSet: '203.0.113.64-203.0.113.95', priority: 20, enable: false },
            ],
            last: 'service',
          },
        },
        { name: 'submissions', role: 'submissions', address: '[::]:465', tls: 'implicit', handshakeTimeout: 15 },
      ],
      access: { allow: [], deny: [], last: 'allow', lastFlow: { peerMaxConnections: 5 } },
      flow: { service: { maxConnections: 300, maxIntervalConnections: 900, peerMaxConnections: 30 } },
      authentication: { localDelivery: 'auth', remoteDelivery: 'auth' },
      acceptance: {
        banner: 'mail.example.net says "hello"',
        maxDataSize: 20_480,
        maxRcptCount: 200,
        extensions: { startTls: true, eightBitMime: false, pipelining: true },
      },
      loops: { maxReceivedHeaders: 40 },
      errors: { maxErrors: 10, maxAuthErrors: 3 },
      logging: { logLevel: 31, fileName: 'default.txt', fileSize: 20_480, rotatePeriod: 'week', fileCount: 7 },
      dns: { timeout: 5 },
      carried: { axigenCfg: sample.cfg, smtpFilters: sample.script },
    });
  });

  it('lists by line what it carries and what it changed', () => {
    const texts = notes.map(({ file, line, kind, text }) => `${file}:${line} ${kind} ${text}`);
    expect(texts).toContain('axigen.cfg:72 carried smtpIncoming.maxConnThreads = 40');
    expect(texts).toContain('axigen.cfg:120 carried listener 0.0.0.0:25: sslControl.useEphemeralKey = yes');
    expect(texts).toContain(
      'axigen.cfg:125 changed listener [::]:465: taken as submissions, because it has implicit TLS; the file has no roles',
    );
    expect(texts).toContain(
      'smtpFilters.script:18 carried if (anyOf (is (authUser, ""))) {: depends on a condition, and may change maxRcptCount',
    );
    expect(texts).toContain(
      'smtpFilters.script:33 changed set (maxReceivedHeaders, "40"): it overrides 50 in axigen.cfg',
    );
    expect(texts.filter((text) => text.includes('maxAuthErrors'))).toEqual([]);
  });

  it('gives back the same bytes, and nothing is lost', () => {
    const { files, losses } = exportAxigen(settings);
    expect(files).toEqual({ 'axigen.cfg': sample.cfg, 'smtpFilters.script': sample.script });
    expect(losses).toEqual([]);
  });

  it('survives the YAML it is kept in, whatever its line ends', () => {
    const { settings: windows } = imported(sample.cfg.replaceAll('\n', '\r\n'), sample.script.replaceAll('\n', '\r\n'));
    const kept = readSettings(freshYaml(windows), 'x.yml');
    expect(kept).toEqual({ value: windows });
    expect(exportAxigen(windows).files['axigen.cfg']).toBe(sample.cfg.replaceAll('\n', '\r\n'));
  });

  it('changes only the lines that were edited here', () => {
    const edited = settingsSchema.parse({
      ...settings,
      errors: { ...settings.errors, maxAuthErrors: 50 },
      loops: { maxReceivedHeaders: 100 },
      acceptance: { ...settings.acceptance, maxDataSize: 1 },
      listeners: settings.listeners.map((one) => ({
        ...one,
        address: one.address.replace('0.0.0.0:25', '192.0.2.1:25'),
      })),
    });
    const { files } = exportAxigen(edited);
    const cfg = sample.cfg
      .replace('maxAuthErrors = 3', 'maxAuthErrors = 50')
      .replace('maxReceivedHeaders = 50', 'maxReceivedHeaders = 100')
      .replace('address = 0.0.0.0:25', 'address = 192.0.2.1:25');
    const script = sample.script
      .replace('(maxDataSize, "20480")', '(maxDataSize, "1")')
      .replace('(maxReceivedHeaders, "40")', '(maxReceivedHeaders, "100")');
    expect(files).toEqual({ 'axigen.cfg': cfg, 'smtpFilters.script': script });
  });

  it('adds and removes rules and listeners and leaves their neighbours alone', () => {
    const [mx, tls] = settings.listeners;
    if (mx === undefined || tls === undefined) throw new Error('the sample has two listeners');
    const edited = settingsSchema.parse({
      ...settings,
      listeners: [tls, { ...mx, access: { ...mx.access, deny: [mx.access.deny[1], { ipSet: '192.0.2.99' }] } }],
      access: { ...settings.access, last: 'deny', lastFlow: undefined },
    });
    const exported = exportAxigen(edited);
    expect(exported.losses).toEqual([]);
    expect(again(exported).settings.listeners).toEqual(edited.listeners);
    expect(again(exported).settings.access).toEqual(edited.access);
    expect(exported.files['axigen.cfg']).toContain('cipherSuite = "ECDHE+AESGCM:!aNULL:!MD5"');
    expect(exported.files['axigen.cfg']).toContain('brandingName = "Mail \\"Gate\\" #1"');
  });

  it('gives back whatever it accepts, byte for byte, also when it was edited by hand', () => {
    const lines = sample.cfg.split('\n');
    const script = sample.script.split('\n');
    const value = fc.constantFrom(
      'yes',
      'NO',
      '0',
      '007',
      '25',
      '4294967295',
      '""',
      '"x y"',
      '0.0.0.0-254.255.255.255',
      '0.0.0.0:25',
      '()',
      '1000',
      ':::25',
      'none',
    );
    const edit = (texts: readonly string[]) =>
      fc.tuple(fc.nat(texts.length - 1), fc.constantFrom('drop', 'twice', 'value', 'comment'), value);
    const applied = (
      texts: readonly string[],
      [at, how, fresh]: readonly [number, string, string],
    ): readonly string[] => {
      const line = texts[at];
      if (line === undefined) return texts;
      if (how === 'drop') return texts.toSpliced(at, 1);
      if (how === 'twice') return texts.toSpliced(at, 0, line);
      if (how === 'comment') return texts.with(at, `${line} # by hand`);
      return texts.with(
        at,
        line.replace(/(= )[^({]+$/, `$1${fresh}`).replace(/, ".*"\)/, `, "${fresh.replaceAll('"', '')}")`),
      );
    };
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(edit(lines), { maxLength: 4 }),
        fc.array(edit(script), { maxLength: 2 }),
        (edits, scriptEdits) => {
          const cfg = edits.reduce(applied, lines).join('\n');
          const text = scriptEdits.reduce(applied, script).join('\n');
          const result = importAxigen({ cfg, script: text });
          if ('errors' in result) return;
          accepted += 1;
          const { files, losses } = exportAxigen(result.settings);
          expect(files).toEqual({ 'axigen.cfg': cfg, 'smtpFilters.script': text });
          expect(losses).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

describe('what the product treats in its own way', () => {
  const server = (inside: string): string => `Server {\n    smtpIncoming = {\n${inside}\n    }\n}\n`;
  const listener = (...lines: readonly string[]): string =>
    `        {\n${lines.map((line) => `            ${line}\n`).join('')}        }\n`;

  it('keeps the first of two listeners on one address, and says so with both lines', () => {
    const cfg = server(
      `        listeners = (\n${listener('address = 0.0.0.0:25', 'idleTimeout = 1')}${listener('ADDRESS = "0.0.0.0:25"', 'idleTimeout = 2')}        )`,
    );
    const { settings, notes } = imported(cfg);
    expect(settings.listeners.map((one) => one.idleTimeout)).toEqual([1]);
    expect(notes).toContainEqual({
      file: 'axigen.cfg',
      line: 8,
      kind: 'ignored',
      text: 'listener 0.0.0.0:25 on line 8 has the address of the one on line 4; the first one counts',
    });
    expect(exportAxigen(settings).files['axigen.cfg']).toBe(cfg);
  });

  it('leaves out a listener whose address it cannot read, but keeps it in the file', () => {
    const cfg = server(`        listeners = (\n${listener('address = nowhere')}${listener('enable = yes')}        )`);
    const { settings, notes } = imported(cfg);
    expect(settings.listeners).toEqual([]);
    expect(notes.map(({ line, kind }) => [line, kind])).toEqual([
      [4, 'ignored'],
      [7, 'ignored'],
    ]);
    expect(exportAxigen(settings).files['axigen.cfg']).toBe(cfg);
  });

  it('does not store the second of two listeners on one address, port 0, or addresses the product does not support', () => {
    const addresses = ['0.0.0.0:25', '0.0.0.0:25', '0.0.0.0:0', '[fe80::1]:25', '[::ffff:192.0.2.1]:25'];
    const listeners = addresses.map((address, n) => ({ name: `l${n}`, address }));
    const { losses } = exportAxigen(settingsSchema.parse({ listeners }));
    expect(losses.filter(({ path }) => /^listeners\.\d$/.test(path)).map(({ path, why }) => `${path} ${why}`)).toEqual([
      'listeners.1 listener 1 has this address, and of two on one the product takes the first',
      'listeners.2 port 0 means any free port, which a production listener cannot have',
      'listeners.3 link-local IPv6 addresses are not supported',
      'listeners.4 IPv4-mapped IPv6 addresses are not supported',
    ]);
  });

  it('says what it uses instead of a value beyond what is modelled, and keeps the value', () => {
    const cfg = server('        maxReceivedHeaders = 5000\n        maxErrors = 0');
    const { settings, notes } = imported(cfg);
    expect(settings.loops.maxReceivedHeaders).toBe(999);
    expect(settings.errors.maxErrors).toBe('unlimited');
    expect(notes).toEqual([
      {
        file: 'axigen.cfg',
        line: 3,
        kind: 'changed',
        text: 'smtpIncoming.maxReceivedHeaders = 5000: only 0 to 999 can be had here, so 999 is used; the file keeps its own',
      },
    ]);
    expect(exportAxigen(settings).files['axigen.cfg']).toBe(cfg);
  });

  it('takes a clear listener for STARTTLS exactly when the script allows it', () => {
    const cfg = server(
      `        listeners = (\n${listener('address = 0.0.0.0:25', 'sslEnable = no')}${listener('address = 0.0.0.0:465', 'sslEnable = yes')}        )`,
    );
    const tls = (word: string) =>
      imported(cfg, `event onEhlo { set (allowstarttls, "${word}"); }`).settings.listeners.map((one) => one.tls);
    expect(tls('yes')).toEqual(['starttls', 'implicit']);
    expect(tls('no')).toEqual(['clear', 'implicit']);
    const { losses } = exportAxigen(
      settingsSchema.parse({ listeners: [{ name: 'mx', address: '0.0.0.0:25', tls: 'clear' }] }),
    );
    expect(losses.map(({ path }) => path)).toEqual(['listeners.0.tls']);
  });

  it('keeps the rule that ends the service rules apart from the others, also when it denies', () => {
    const rule = { ipSet: '0.0.0.0-254.255.255.255', priority: 1000 };
    const near = settingsSchema.parse({
      access: { allow: [{ ...rule, priority: 5 }], deny: [{ ...rule, priority: 6 }], last: 'allow' },
    });
    expect(exportAxigen(near).losses).toEqual([]);
    const { losses } = exportAxigen(
      settingsSchema.parse({ access: { allow: [rule], deny: [rule], last: 'deny', lastFlow: { maxConnections: 1 } } }),
    );
    expect(losses.map(({ path, why }) => `${path}: ${why}`)).toEqual([
      'access.deny.0: the product tells rules apart by their addresses, and its last rule has these',
      'access.lastFlow.maxConnections: only an allow rule has limits, and the last rule denies',
    ]);
  });

  it('reports words it does not know in the script, and values the script puts together', () => {
    const script = 'event onEhlo {\n set (localDelivery, "nobody");\n set (maxDataSize, "%size%");\n}\n';
    const { settings, notes } = imported(sample.cfg, script);
    expect(settings).toMatchObject({ authentication: { localDelivery: 'all' }, acceptance: { maxDataSize: 10_240 } });
    expect(
      notes
        .filter((note) => note.file === 'smtpFilters.script')
        .map(({ line, kind, text }) => `${line} ${kind} ${text}`),
    ).toEqual([
      '2 changed set (localDelivery, "nobody"): it means nothing here, so "all" is used; the file keeps its own',
      '3 changed set (maxDataSize, "%size%"): its value is known only when it runs, so 10240 is used; the file keeps its own',
    ]);
    expect(exportAxigen(settings).files['smtpFilters.script']).toBe(script);
  });

  it('begins a new file where the carried one cannot be read, and says so', () => {
    const { files, losses } = exportAxigen({ ...defaults, carried: { axigenCfg: 'Server {', smtpFilters: '}' } });
    expect(files).toEqual(exportAxigen(defaults).files);
    expect(losses.map(({ path }) => path)).toEqual(['carried.axigenCfg', 'carried.smtpFilters']);
  });
});

describe('bad input', () => {
  it.each([
    [
      'Server { smtpIncoming = { maxErrors = many } }',
      'axigen.cfg:1:39: smtpIncoming.maxErrors: expected a whole number, got "many". Write it as in: maxErrors = 20',
    ],
    [
      'Server { smtpIncoming = { listeners = 25 } }',
      'axigen.cfg:1:39: smtpIncoming.listeners: expected a set of objects. Write it as in: smtpIncoming.listeners = ( { ... } { ... } )',
    ],
    [
      'Server { smtpIncoming = { listeners = (25) } }',
      'axigen.cfg:1:40: smtpIncoming.listeners: expected an object in this set. Write it as in: smtpIncoming.listeners = ( { ... } { ... } )',
    ],
    [
      'Server { smtpIncoming = { listeners = ({address = 0.0.0.0:25 enable = maybe}) } }',
      'axigen.cfg:1:71: enable: expected yes or no, got "maybe". Write it as in: enable = yes',
    ],
    [
      'Server { smtpIncoming = { serviceAccessControl = { denyRules = ({ipSet = 10.0.0.300}) } } }',
      /^axigen\.cfg:1:74: ipSet: expected an address, .* got "10\.0\.0\.300"\. Write it as in: ipSet = 192\.0\.2\.0\/24$/,
    ],
    [
      'Server { smtpIncoming = { maxErrors = (1 2) } }',
      'axigen.cfg:1:39: smtpIncoming.maxErrors: expected a single value, got "(". Write it as in: maxErrors = 20',
    ],
    [
      'Server { pop3 = { } }',
      /^axigen\.cfg:1:8: smtpIncoming: expected the object smtpIncoming\. Take the file the server saved/,
    ],
    [
      'Server {',
      'axigen.cfg:1:9: expected an attribute name or }, got the end of the file. Close the object opened on line 1 with }',
    ],
  ])('%j', (cfg, problem) => {
    expect(problems(cfg)).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  it('tells the problems of both files', () => {
    expect(problems('Server {', 'event {')).toHaveLength(2);
    expect(problems('Server { smtpIncoming = { } }', 'event onEhlo { set (maxRcptCount, "lots"); }')).toEqual([
      'smtpFilters.script:1:1: maxRcptCount: expected a whole number, got "lots". Write the value the variable is meant to have',
    ]);
  });
});
