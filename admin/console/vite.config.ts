// How the console becomes files: one page, scripts in pieces that are loaded when a page needs them. It is built by the
// control plane itself where it is missing or older than its sources (admin/console-host/build-console.ts).

import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: path.join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    // The policy of the page allows no script and no style in the page itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2022',
  },
})
