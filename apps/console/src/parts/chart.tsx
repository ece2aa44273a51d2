// A plot. ECharts is loaded when the first one is drawn, and a plot is drawn when it is nearly in view, since a page may have many.
// Whoever cannot see it gets what it says as text, and may have its numbers as a table.

import { Box, Skeleton, useComputedColorScheme } from '@mantine/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { type RefObject, useEffect, useRef, useState } from 'react';

interface ChartProps {
  /** What it shows, in a sentence: "ROC curve of version 4: area 0.92". */
  readonly label: string;
  readonly option: EChartsCoreOption;
  readonly height?: number;
}

/** `option` should be memoised: a new one is drawn anew. */
export function Chart({ label, option, height = 260 }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const isDark = useComputedColorScheme('light') === 'dark';
  const isWanted = useNearView(frame);

  useEffect(() => {
    if (!isWanted) return;
    let made: EChartsType | undefined;
    let gone = false;
    void import('./plot-library.ts').then(({ echarts }) => {
      if (gone || !frame.current) return;
      made = echarts.init(frame.current, isDark ? 'dark' : null, { renderer: 'svg' });
      setChart(made);
    });
    return () => {
      gone = true;
      made?.dispose();
      setChart(undefined);
    };
  }, [isDark, isWanted]);

  useEffect(() => {
    chart?.setOption(
      {
        ...{ backgroundColor: 'transparent', animation: false },
        // ECharts would write its own words over ours.
        aria: { enabled: true, label: { description: label } },
        ...option,
      },
      true,
    );
  }, [chart, option, label]);

  useEffect(() => {
    if (!chart || !frame.current) return;
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [chart]);

  return (
    <Box pos="relative" h={height}>
      {isWanted && !chart && <Skeleton pos="absolute" inset={0} />}
      <div ref={frame} data-plot role="img" aria-label={label} style={{ height: '100%' }} />
    </Box>
  );
}

/** Whether it has ever been in view, or a little below. */
function useNearView(frame: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (isNear || !frame.current) return;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: '300px' },
    );
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame, isNear]);
  return isNear;
}
