// What was found out about senders, drawn in a real Chromium from real mail: SPF, DKIM, DMARC, ARC, marks in the source, quarantine.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { sessionRows, why } from './product.ts';
import { deliver, listed, senderYaml } from './senderFixture.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const many = {
  from: 'Ann <ann@example.org>',
  subject: 'fifty',
  hops: [{ sign: { domain: 'example.org', times: 49, fault: 'wrong-body' } }, { sign: { domain: 'example.org' } }],
};

describeWith('chromium', 'evidence about senders', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml: senderYaml });
    expect(await deliver(stage, 'ann@example.org', listed)).toMatch(/^250/);
    expect(await deliver(stage, 'eve@forged.example', { from: 'Eve <eve@forged.example>', subject: 'forged' })).toMatch(
      /^250/,
    );
    expect(await deliver(stage, 'ann@s0.deep.example', many)).toMatch(/^250/);
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    page = await stage.open();
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  const list = () => page.getByRole('grid', { name: 'Messages' });
  const checks = () => page.getByRole('group', { name: 'Checks', exact: true });
  const openChecks = async (subject: string) => {
    await page.keyboard.press('Control+4');
    await list().getByText(subject).first().click();
    await page.getByRole('tab', { name: 'Checks' }).click();
    await checks().waitFor();
  };

  test('the tree of SPF shows each term, what it asked, and the one that decided', async () => {
    await openChecks('through a list');
    const spf = checks().getByRole('region', { name: 'SPF of example.org', exact: true });
    await spf.getByText('Lookups 4 of 10').waitFor();
    await spf.getByText('= 127.0.0.1.example.org').waitFor();
    expect(await spf.getByText('decided').count()).toBe(1);
    expect(await spf.locator('[data-decides]').innerText()).toContain('ip4:127.0.0.1');
    await spf.getByRole('button', { name: '1 question of include:_spf.example.org' }).click();
    await spf
      .getByRole('table', { name: 'Questions of include:_spf.example.org' })
      .getByText('a:no.example.org')
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await spf.getByRole('button', { name: /close the record of _spf/ }).click();
    expect(await spf.getByText('a:no.example.org').count()).toBe(1);
  });

  test('signatures tell why, their key and age; the chain of ARC tells who sealed', async () => {
    await openChecks('through a list');
    const dkim = checks().getByRole('region', { name: 'DKIM signatures' });
    await dkim.getByText('DKIM, 2 signatures').waitFor();
    await dkim.getByText('s1._domainkey.example.org').waitFor();
    await dkim.getByText(/of 49 octets are signed/).waitFor();
    await dkim.getByText('24 h left').waitFor();
    const arc = checks().getByRole('region', { name: 'ARC chain' });
    await arc.getByText('lists.example.net').first().waitFor();
    await arc.getByText('all of them trusted').waitFor();
    await checks()
      .getByRole('region', { name: 'Worker' })
      .getByText(/waited .* worked/)
      .waitFor();
  });

  test('DMARC is a picture in words, with both readings side by side and the names it asked', async () => {
    await openChecks('forged');
    const dmarc = checks().getByRole('region', { name: 'DMARC' });
    await dmarc
      .getByRole('list', { name: 'SPF, the MAIL sender' })
      .getByText('aligned, but it does not pass')
      .waitFor();
    const readings = dmarc.getByRole('table', { name: 'Both readings of DMARC' });
    expect(await readings.getByRole('columnheader').allInnerTexts()).toEqual([
      'what',
      'RFC 9989, counts',
      'RFC 7489, beside it',
    ]);
    await dmarc.getByRole('list', { name: 'Names asked, RFC 9989' }).getByText('_dmarc.forged.example').waitFor();
  });

  test('the source marks what one signature covers, and where the body goes on unsigned', async () => {
    await page.keyboard.press('Control+4');
    await list().getByText('through a list').click();
    const source = page.getByRole('group', { name: 'Source', exact: true });
    const rows = (kind: string) => source.locator(`[data-mark=${kind}]`);
    await page.getByLabel('Show what is signed by').selectOption({ label: '2. example.org, s1: policy' });
    await source.focus();
    await page.keyboard.press('End');
    await rows('signed').filter({ hasText: 'second line' }).waitFor();
    await rows('unsigned').filter({ hasText: 'added by somebody else' }).waitFor();
    await rows('signed').filter({ hasText: 'Subject: through a list' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Show what is signed by').selectOption('');
    expect(await rows('signed').count()).toBe(0);
  });

  test('fifty signatures and includes eleven deep stay usable in a small window', async () => {
    await page.setViewportSize({ width: 1024, height: 700 });
    await openChecks('fifty');
    const cards = checks().getByRole('region', { name: 'DKIM signatures' }).locator('.signature');
    expect(await cards.count()).toBe(50);
    await cards.nth(30).locator('summary').first().click();
    await cards.nth(30).getByText('known as').waitFor();
    const spf = checks().getByRole('region', { name: 'SPF of s0.deep.example' });
    await spf.getByText('include:s11.deep.example').first().waitFor();
    expect(await checks().evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
  });

  test('quarantine has its chip in list and head, and can be filtered for', async () => {
    await page.keyboard.press('Control+4');
    await page.getByLabel('Filter messages').fill('quarantine');
    await page.getByText('1 of 3 messages').waitFor();
    await list().getByText('forged').first().click();
    expect(await page.locator('.chip', { hasText: 'quarantine' }).count()).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Session', exact: true }).click();
    await why(page).getByText('Quarantine', { exact: true }).waitFor();
    await why(page).getByRole('region', { name: 'DMARC' }).waitFor();
  });

  test('the why of a session draws what each check found, and opens it by keyboard', async () => {
    await sessionRows(page).first().click();
    await why(page).getByText('dkim', { exact: false }).first().waitFor();
    const row = why(page).locator('summary').filter({ hasText: 'dkim' }).first();
    await row.focus();
    await page.keyboard.press('Enter');
    await why(page).getByRole('region', { name: 'DKIM signatures' }).waitFor();
  });

  test('a discarded message and one kept apart are called so where sessions are listed, told and filtered', async () => {
    const apply = async (yaml: string) => {
      const { revision } = await stage.workbench.handlers['settings.get']({});
      await stage.workbench.handlers['settings.apply']({ draft: { yaml }, revision });
    };
    await apply(
      senderYaml.replace('dmarc: { enabled: true }', 'dmarc: { enabled: true, map: { fail-reject: discard } }'),
    );
    const lost = { from: 'Eve <eve@sub.example.org>', subject: 'lost' };
    expect(await deliver(stage, 'eve@sub.example.org', lost)).toMatch(/^250/);
    await apply(senderYaml);
    const filter = page.getByRole('combobox', { name: 'Filter sessions' });
    await filter.fill('dmarc:fail-reject');
    await sessionRows(page).filter({ hasText: 'discarded' }).click();
    await expect.poll(() => sessionRows(page).count()).toBe(1);
    const transcript = page.getByRole('grid', { name: 'Transcript' });
    await transcript.getByText('message discarded by dmarc').waitFor();
    expect(await transcript.getByText('open the message').count()).toBe(0);
    await filter.fill('outcome:quarantined');
    await sessionRows(page).filter({ hasText: 'eve@forged.example' }).filter({ hasText: 'quarantined' }).waitFor();
    await expect.poll(() => sessionRows(page).count()).toBe(1);
    await filter.fill('');
  });
});
