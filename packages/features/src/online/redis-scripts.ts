// What runs inside Redis, as Lua. A script runs alone and is logged as one transaction, so an event is in all of its streams or in none,
// whatever dies and whenever. All that can fail, a script does before it writes: Redis takes nothing back.
//
// A key's running totals are a sorted set: the score is the moment, the member "moment:n:sum:sum…" the totals of everything up to it. One
// string of packed rows takes a third less time to write and three times as much to read.
//
// Where a stream keeps events, the member is "moment:column:column…" with the columns of all events that joined at that moment.

/**
 * Adds events. KEYS: the hash of newest minutes; the position; for each event the sorted set of its type's ids, then the keys of its
 * streams. ARGV: the channel that followers listen to, and what to tell them; lateness; seconds that ids live; number of streams, and for each its retention, the seconds its keys live (0: for ever), how
 * many amounts are added to it at a time, and 1 if it keeps events; for each event its type, id, minute, number of additions, and for
 * each its stream, moment and amounts.
 * Returns the position, then an outcome for each event: 0 accepted, 1 duplicate, 2 late. Where any was accepted, the position is one
 * more than before, and followers are told it with the outcomes.
 *
 * What several events add to one key is worked out together, so that a backlog of late events rewrites the rows after them once.
 */
export const addScript = `
local argument, nextKey = 0, 2
local function take() argument = argument + 1; return ARGV[argument] end
local function takeNumber() return tonumber(take()) end
local function takeKey() nextKey = nextKey + 1; return KEYS[nextKey] end

local function momentOf(member) return tonumber(string.match(member, '^-?%d+')) end
local function parse(member)
  local row = {}
  for number in string.gmatch(member, '[^:]+') do row[#row + 1] = tonumber(number) end
  return row
end

-- '%d' is exact below 2^53, and faster than what turns a number into text by itself.
local function format(row) return string.format(string.sub(string.rep(':%d', #row), 2), unpack(row)) end

local channel, news = take(), take()
local lateness, idSeconds = takeNumber(), takeNumber()
local streams = {}
for index = 0, takeNumber() - 1 do
  streams[index] =
    { retention = takeNumber(), seconds = takeNumber(), width = takeNumber(), keepsEvents = takeNumber() == 1 }
end

-- 1. Which events count, and what they add to which key.
local outcomes, types, changes = {}, {}, {}
local function typeOf(name, ids)
  if not types[name] then
    types[name] = { ids = ids, newest = tonumber(redis.call('HGET', KEYS[1], name) or -math.huge), accepted = {} }
  end
  return types[name]
end
local function changeOf(set, stream, type)
  changes[set] = changes[set] or { stream = stream, type = type, additions = {} }
  return changes[set]
end
while argument < #ARGV do
  local name, id, at = take(), take(), takeNumber()
  local type = typeOf(name, takeKey())
  local oldest = type.newest - lateness
  local seen = type.accepted[id] or redis.call('ZSCORE', type.ids, id)
  local outcome = at < oldest and 2 or seen and tonumber(seen) >= oldest and 1 or 0
  outcomes[#outcomes + 1] = outcome
  if outcome == 0 then
    type.accepted[id] = at
    type.newest = math.max(type.newest, at)
  end
  for _ = 1, takeNumber() do
    local set, stream, moment, amounts = takeKey(), streams[takeNumber()], takeNumber(), {}
    for index = 1, stream.width do amounts[index] = take() end
    if outcome == 0 then
      local additions = changeOf(set, stream, type).additions
      additions[#additions + 1] = { moment = moment, amounts = amounts }
    end
  end
end

-- 2. The members of each key from its first change to its last, as they will be, by moment.

-- Totals change up to the newest: those that there are, with what is added, and one for each moment that had none.
local function changedTotals(set, additions, newest)
  local first, before, old = additions[1].moment, newest, {}
  local last = newest and momentOf(newest)
  if last == first then
    old, before = { newest }, nil
  elseif last and last > first then
    old = redis.call('ZRANGEBYSCORE', set, first, '+inf')
    before = redis.call('ZREVRANGEBYSCORE', set, '(' .. first, '-inf', 'LIMIT', 0, 1)[1]
  end
  local total = before and parse(before) or {}
  local sums, members, nextOld, nextAddition = {}, {}, 1, 1
  while nextOld <= #old or nextAddition <= #additions do
    local row, addition = old[nextOld] and parse(old[nextOld]), additions[nextAddition]
    local moment = row and (not addition or row[1] <= addition.moment) and row[1] or addition.moment
    if row and row[1] == moment then total, nextOld = row, nextOld + 1 end
    while addition and addition.moment == moment do
      for index, amount in ipairs(addition.amounts) do sums[index] = (sums[index] or 0) + tonumber(amount) end
      nextAddition = nextAddition + 1
      addition = additions[nextAddition]
    end
    local new = { moment }
    for index, sum in ipairs(sums) do new[index + 1] = (total[index + 1] or 0) + sum end
    members[moment] = format(new)
  end
  return members, #old > 0
end

-- Events go behind those that joined at the same moment. Their numbers stay the text that they came as.
local function changedEvents(set, additions, newest)
  local first, last, old, parts, members = additions[1].moment, additions[#additions].moment, {}, {}, {}
  if newest and momentOf(newest) >= first then old = redis.call('ZRANGEBYSCORE', set, first, last) end
  for _, member in ipairs(old) do parts[momentOf(member)] = { member } end
  for _, addition in ipairs(additions) do
    local moment = addition.moment
    parts[moment] = parts[moment] or { format({ moment }) }
    table.insert(parts[moment], table.concat(addition.amounts, ':'))
  end
  for moment, joined in pairs(parts) do members[moment] = table.concat(joined, ':') end
  return members, #old > 0
end

for set, change in pairs(changes) do
  table.sort(change.additions, function(one, other) return one.moment < other.moment end)
  local newest = redis.call('ZREVRANGE', set, 0, 0)[1]
  local changed = change.stream.keepsEvents and changedEvents or changedTotals
  change.newest = newest and momentOf(newest)
  change.members, change.replaces = changed(set, change.additions, newest)
end

-- 3. Nothing can fail any more once the position is written (a full Redis refuses that) and the channel has the news (unless who adds may
-- not publish): write. Once an hour of a key's own time, drop what no window sees (but the last totals), and let it live on.
local position = tonumber(redis.call('GET', KEYS[2]) or 0)
if next(changes) then
  position = position + 1
  redis.call('SET', KEYS[2], position)
  redis.call('PUBLISH', channel, position .. ' ' .. table.concat(outcomes) .. ' ' .. news)
end
for name, type in pairs(types) do
  for id, at in pairs(type.accepted) do redis.call('ZADD', type.ids, at, id) end
  if next(type.accepted) then
    redis.call('ZREMRANGEBYSCORE', type.ids, '-inf', '(' .. (type.newest - lateness))
    redis.call('EXPIRE', type.ids, idSeconds)
    redis.call('HSET', KEYS[1], name, type.newest)
  end
end
for set, change in pairs(changes) do
  local additions, stream = change.additions, change.stream
  local first, last = additions[1].moment, additions[#additions].moment
  if change.replaces then
    redis.call('ZREMRANGEBYSCORE', set, first, stream.keepsEvents and last or '+inf')
  end
  for moment, member in pairs(change.members) do redis.call('ZADD', set, moment, member) end
  if not change.newest or math.floor(last / 60) > math.floor(change.newest / 60) then
    local from = change.type.newest - stream.retention
    if not stream.keepsEvents then
      from = redis.call('ZREVRANGEBYSCORE', set, '(' .. from, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)[2] or from
    end
    redis.call('ZREMRANGEBYSCORE', set, '-inf', '(' .. from)
    if stream.seconds > 0 then redis.call('EXPIRE', set, stream.seconds) end
  end
end
return { position, unpack(outcomes) }
`;

/**
 * Reads keys whole. KEYS: the hash of newest minutes; the position; then the keys. Returns the position, the newest minutes as one list
 * (type, minute, type, …), then for each key its members, with spaces between: a list of them would take longer to send than to make.
 */
export const loadScript = `
local found = { tonumber(redis.call('GET', KEYS[2]) or 0), redis.call('HGETALL', KEYS[1]) }
for key = 3, #KEYS do found[key] = table.concat(redis.call('ZRANGE', KEYS[key], 0, -1), ' ') end
return found
`;
