// The console: one page, whose parts are loaded when they are gone to.

import '@mantine/core/styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { answers } from './api/answers.ts';
import { session } from './api/session.ts';
import { pageAt } from './app/pages.tsx';
import { Shell } from './app/shell.tsx';
import { theme, variables } from './app/theme.ts';

// Both come while the frame is drawn.
void answers.prefetchQuery(session);
void pageAt(window.location.pathname)?.load?.();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={answers}>
        <BrowserRouter>
          <Shell />
        </BrowserRouter>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
