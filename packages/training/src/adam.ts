// Adam (Kingma and Ba 2015, algorithm 1): gradient descent whose step is scaled, weight by weight, by running estimates of the gradient's
// mean and its mean square.

import { tf } from './tensorflow.ts';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

export interface Adam {
  /** Moves each variable against its gradient; gradients come in the order of the variables. */
  step(gradients: readonly tf.Tensor[], learningRate: number): void;
  dispose(): void;
}

export function createAdam(variables: readonly tf.Variable[]): Adam {
  const means = variables.map((variable) => tf.variable(tf.zerosLike(variable), false));
  const squares = variables.map((variable) => tf.variable(tf.zerosLike(variable), false));
  let steps = 0;
  return {
    step(gradients, learningRate) {
      steps += 1;
      // Both estimates begin at zero and are too small at first. Dividing by these shares undoes that; it is done to the rate
      // and to epsilon instead (end of section 2 of the paper), which saves two operations a variable.
      const meanShare = 1 - beta1 ** steps;
      const squareShare = Math.sqrt(1 - beta2 ** steps);
      const rate = (learningRate * squareShare) / meanShare;
      tf.tidy(() => {
        variables.forEach((variable, index) => {
          const gradient = gradients[index]!;
          const mean = tf.add(tf.mul(means[index]!, beta1), tf.mul(gradient, 1 - beta1));
          const square = tf.add(tf.mul(squares[index]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
          means[index]!.assign(mean);
          squares[index]!.assign(square);
          variable.assign(
            tf.sub(variable, tf.mul(tf.div(mean, tf.add(tf.sqrt(square), epsilon * squareShare)), rate)),
          );
        });
      });
    },
    dispose() {
      tf.dispose([...means, ...squares]);
    },
  };
}
