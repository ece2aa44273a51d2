// Whom one can ask, which is also what there can be predictions of.

import type { AskableAnswer } from '@flightdeck/admin-api';
import { useAnswer } from './answers.ts';

export const useAskable = () => useAnswer<AskableAnswer>('/v1/questions');
