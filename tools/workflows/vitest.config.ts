import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.config.ts';

export default mergeConfig(shared, {
  // GitHub's packages import JSON the way bundlers take it and Node does not.
  test: { server: { deps: { inline: [/@actions\//] } } },
});
