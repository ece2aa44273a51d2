// The system as one picture: ten stages in a ring, which a screen reader meets as a list in the order of the flow.

import type { OverviewAnswer } from '@flightdeck/admin-api';
import { learningStages } from './learning-stages.tsx';
import classes from './loop.module.css';
import { servingStages } from './serving-stages.tsx';
import { Stage } from './stage.tsx';

export function LoopDiagram({ overview }: { readonly overview: OverviewAnswer }) {
  return (
    <section aria-label="The stages of the loop">
      <div className={classes.frame}>
        <ol className={classes.ring}>
          {[...learningStages(overview), ...servingStages(overview)].map((stage) => (
            <Stage key={stage.key} stage={stage} />
          ))}
        </ol>
        <div className={classes.back} aria-hidden="true" />
        <p className={classes.again}>
          <span>Labels and events come back as rows to learn from; decisions go back to the queue.</span>
        </p>
      </div>
    </section>
  );
}
