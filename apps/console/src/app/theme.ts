// The few ways in which the console looks other than Mantine does by itself.

import { Anchor, Badge, type CSSVariablesResolver, createTheme, Table } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'blue',
  // The lighter sixth shade is too pale for small text: WCAG asks for a contrast of 4.5.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  cursorType: 'pointer',
  components: {
    // A link within a sentence is not to be told by its colour alone.
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    // On its light ground a badge's own colour is too pale to be read.
    Badge: Badge.extend({
      vars: (_theme, { variant }) => ({
        root: variant === 'light' ? { '--badge-color': 'var(--mantine-color-text)' } : {},
      }),
    }),
    // What scrolls has to be reached by the keyboard, too.
    TableScrollContainer: Table.ScrollContainer.extend({
      defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } },
    }),
  },
});

/** Mantine's own is too pale for small text. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': 'var(--mantine-color-gray-7)' },
  dark: { '--mantine-color-dimmed': 'var(--mantine-color-dark-1)' },
});
