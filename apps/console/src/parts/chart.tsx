// A plot. ECharts is loaded when the first one is drawn. Whoever cannot see it gets what it says as text, and may have its numbers as a
// table.

import { Box, Skeleton, useComputedColorScheme } from '@mantine/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';

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

  useEffect(() => {
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
  }, [isDark]);

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
      {!chart && <Skeleton pos="absolute" inset={0} />}
      <div ref={frame} role="img" aria-label={label} style={{ height: '100%' }} />
    </Box>
  );
}
