// Finds departures after midnight that carry the date of the evening before: they flew a day later than they say, and in a
// time-ordered feature such a row is a message from the future.

/** Hours that count as the evening. A night's delays are the tail of an evening's. */
const eveningFrom = 20;

/** By how much the correlation with the later evening must exceed that with the earlier one. A clean night has it the other way round. */
const margin = 0.2;

const tables = `
  hourly as (select minute_of_day // 60 as hour, count(*) as flights from rows group by hour),
  quiet as (select arg_min(hour, flights) as hour from hourly),
  night as (select local_date, avg((delay > 15)::integer) as late from rows, quiet where minute_of_day // 60 <= quiet.hour group by local_date),
  evening as (select local_date, avg((delay > 15)::integer) as late from rows where minute_of_day >= ${eveningFrom * 60} group by local_date),
  verdict as (
    select corr(night.late, same.late) as with_later, corr(night.late, before.late) as with_earlier
    from night
    join evening as same on same.local_date = night.local_date
    join evening as before on before.local_date = night.local_date - 1
  )`;

/** How closely nights resemble the evening that their date puts after them, and the one that it puts before them. */
export const nightCorrelations = `with ${tables} select with_later, with_earlier from verdict`;

/**
 * A query over `rows` for the ids of misdated rows. Nothing in a single row gives it away; the days together do:
 *
 * 1. The operating day ends at the quietest hour, which is read off the data. What departs between midnight and then is the night.
 * 2. Per date, take the share of late flights of the night, of the evening of the same file date (20 hours *later*, if the date is
 *    right) and of the evening of the date before (a few hours *earlier*).
 * 3. Delays flow forward. If nights follow the evening that is said to come after them, more closely than the one
 *    said to have come before, their date is a day too early, and all rows of the night are returned; else none.
 */
export const misdatedNight = `with ${tables}
  select id from rows, quiet, verdict where minute_of_day // 60 <= quiet.hour and with_later > with_earlier + ${margin}`;
