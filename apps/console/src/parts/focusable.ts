// What scrolls has to be reached by the keyboard, too: for the `scrollAreaProps` of a table that may be wider than its place.

export const focusable = { viewportProps: { tabIndex: 0 } } as const;
