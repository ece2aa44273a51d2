import { defineConfig } from 'vitest/config';

export default defineConfig({
  // GitHub's packages import JSON the way bundlers take it and Node does not.
  test: { server: { deps: { inline: [/@actions\//] } } },
});
