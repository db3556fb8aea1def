// A served demo and a real browser, shared by the browser tests of one file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { start } from '../http/harness.mjs';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const WIDE = { viewport: { width: 1280, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

// {url, browser, page(options), close()}: every page it opens records what the console and the network said.
export async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'agora-browser-'));
  const server = await start({ folder, demo: true });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
  return {
    url: server.url,
    browser,
    async page(options = WIDE) {
      const context = await browser.newContext({ locale: 'fr-FR', serviceWorkers: 'block', ...options });
      const page = await context.newPage();
      page.said = [];
      page.on('console', (message) => message.type() === 'error' && page.said.push(message.text()));
      page.on('pageerror', (error) => page.said.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(server.url) && !request.url().startsWith('data:')) page.said.push(`asked ${request.url()}`);
      });
      return page;
    },
    async close() {
      await browser.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// The addresses of one page of each sort, found through the API.
export async function addresses(url) {
  const { items } = await (await fetch(`${url}/api/v1/entries?q=Partons+du+bon+pied&limit=1`)).json();
  return {
    home: '/',
    explorer: '/explore',
    'explorer near a place': '/explore?near=45.5646,5.9178&radius=15',
    'explorer with filters': '/explore?kind=actor,tool&theme=democracy',
    'explorer with nothing': '/explore?q=zzzzqqqq',
    entry: new URL(items[0].url, url).pathname,
    territory: '/territories/dep-73-savoie',
    portraits: '/stories',
    'portraits narrowed': '/stories?q=berges&theme=water',
    themes: '/themes',
    theme: '/themes/democracy',
    about: '/about',
    'not there': '/entries/12-nothing',
  };
}
