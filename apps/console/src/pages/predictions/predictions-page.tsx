// Predictions: everything that was answered, and what it turned out to be. Search, look at one, label those that are uncertain.

import { Tabs } from '@mantine/core';
import { Link, Route, Routes, useLocation } from 'react-router';
import { useAskable } from '../../api/askable.ts';
import { Answer } from '../../parts/answer.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Page } from '../../parts/page.tsx';
import { OnePrediction } from './one-prediction.tsx';
import { Review } from './review.tsx';
import { Search } from './search.tsx';

export default function PredictionsPage() {
  return (
    <Routes>
      <Route path="/:model/:id" element={<OnePrediction />} />
      <Route path="*" element={<Lists />} />
    </Routes>
  );
}

function Lists() {
  const askable = useAskable();
  return (
    <Page
      title="Predictions"
      lead="Every answer of serving, and every failure, is in the prediction log. What it turned out to be joins it when it is known."
    >
      <Answer of={askable}>
        {({ endpoints }) => {
          const models = [...new Set(endpoints.map(({ model }) => model))];
          return models.length === 0 ? <NothingServed /> : <ListsOf models={models} />;
        }}
      </Answer>
    </Page>
  );
}

function NothingServed() {
  return (
    <EmptyState
      title="Nothing is served yet, so nothing was predicted"
      next={
        <>
          Train a model: <code>npx flightdeck train</code>. Its first champion gets an endpoint.
        </>
      }
    />
  );
}

function ListsOf({ models }: { readonly models: readonly string[] }) {
  const isReview = useLocation().pathname.endsWith('/review');
  return (
    <Tabs value={isReview ? 'review' : 'search'} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="search" renderRoot={(props) => <Link to="/predictions" {...props} />}>
          Search
        </Tabs.Tab>
        <Tabs.Tab value="review" renderRoot={(props) => <Link to="/predictions/review" {...props} />}>
          Review queue
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="search">
        <Search models={models} />
      </Tabs.Panel>
      <Tabs.Panel value="review">
        <Review models={models} />
      </Tabs.Panel>
    </Tabs>
  );
}
