// What swaks is told is explained in the window: every answer has its verdict, its check or reason, and the setting that decided.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import type { Client } from '../../core/contract/rpc.ts';
import { eventsOf, sessionsWhen } from '../host/served.ts';
import { Client as Raw } from '../smtp/playground.ts';
import { describeWith, needProgram } from '../tooling/programs.ts';
import { openProduct, type Product, sessionList, sessionRows, transcript, why } from './product.ts';

const config = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
  - { name: sub, role: submission, address: 0.0.0.0:587, lab: 127.0.0.1:0 }
flow:
  service: { peerMaxConnections: 0, peerMaxIntervalConnections: 0, maxIntervalConnections: 0, maxConnections: 0 }
domains:
  local:
    - { name: gate.example, accept: listed, recipients: [bob, carol] }
authentication:
  clear: [PLAIN, LOGIN]
acceptance: { maxDataSize: 16, maxRcptCount: 1 }
loops: { maxReceivedHeaders: 3 }
errors: { maxAuthErrors: 2 }
dns:
  zone: |
    forged.example TXT v=spf1 ip4:192.0.2.10 -all
sender:
  spf:
    map: { fail: refuse }
`;

const password = 'no-such-Secret-4711';
const received = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `Received: from a${index} by b${index}; Sun, 1 Nov 2026 10:00:0${index} +0000`,
  );

/** What each run of swaks is refused for: the check that decided, the code it hears, and the setting that says so. */
const runs: readonly Run[] = [
  { helo: 'good.example', args: [], code: 250, check: 'no objection' },
  {
    helo: 'guesser.example',
    args: ['--auth', 'PLAIN', '--auth-user', 'test', '--auth-password', password],
    code: 535,
    check: 'credentials',
  },
  {
    helo: 'guesser-login.example',
    args: ['--auth', 'LOGIN', '--auth-user', 'test', '--auth-password', password, '--tls'],
    code: 535,
    check: 'credentials',
  },
  {
    helo: 'relay.example',
    args: ['--to', 'eve@elsewhere.example'],
    code: 550,
    check: 'relay',
    setting: 'authentication.remoteDelivery = auth',
  },
  {
    helo: 'unknown.example',
    args: ['--to', 'nobody@gate.example'],
    code: 550,
    check: 'recipient known',
    setting: 'domains.local',
  },
  {
    helo: 'many.example',
    args: ['--to', 'bob@gate.example,carol@gate.example'],
    code: 452,
    check: 'recipient limit',
    setting: 'acceptance.maxRcptCount = 1',
  },
  {
    helo: 'large.example',
    args: ['--body', 'a line of a large message\n'.repeat(1000)],
    code: 552,
    check: 'size',
    setting: 'acceptance.maxDataSize = 16',
  },
  {
    helo: 'forger.example',
    args: ['--from', 'ann@forged.example'],
    code: 550,
    check: 'spf mail',
    setting: 'sender.spf.map.fail = refuse',
  },
  {
    helo: 'loop.example',
    args: received(4).flatMap((header) => ['--add-header', header]),
    code: 554,
    check: 'received loop',
    setting: 'loops.maxReceivedHeaders = 3',
  },
];

interface Run {
  readonly helo: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly check: string;
  readonly setting?: string;
}

describeWith('chromium', 'why, for swaks', (chromium) => {
  let product: Product;
  let page: Page;
  let window: Client;
  beforeAll(async () => {
    product = await openProduct(chromium, { config });
    window = await product.served.window();
    page = await product.open();
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Dismiss' }).click();
  });
  afterAll(() => product.close());

  test('swaks is answered as the settings say, and each session arrives', async (context) => {
    const swaks = needProgram(context, 'swaks');
    const heard = await Promise.all(
      runs.map(({ helo, args }) =>
        product.swaks(swaks, '--from', 'ann@example.com', '--to', 'bob@gate.example', '--helo', helo, ...args),
      ),
    );
    for (const [index, run] of runs.entries()) expect(heard[index]).toMatch(new RegExp(`<[-~*]+ +${run.code}[ -]`));

    // swaks asks for no mechanism that is not offered: what a client hears that does comes byte by byte.
    const raw = await Raw.open(product.port());
    await raw.reply();
    const wrong = `AUTH PLAIN ${Buffer.from(`\0test\0${password}`).toString('base64')}`;
    await raw.codes('EHLO unoffered.example', 'AUTH GSSAPI', 'AUTH CRAM-MD5', wrong, wrong);
    raw.send(`${wrong}\r\n`);
    await raw.replies(2);
    const early = await Raw.open(product.port('sub'));
    await early.reply();
    await early.codes(
      'EHLO early.example',
      'MAIL FROM:<ann@example.com>',
      'MAIL FROM:<ann',
      'XYZZY',
      'RCPT TO:<a@b>',
      'QUIT',
    );
    await sessionsWhen(window, (rows) => rows.filter((row) => row.duration !== undefined).length >= runs.length + 2);
    for (const { helo } of runs)
      await sessionList(page).getByText(helo).or(sessionList(page).getByText(/@/)).first().waitFor();
    await expect.poll(() => sessionRows(page).count()).toBe(runs.length + 2);
  });

  test('every answer of 400 and above has its why; so has one of 200', async () => {
    const rows = await sessionsWhen(window, (all) => all.length >= runs.length + 2);
    const explained = new Set<string>();
    for (const row of rows) {
      const events = await eventsOf(window, row.id);
      await openSession(page, row.helo ?? '');
      const replies = events.filter((event) => event.kind === 'reply');
      const good = replies.filter(({ code }) => code < 300).slice(-2);
      for (const reply of [...replies.filter(({ code }) => code >= 400), ...good]) {
        explained.add(`${reply.code} ${reply.verdict.reason}`);
        await expectWhy(page, reply);
      }
    }
    expect([...explained].filter((one) => /^[45]/.test(one)).sort()).toEqual(
      expect.arrayContaining([
        '421 too-many-logins',
        '452 too-many-recipients',
        '504 auth-mechanism',
        '530 login-required',
        '535 auth-failed',
        '550 relay-denied',
        '550 spf-fail',
        '550 unknown-recipient',
        '552 size-exceeded',
        '554 received-loop',
      ]),
    );
  });

  test.each(runs)('$helo: what was opened leads to $code, $check', async ({ helo, code, check, setting }) => {
    await openSession(page, helo);
    const deciding = await why(page).innerText();
    expect(deciding).toContain(String(code));
    expect(deciding).toContain(check);
    if (setting === undefined) return;
    await why(page).getByRole('button', { name: setting }).first().click();
    const path = setting.split(' ')[0] ?? '';
    const field = page.locator(`[data-setting="${path}"], [data-setting^="${path}."]`).first();
    await field.waitFor();
    await page.goBack();
    await transcript(page).waitFor();
  });

  test('nothing that was a password is anywhere on the page', async () => {
    const encoded = (text: string) => Buffer.from(text).toString('base64');
    const secrets = [
      password,
      product.served.user?.password ?? 'none was made',
      encoded(password),
      encoded(`\0test\0${password}`),
      encoded(`test\0test\0${password}`),
    ];
    for (const helo of ['guesser.example', 'guesser-login.example', 'unoffered.example']) {
      await openSession(page, helo);
      await sessionList(page).focus();
      await page.keyboard.press('r');
      const hidden = transcript(page).locator('[data-kind=client]').filter({ hasText: '▮' });
      expect(await hidden.count()).toBeGreaterThan(0);
      for (const line of await hidden.all()) {
        await line.click();
        const n = await line.getAttribute('data-n');
        await page.getByRole('region', { name: 'Raw bytes' }).getByText(`client, line ${n}, `).waitFor();
        const content = await page.content();
        expect(content).toContain('▮▮ ▮▮ ▮▮');
        for (const secret of secrets) {
          expect(content).not.toContain(secret);
          expect(content).not.toContain(inHex(secret));
        }
      }
      await sessionList(page).focus();
      await page.keyboard.press('r');
    }
  });
});

/** The first octets as a row of raw bytes has them. */
const inHex = (text: string) =>
  [...Buffer.from(text).subarray(0, 6)].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');

/** Opens the session of a client by the name it gave itself. */
async function openSession(page: Page, helo: string): Promise<void> {
  const filter = page.getByRole('combobox', { name: 'Filter sessions' });
  await filter.fill(`helo:${helo}`);
  await expect.poll(() => sessionRows(page).count()).toBe(1);
  await filter.press('Escape');
  await sessionRows(page).first().click();
  await transcript(page).getByText(helo).first().waitFor();
}

/** Clicks the line of a reply and reads its why beside it. */
async function expectWhy(page: Page, reply: Extract<Event, { kind: 'reply' }>): Promise<void> {
  const { n, code, verdict } = reply;
  const said = `${code} ${verdict.reason}, line ${n}`;
  await transcript(page).locator(`[data-n="${n}"][data-kind=server]`).click();
  await why(page).getByText(`line ${n}`, { exact: true }).waitFor();
  const text = await why(page).innerText();
  expect(text, said).toMatch(new RegExp(`^\\S+ at ${verdict.stage}`, 'm'));
  expect(text, said).toContain(verdict.because);
  expect(text, said).toContain(verdict.reason);
  expect(text, said).toContain(verdict.basis);
  const terms = await why(page).locator('dl').first().innerText();
  expect(terms, said).toMatch(/check\s+\S+/);
  expect(terms, said).toMatch(/reason\s+[a-z]+/);
  expect(terms, said).toContain(String(code));
  const decider = verdict.findings[verdict.decider ?? -1];
  if (!decider) return;
  expect(terms, said).toContain(decider.text);
  if (decider.setting !== undefined)
    await expect
      .poll(() => why(page).getByRole('button', { name: decider.setting }).count(), { message: said })
      .toBeGreaterThan(0);
}
