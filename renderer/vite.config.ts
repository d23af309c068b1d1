// How the window is built: one page with relative addresses, fonts and icon as files of their own, as its CSP wants them.
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

export default defineConfig({
  root,
  base: './',
  publicDir: false,
  cacheDir: join(root, '../node_modules/.cache/vite-renderer'),
  plugins: [react()],
  build: {
    // Whoever builds may say where to; alone, the window goes where the web host looks for it.
    outDir: process.env['GATEHOUSE_RENDERER_OUT'] ?? join(root, '../node_modules/.cache/gatehouse/renderer'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'chrome130',
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
});
