// Builds the console into dist/, which the controller serves. In development it asks a controller that is up: npm run dev.

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compression } from 'vite-plugin-compression2';

const controller = process.env.CONTROLLER_URL ?? 'http://127.0.0.1:8081';

export default defineConfig({
  plugins: [react(), compression({ algorithms: ['gzip', 'brotliCompress'] })],
  server: { proxy: { '/v1': controller, '/bull-board': controller } },
});
