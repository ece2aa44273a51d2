// One colour per thing, on the whole page: what is the network's is blue in every chart, table and tile. The hues are those of Okabe
// and Ito (2008), which people with colour-blindness can tell apart, shaded to have contrast on white and on near-black.

export const palette = {
  network: { light: '#0067b1', dark: '#5ab4ec' },
  logistic: { light: '#c05a00', dark: '#f0a04b' },
  constant: { light: '#6e7781', dark: '#919aa5' },
  champion: { light: '#8a4a8f', dark: '#d59ad8' },
  ink: { light: '#1b2430', dark: '#e8ecf1' },
  muted: { light: '#57616e', dark: '#a3adb9' },
  line: { light: '#dde2e8', dark: '#323b47' },
  surface: { light: '#fffffe', dark: '#1a212b' },
  page: { light: '#f5f7f9', dark: '#12171e' },
  pass: { light: '#00744f', dark: '#3fc796' },
  fail: { light: '#b3261e', dark: '#ff8a80' },
  inconclusive: { light: '#8a5a00', dark: '#e6b450' },
} as const;

export type Colour = keyof typeof palette;

/** The colour of a trained thing; baselines and champion by name, anything else as the network. */
export function colourOf(name: string): Colour {
  return name === 'logistic' || name === 'constant' || name === 'champion' ? name : 'network';
}

/** Charts are drawn in the light colours; as variables they follow the reader's theme. */
export function themed(svg: string): string {
  const names = new Map(Object.entries(palette).map(([name, { light }]) => [light as string, name]));
  return svg.replace(/#[0-9a-f]{6}\b/gi, (colour) => {
    const name = names.get(colour.toLowerCase());
    return name === undefined ? colour : `var(--${name})`;
  });
}

/** Declarations of all colours as CSS variables. */
export function variables(theme: 'light' | 'dark'): string {
  return Object.entries(palette)
    .map(([name, colours]) => `--${name}: ${colours[theme]};`)
    .join(' ');
}
