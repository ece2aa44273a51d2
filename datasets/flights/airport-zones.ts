// Which clock an airport's timestamps are read off. The file gives local times; features need one axis. IANA names carry
// the rules of 2001 with them: most of Indiana and all of Arizona kept standard time all year.

const zoneOfState: Readonly<Record<string, string>> = {
  'America/New_York': 'CT DC DE FL GA KY MA MD ME NC NH NJ NY OH PA RI SC VA VT WV',
  'America/Detroit': 'MI',
  'America/Indiana/Indianapolis': 'IN',
  'America/Chicago': 'AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI',
  'America/Denver': 'CO MT NM UT WY',
  'America/Boise': 'ID',
  'America/Phoenix': 'AZ',
  'America/Los_Angeles': 'CA NV OR WA',
  'America/Anchorage': 'AK',
  'Pacific/Honolulu': 'HI',
  'America/Puerto_Rico': 'PR VI',
};

/** Airports whose clock differs from most of their state's, and one (MQT) whose state the file leaves out. */
const zoneOfAirport: Readonly<Record<string, string>> = {
  'America/New_York': 'CHA TRI TYS',
  'America/Detroit': 'MQT',
  'America/Chicago': 'EVV PNS VPS',
  'America/Denver': 'ELP RAP',
};

/** An SQL expression over `airports` (columns `iata`, `state`) for an airport's IANA zone; NULL where it is not known. */
export const zoneExpression = `coalesce(${caseOf('iata', zoneOfAirport)}, ${caseOf('state', zoneOfState)})`;

function caseOf(column: string, zones: Readonly<Record<string, string>>): string {
  const whens = Object.entries(zones).map(([zone, keys]) => {
    const list = keys.split(' ').map((key) => `'${key}'`);
    return `when ${column} in (${list.join(', ')}) then '${zone}'`;
  });
  return `case ${whens.join(' ')} end`;
}
