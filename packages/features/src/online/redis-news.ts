// How followers of a plan in Redis hear what it accepts: a channel, on a connection of its own that is asked again and again whether it
// still is one. A message is "position outcomes news", with an outcome (0: accepted) for each event of the news.

import type { Accepted } from './followed-store.ts';
import type { OnlinePlan } from './online-plan.ts';
import { redisClient } from './redis-connection.ts';
import type { Arrival } from './store.ts';

export interface RedisNewsOptions {
  readonly url: string;
  readonly timeoutMs: number;
  readonly channel: string;
  /** Asks Redis, on another connection, for the position that it is at. */
  readonly position: () => Promise<number>;
  /** From now on there is news of everything after this position. */
  readonly onFollow: (position: number) => void;
  readonly onNews: (text: string) => void;
  /** There may have been news that nobody heard. */
  readonly onLoss: () => void;
}

export interface RedisNews {
  close(): void;
}

/** Listens, and begins again by itself whenever the connection is lost. Resolves after the first attempt, failed or not. */
export async function followRedis(options: RedisNewsOptions): Promise<RedisNews> {
  const { url, timeoutMs, channel, position, onFollow, onNews, onLoss } = options;
  const client = await redisClient(url, timeoutMs);
  let connections = 0;
  let isFollowing = false;

  /** The position is asked for once the channel is open: nothing can be accepted unheard in between. */
  async function follow(): Promise<void> {
    const connection = connections;
    await client.subscribe(channel);
    const at = await position();
    if (connection !== connections || isFollowing) return;
    isFollowing = true;
    onFollow(at);
  }

  /** A ping without an answer within the timeout ends the connection. */
  async function beat(): Promise<void> {
    if (client.status !== 'ready') return;
    await (isFollowing ? client.ping() : follow()).catch(() => {});
  }

  client.on('error', () => {});
  client.on('message', (_, text: string) => onNews(text));
  client.on('close', () => {
    connections++;
    isFollowing = false;
    onLoss();
  });
  client.on('ready', beat);
  const beats = setInterval(beat, timeoutMs / 2).unref();
  await client.connect().catch(() => {});
  await beat();
  return {
    close() {
      clearInterval(beats);
      client.disconnect();
    },
  };
}

type SentEvent = readonly [type: string, at: number, ...additions: SentAddition[]];
type SentAddition = readonly [stream: number, key: string, moment: number, ...amounts: number[]];

export function encodeNews(arrivals: readonly Arrival[]): string {
  const sent = arrivals.map(({ type, at, additions }): SentEvent => {
    const own = additions.map(
      ({ stream, key, moment, amounts }): SentAddition => [stream.index, key, moment, ...amounts],
    );
    return [type, at, ...own];
  });
  return JSON.stringify(sent);
}

export function decodeNews(
  { streams }: OnlinePlan,
  text: string,
): { readonly position: number; readonly accepted: readonly Accepted[] } {
  const [position, outcomes] = text.split(' ', 2) as [string, string];
  const sent = JSON.parse(text.slice(position.length + outcomes.length + 2)) as SentEvent[];
  const accepted = sent.filter((_, index) => outcomes[index] === '0');
  return {
    position: Number(position),
    accepted: accepted.map(([type, at, ...additions]) => ({
      type,
      at,
      additions: additions.map(([stream, key, moment, ...amounts]) => ({
        stream: streams[stream]!,
        key,
        moment,
        amounts,
      })),
    })),
  };
}
