// The window in a real Chromium, on a real workbench with its web host: what the tests of the window drive.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { serve } from '../../core/contract/rpc.ts';
import type { Handlers } from '../../core/contract/rpc.ts';
import { windowFolder } from '../../core/host/assets.ts';
import { openWeb, type WebHost } from '../../core/host/web.ts';
import { openWorkbench, type Workbench } from '../../core/host/workbench.ts';
import { Client } from '../smtp/playground.ts';

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Stage {
  readonly workbench: Workbench;
  readonly web: WebHost;
  readonly browser: Browser;
  /** A page of its own with the window in it, connected. */
  open(options?: PageOptions): Promise<Page>;
  /** A client of the first listener, or of the named one. */
  client(listener?: string): Promise<Client>;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

interface StageOptions {
  readonly yaml: string;
  /** Handlers that answer instead of the workbench's own. */
  readonly instead?: (own: Handlers) => Partial<Handlers>;
  /** Gets what rings the window, where handlers answer instead. */
  readonly served?: (side: ReturnType<typeof serve>) => void;
}

/** Opens workbench, web host and browser; anything the page complains about fails the test that closes the stage. */
export async function openStage(executablePath: string, { yaml, instead, served }: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-window-'));
  const config = join(folder, 'config.yml');
  writeFileSync(config, yaml);
  const workbench = await openWorkbench({ host: 'web', folder: join(folder, 'test.gatehouse'), config, notes: [] });
  const assets = await windowFolder(() => undefined);
  const web = await openWeb({
    assets: () => Promise.resolve(assets),
    port: 0,
    token: 'a'.repeat(32),
    attach: (port) => {
      if (!instead) workbench.attach(port);
      else served?.(serve(port, { ...workbench.handlers, ...instead(workbench.handlers) }, () => undefined));
    },
  });
  const browser = await chromium.launch({ executablePath, args: flags });
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  return {
    workbench,
    web,
    browser,
    open: async ({ width = 1440, height = 900, theme = 'light' } = {}) => {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        reducedMotion: 'reduce',
      });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(8000);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().includes('WebSocket connection'))
          complaints.push(message.text());
      });
      await page.goto(web.url);
      await page.getByText('Listening').first().waitFor();
      return page;
    },
    client: (listener) => {
      const state = workbench.state().listeners.find(({ name }) => listener === undefined || name === listener);
      return Client.open(Number(/:(\d+)$/.exec(state?.bound ?? '')?.[1] ?? 0));
    },
    close: async () => {
      for (const context of contexts) await context.close();
      await browser.close();
      await web.close();
      await workbench.close();
      rmSync(folder, { recursive: true, force: true });
      expect(complaints).toEqual([]);
    },
  };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

/** What axe finds wrong with the page, one line each. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger: a script element would be refused by the page's Content-Security-Policy.
  await page.evaluate(axe);
  const result = await page.evaluate(async () => {
    const { axe: loaded } = window as unknown as {
      axe: { run: (root: Document, options: object) => Promise<unknown> };
    };
    return loaded.run(document, { resultTypes: ['violations'] });
  });
  const { violations } = result as {
    violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 600)}: ${failureSummary}`),
  );
}

/** Opens the palette and types, until the command meant is the one Enter would run. */
export async function findCommand(page: Page, typed: string, title: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const input = page.getByPlaceholder('What do you want to do?');
  await input.waitFor();
  await expect.poll(() => input.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.type(typed);
  await page.locator('[role=option][aria-selected=true]', { hasText: title }).waitFor();
}
