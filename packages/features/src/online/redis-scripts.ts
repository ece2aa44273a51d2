// What runs inside Redis, as Lua. A script runs alone and is logged as one transaction, so an event is in all of its streams or in none,
// whatever dies and whenever. All that can fail, a script does before it writes: Redis takes nothing back.
//
// A key's running totals are one string: rows of doubles, [moment, n, sum, sum, …], in order of moments. Adding in order touches only its
// end, and a window that began an hour ago is in its last 60 rows: a sorted set of the same rows took three times as long for both.

/** Rows are strings of doubles; moments are the first of each. */
const rows = `
local function pack(row) return struct.pack('>' .. string.rep('d', #row), unpack(row)) end
local function unpackRow(bytes, size, index)
  local row = { struct.unpack('>' .. string.rep('d', size / 8), bytes, index * size + 1) }
  row[#row] = nil -- where the reading ended
  return row
end
local function momentAt(bytes, size, index) return (struct.unpack('>d', bytes, index * size + 1)) end

-- How many rows are before a moment.
local function rowsBefore(bytes, size, moment)
  local low, high = 0, #bytes / size
  while low < high do
    local middle = math.floor((low + high) / 2)
    if momentAt(bytes, size, middle) < moment then low = middle + 1 else high = middle end
  end
  return low
end

-- The rows from a moment on, and the one before: there is at most one for each step up to the newest moment.
local function rowsFrom(key, size, moment, newest, step)
  local most = math.max(0, math.ceil((newest - moment) / step) + 1) + 1
  return redis.call('GETRANGE', key, -most * size, -1)
end

local argument, nextKey = 0, 1
local function take() argument = argument + 1; return ARGV[argument] end
local function takeNumber() return tonumber(take()) end
local function takeKey() nextKey = nextKey + 1; return KEYS[nextKey] end
local lateness = takeNumber()
`;

/**
 * Adds events. KEYS: the hash of newest minutes; for each event the sorted set of its type's ids, then the keys of its streams.
 * ARGV: lateness; seconds that ids live; number of streams, and for each its step, its retention and the seconds its keys live (0: for
 * ever); for each event its type, id, minute, number of amounts, the amounts, number of additions, and for each its stream and moment.
 * Returns an outcome for each event: 0 accepted, 1 duplicate, 2 late.
 *
 * What several events add to one key is worked out together, so that a backlog of late events rewrites the rows after them once.
 */
export const addScript = `${rows}
local idSeconds = takeNumber()
local streams = {}
for index = 0, takeNumber() - 1 do
  streams[index] = { step = takeNumber(), retention = takeNumber(), seconds = takeNumber() }
end

-- 1. Which events count, and what they add to which key.
local outcomes, types, changes = {}, {}, {}
local function typeOf(name, ids)
  if not types[name] then
    types[name] = { ids = ids, newest = tonumber(redis.call('HGET', KEYS[1], name) or -math.huge), accepted = {} }
  end
  return types[name]
end
local function changeOf(key, stream, type)
  changes[key] = changes[key] or { stream = stream, type = type, additions = {} }
  return changes[key]
end
while argument < #ARGV do
  local name, id, at, amounts = take(), take(), takeNumber(), {}
  for index = 1, takeNumber() do amounts[index] = takeNumber() end
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
    local key, stream, moment = takeKey(), streams[takeNumber()], takeNumber()
    if outcome == 0 then
      local additions = changeOf(key, stream, type).additions
      additions[#additions + 1] = { moment = moment, amounts = amounts }
    end
  end
end

-- 2. The rows of each key from its first change on: those that it has, with what is added, and one for each moment that had none.
for key, change in pairs(changes) do
  local additions = change.additions
  table.sort(additions, function(one, other) return one.moment < other.moment end)
  local size = 8 * (#additions[1].amounts + 1)
  local first = additions[1].moment
  local bytes = redis.call('GETRANGE', key, -size, -1)
  local newest = bytes ~= '' and momentAt(bytes, size, 0) or nil
  if newest and newest > first then bytes = rowsFrom(key, size, first, newest, change.stream.step) end

  local index = rowsBefore(bytes, size, first)
  local total = index > 0 and unpackRow(bytes, size, index - 1) or {}
  local count, nextAddition, sums, tail = #bytes / size, 1, {}, {}
  change.newest = newest
  change.offset = redis.call('STRLEN', key) - (count - index) * size
  while index < count or nextAddition <= #additions do
    local row, addition = index < count and unpackRow(bytes, size, index), additions[nextAddition]
    local moment = row and (not addition or row[1] <= addition.moment) and row[1] or addition.moment
    if row and row[1] == moment then total, index = row, index + 1 end
    while addition and addition.moment == moment do
      for place, amount in ipairs(addition.amounts) do sums[place] = (sums[place] or 0) + amount end
      nextAddition = nextAddition + 1
      addition = additions[nextAddition]
    end
    local new = { moment }
    for place, sum in ipairs(sums) do new[place + 1] = (total[place + 1] or 0) + sum end
    tail[#tail + 1] = pack(new)
  end
  change.size, change.tail = size, table.concat(tail)
end

-- 3. Nothing can fail any more: write. Once an hour of a key's own time, drop what no window sees but one row, and let it live on.
for name, type in pairs(types) do
  for id, at in pairs(type.accepted) do redis.call('ZADD', type.ids, at, id) end
  if next(type.accepted) then
    redis.call('ZREMRANGEBYSCORE', type.ids, '-inf', '(' .. (type.newest - lateness))
    redis.call('EXPIRE', type.ids, idSeconds)
    redis.call('HSET', KEYS[1], name, type.newest)
  end
end
for key, change in pairs(changes) do
  local size, stream = change.size, change.stream
  redis.call('SETRANGE', key, change.offset, change.tail)
  local newest = momentAt(change.tail, size, #change.tail / size - 1)
  if not change.newest or math.floor(newest / 60) > math.floor(change.newest / 60) then
    local bytes = redis.call('GET', key)
    local forgotten = rowsBefore(bytes, size, change.type.newest - stream.retention) - 1
    if forgotten > 0 then redis.call('SET', key, string.sub(bytes, forgotten * size + 1)) end
    if stream.seconds > 0 then redis.call('EXPIRE', key, stream.seconds) end
  end
end
return outcomes
`;

/**
 * Reads totals. KEYS: the hash of newest minutes, then a key for each read. ARGV: lateness; for each read its type of event, the step of
 * its stream, its number of amounts, the row's minute, the number of ends, and the ends, latest first. Returns for each read the totals
 * before each end as doubles, or nothing where the row is too old.
 */
export const readScript = `${rows}
local newest, found = {}, {}
for read = 2, #KEYS do
  local key, type, step, width, time, ends = takeKey(), take(), takeNumber(), takeNumber(), takeNumber(), {}
  for index = 1, takeNumber() do ends[index] = takeNumber() end
  newest[type] = newest[type] or tonumber(redis.call('HGET', KEYS[1], type) or -math.huge)
  if time < newest[type] - lateness then
    found[#found + 1] = ''
  else
    local size, totals = 8 * (width + 1), {}
    local bytes = newest[type] > -math.huge and rowsFrom(key, size, ends[#ends], newest[type] + step, step) or ''
    for index, moment in ipairs(ends) do
      local before = rowsBefore(bytes, size, moment)
      totals[index] = before > 0 and string.sub(bytes, (before - 1) * size + 9, before * size) or string.rep('\\0', 8 * width)
    end
    found[#found + 1] = table.concat(totals)
  end
end
return found
`;
