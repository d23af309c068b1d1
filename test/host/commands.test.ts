// The command line: exit codes, and bad input told with what, where and how to fix; nothing already saved is changed.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatehouse } from './served.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const file = (name: string, text: string) => {
  writeFileSync(at(name), text);
  return at(name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-commands-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line', () => {
  it('has help for every command', async () => {
    const overview = await gatehouse('--help');
    const names = [...overview.out.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name]) => name ?? '');
    const known = [
      'start',
      'serve',
      'run',
      'journal',
      'check',
      'export',
      'import',
      'schema',
      'dns',
      'try-sender',
      'users',
      'certificate',
    ];
    expect([overview.code, names]).toEqual([0, known]);
    const helps = await Promise.all(names.map((name) => gatehouse(name, '--help')));
    for (const [index, { code, out, err }] of helps.entries())
      expect([code, err, out.startsWith(`usage: gatehouse ${names[index]}`)]).toEqual([0, '', true]);
  });

  it.each([
    [['nonsense'], 'there is no command nonsense'],
    [['serve', '--nonsense'], '--nonsense'],
    [['run'], 'run needs a file or folder'],
    [['run', '/no/such/folder'], '/no/such/folder: cannot be read: it does not exist'],
    [['run', 'scenarios', '--report', 'xml'], '--report xml: expected table, json, junit'],
    [['export', '--format', 'axigen'], 'export needs --out DIR'],
    [['export', '--format', 'exim', '--out', '/tmp/x'], '--format exim: expected axigen'],
    [['import', '/no/such/axigen.cfg', '--out', '/tmp/never.yml'], 'cannot be read: it does not exist'],
    [['schema', 'nonsense'], 'expected settings or scenario'],
    [['serve', '--config', '/no/such.yml'], 'cannot be read'],
    [['serve', '--web-port', '99999'], 'expected a number from 0 to 65535'],
  ])('refuses %j with 2 and a reason', async (args, reason) => {
    const { code, out, err } = await gatehouse(...args);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(reason)]);
  });

  it('tells every mistake of a configuration with line, column and remedy', async () => {
    const bad = file(
      'bad.yml',
      'errors:\n  maxAuthErors: 3\n  maxErrors: many\nlisteners:\n  - { name: a, address: "0.0.0.0:25", lab: "127.0.0.1:2525" }\n  - { name: b, address: "0.0.0.0:26", lab: "127.0.0.1:2525" }\naccess:\n  deny:\n    - ipSet: 10.0.0.9-10.0.0.1\n',
    );
    const { code, err } = await gatehouse('serve', '--config', bad, '--workspace', at('never.gatehouse'));
    expect(code).toBe(2);
    expect(err).toMatch(/bad\.yml:2:3: .*maxAuthErors.*maxAuthErrors/s);
    expect(err).toMatch(/bad\.yml:3:\d+: errors\.maxErrors: expected a whole number/);
    expect(err).toMatch(/bad\.yml:6:\d+: listeners\.1\.lab: .*already/);
    expect(err).toMatch(/bad\.yml:9:\d+: access\.deny\.0\.ipSet: /);
    expect(existsSync(at('never.gatehouse'))).toBe(false);
    expect((await gatehouse('check', bad)).code).toBe(2);
    const syntax = await gatehouse('check', file('syntax.yml', 'errors:\n\tmaxErrors: 3\n'));
    expect([syntax.code, syntax.err]).toEqual([2, expect.stringMatching(/syntax\.yml:2:1: /)]);
    const zone = await gatehouse('check', file('zone.yml', 'dns:\n  zone: |\n    example.com NONSENSE x\n'));
    expect([zone.code, zone.err]).toEqual([
      2,
      expect.stringMatching(/zone\.yml:3:1: dns\.zone: line 1 of the zone: unknown type NONSENSE/),
    ]);
    const started = await gatehouse('serve', '--config', at('zone.yml'), '--workspace', at('never.gatehouse'));
    expect([started.code, started.err]).toEqual([2, expect.stringContaining('line 1 of the zone')]);
    expect(existsSync(at('never.gatehouse'))).toBe(false);
    expect((await gatehouse('check', file('good.yml', 'errors: { maxErrors: 3 }\n'))).code).toBe(0);
  });

  it('warns of GSSAPI that is listed and cannot be offered, at the folder of the configuration', async () => {
    const listed = file('tickets.yml', 'authentication: { clear: [GSSAPI], gssapi: { keytab: no.keytab } }\n');
    const { code, err } = await gatehouse('check', listed);
    expect(code).toBe(0);
    expect(err).toContain(`warning: ${listed}: GSSAPI is listed, but not offered: `);
    expect(err).toMatch(/koffi|libgssapi|tickets\.yml.*no\.keytab cannot be used/);
  });

  it('checks the certificate files and cipher lists of listeners, at the folder of the configuration', async () => {
    const tls = (security: string, more = '') =>
      `listeners:\n  - { name: mx, address: 0.0.0.0:25, security: { ${security} }${more} }\n`;
    const missing = await gatehouse('check', file('crl.yml', tls('clientCertificate: request, clientCrlFile: no.crl')));
    expect([missing.code, missing.err]).toEqual([
      2,
      expect.stringContaining(`crl.yml: listeners.0 (mx): ${at('no.crl')}: there is no such CRL file`) as string,
    ]);
    const ciphers = await gatehouse('check', file('ciphers.yml', tls('ciphers: NONSENSE')));
    expect([ciphers.code, ciphers.err]).toEqual([2, expect.stringContaining('OpenSSL knows no cipher of') as string]);
    const odd = file('odd.yml', tls('versions: [TLSv1], ciphers: ECDHE+AESGCM'));
    const warned = await gatehouse('check', odd);
    expect([warned.code, warned.err]).toEqual([0, expect.stringMatching(/^warning: .*@SECLEVEL=0/) as string]);
    expect(JSON.parse((await gatehouse('check', '--json', odd)).out)).toEqual({
      ok: true,
      problems: [],
      warnings: expect.arrayContaining([
        expect.stringContaining('listeners.0 (mx): TLS 1.0 and 1.1'),
        expect.stringContaining('authentication.clear: PLAIN, LOGIN in clear: the password can be read'),
      ]) as string[],
    });
    const off = file('off.yml', tls('ciphers: NONSENSE', ', tls: clear'));
    expect((await gatehouse('check', off)).code).toBe(0);
  });

  it('ends with 3 when a port is taken, and names a free one', async () => {
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const config = file('taken.yml', `listeners:\n  - { name: mx, address: 0.0.0.0:25, lab: 127.0.0.1:${port} }\n`);
    const { code, out, err } = await gatehouse(
      'serve',
      '--json',
      '--config',
      config,
      '--workspace',
      at('taken.gatehouse'),
    );
    await new Promise((resolve) => server.close(resolve));
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(new RegExp(`mx at 127\\.0\\.0\\.1:${port}: EADDRINUSE: .*; 127\\.0\\.0\\.1:\\d+ is free`));
    // The workspace was made, and its user with it: nobody will be told the password again.
    expect(err).toMatch(/user test, password [0-9a-z]{4}(?:-[0-9a-z]{4}){3} \(shown once\)/);
  });

  it('ends with 2 when a certificate cannot be used, and says why', async () => {
    file('cert.pem', 'not a certificate');
    const config = file(
      'cert.yml',
      'listeners:\n  - { name: mx, address: 0.0.0.0:25, lab: "127.0.0.1:0", certificate: { certFile: cert.pem } }\n',
    );
    const { code, err } = await gatehouse('serve', '--config', config, '--workspace', at('cert.gatehouse'));
    expect([code, err]).toEqual([2, expect.stringContaining('no certificate in it')]);
  });

  it('ends with 3 for a folder that is no workspace, and changes nothing in it', async () => {
    const notes = file('notes.txt', 'my notes');
    const { code, err } = await gatehouse('serve', '--workspace', folder);
    expect([code, readFileSync(notes, 'utf8')]).toEqual([3, 'my notes']);
    expect(err).toContain(folder);
    expect(existsSync(at('workspace.sqlite'))).toBe(false);
  });

  it('exports, refuses to overwrite, and imports back what was exported', async () => {
    const config = file(
      'mine.yml',
      '# mine\nerrors: { maxAuthErrors: 7 }\nloops: { maxReceivedHeaders: 55 }\nacceptance: { maxDataSize: 2048, banner: Hello there }\n',
    );
    const out = at('axigen');
    const first = await gatehouse('export', '--config', config, '--format', 'axigen', '--out', out);
    expect([first.code, first.out]).toEqual([0, `${join(out, 'axigen.cfg')}\n${join(out, 'smtpFilters.script')}\n`]);
    const cfg = readFileSync(join(out, 'axigen.cfg'), 'utf8');
    expect(cfg).toMatch(/maxAuthErrors = 7\b/);
    expect((await gatehouse('export', '--config', config, '--format', 'axigen', '--out', out)).code).toBe(2);
    const back = await gatehouse('import', join(out, 'axigen.cfg'), '--out', at('back.yml'));
    expect(back.code).toBe(0);
    const yaml = readFileSync(at('back.yml'), 'utf8');
    expect(yaml).toMatch(/maxAuthErrors: 7/);
    expect(yaml).toMatch(/banner: Hello there/);
    // A configuration beside the two files is no part of them.
    writeFileSync(join(out, 'lab.yml'), yaml);
    const again = await gatehouse('import', join(out, 'lab.yml'), '--out', at('again.yml'));
    expect([again.code, readFileSync(at('again.yml'), 'utf8')]).toEqual([0, yaml]);
    const broken = file('broken.cfg', 'Server {\n  smtpIncoming = {\n    maxErrors 20\n  }\n}\n');
    const refused = await gatehouse('import', broken, '--out', at('never.yml'));
    expect([refused.code, existsSync(at('never.yml'))]).toEqual([2, false]);
    expect(refused.err).toMatch(/broken\.cfg:3:\d+/);
  });

  it('refuses a scenario with an unknown step, with its line', async () => {
    const scenario = file(
      'odd.yml',
      'title: An odd one out\nrow: CMD-01\nkind: attack\nrole: mx\nabout: Says something that no client can say.\nknobs: [errors.maxErrors]\npresets: { weak: held }\ntalk:\n  - sing: la\n',
    );
    const { code, err } = await gatehouse('run', scenario);
    expect([code, err]).toEqual([2, expect.stringMatching(/odd\.yml:9:\d+/)]);
  });
});
