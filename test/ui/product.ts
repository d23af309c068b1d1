// The product as a person gets it: `gatehouse serve` as a process of its own, its address open in a real Chromium, swaks beside it.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { openWorkspace, type Workspace } from '../../core/journal/workspace.ts';
import { realWorld } from '../../core/world/real.ts';
import { runProgram, serveFresh, type Served } from '../host/served.ts';
import { flags } from './window.ts';

export interface Product {
  readonly served: Served;
  /** The port of the first listener, or of the named one. */
  port(listener?: string): number;
  open(look?: Look): Promise<Page>;
  /** Sends with swaks to the first listener; the answer is its transcript. */
  swaks(program: string, ...args: string[]): Promise<string>;
  /** Ends everything; fails on whatever the pages complained about. */
  close(): Promise<void>;
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

interface Given {
  /** The workspace holds this text from the start: Apply writes to it. */
  readonly yaml?: string;
  /** What else it holds. */
  readonly fill?: (workspace: Workspace) => void;
  /** The settings come from a file that is never written. */
  readonly config?: string;
}

/** Serves a workspace and opens a browser for it. */
export async function openProduct(executablePath: string, given: Given): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-product-'));
  await prepare(join(folder, 'lab.gatehouse'), given);
  const config = join(folder, 'config.yml');
  if (given.config !== undefined) writeFileSync(config, given.config);
  const served = await serveFresh(given.config === undefined ? [] : ['--config', config], folder);
  const browser: Browser = await chromium.launch({ executablePath, args: flags });
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  const port = (name?: string) => served.listeners.find((one) => name === undefined || one.name === name)?.port ?? 0;
  return {
    served,
    port,
    open: async ({ width = 1440, height = 900, theme = 'light' } = {}) => {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        reducedMotion: 'reduce',
        acceptDownloads: true,
      });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      page.on('pageerror', (error) => complaints.push(error.message));
      // Refusals of the Content-Security-Policy are told here, too.
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
      page.on('request', (request) => {
        if (!/^(https?|wss?):\/\/127\.0\.0\.1:|^(data|blob):/.test(request.url())) complaints.push(request.url());
      });
      await page.goto(served.web);
      await page.getByText('Listening').first().waitFor();
      return page;
    },
    swaks: async (program, ...args) => {
      const to = ['--server', `127.0.0.1:${port()}`];
      const { out, err } = await runProgram(program, [...to, ...args]);
      return out + err;
    },
    close: async () => {
      for (const context of contexts) await context.close();
      await browser.close();
      expect(await served.stop()).toBe(0);
      expect(complaints).toEqual([]);
    },
  };
}

async function prepare(folder: string, { yaml, fill }: Given): Promise<void> {
  if (yaml === undefined) return;
  const opened = await openWorkspace({ folder, world: realWorld });
  if ('refusal' in opened) throw new Error(JSON.stringify(opened.refusal));
  await opened.workspace.saveYaml(yaml);
  fill?.(opened.workspace);
  await opened.workspace.close();
}

/** One listener on a free port, and nothing that counts connections. */
export const freePort = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
`;

export const sessionList = (page: Page): Locator => page.getByRole('grid', { name: 'Sessions' });
export const transcript = (page: Page): Locator => page.getByRole('grid', { name: 'Transcript' });
export const why = (page: Page): Locator => page.getByRole('region', { name: 'Why' });
/** The rows of sessions, without the head of the list. */
export const sessionRows = (page: Page): Locator => sessionList(page).locator('[role=row][aria-selected]');
