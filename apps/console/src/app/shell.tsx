// The frame around every page: where one is, where one can go, who one is.

import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Loader,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMoon, IconSun } from '@tabler/icons-react';
import { Suspense, useEffect, useRef } from 'react';
import { Link, Route, Routes, useLocation } from 'react-router';
import { useLive } from '../api/live.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { LiveMark } from './live-mark.tsx';
import { pageAt, pages } from './pages.tsx';
import { SessionGate, SessionMark } from './session.tsx';
import classes from './shell.module.css';

export function Shell() {
  const [opened, menu] = useDisclosure();
  const current = pageAt(useLocation().pathname);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a href="#main" className={classes.skip}>
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Text component={Link} to="/" fw={700} size="lg" className={classes.name}>
              Flightdeck
            </Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <SessionMark />
            <ColourScheme />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {pages.map(({ path, name, icon: Icon }) => (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={name}
            leftSection={<Icon size={18} aria-hidden />}
            variant="filled"
            active={path === current?.path}
            {...(path === current?.path && { 'aria-current': 'page' as const })}
            onClick={menu.close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <SessionGate>
          <Pages />
        </SessionGate>
      </AppShell.Main>
    </AppShell>
  );
}

/** Asks the controller for nothing before the gate has let one in. */
function Pages() {
  const live = useLive();
  useNewPage();
  return (
    <>
      <LiveMark live={live} />
      <Suspense fallback={<Loader role="status" aria-label="The page is on its way" />}>
        <Routes>
          {pages.map(({ path, View }) => (
            <Route key={path} path={path === '/' ? '/' : `${path}/*`} element={<View />} />
          ))}
          <Route
            path="*"
            element={<EmptyState title="There is no such page" next={<Link to="/">Go to the loop.</Link>} />}
          />
        </Routes>
      </Suspense>
    </>
  );
}

/** Another page is said to screen readers by its title, which is that of its part of the menu. */
function useNewPage(): void {
  const { pathname } = useLocation();
  const isFirst = useRef(true);
  useEffect(() => {
    const page = pageAt(pathname);
    document.title = page ? `${page.name} · Flightdeck` : 'Flightdeck';
    if (!isFirst.current) window.scrollTo(0, 0);
    isFirst.current = false;
  }, [pathname]);
}

function ColourScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={isDark ? 'Light colours' : 'Dark colours'}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}
