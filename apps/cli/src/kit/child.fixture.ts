// A process for the tests of supervision. CHILD_DOES says how it behaves; like the kit's own, it ends when its parent is gone.

const does = process.env.CHILD_DOES;
process.once('disconnect', () => process.exit(0));

if (does === 'fail with a code') {
  console.error('some noise\nPORT_IN_USE: Port 1 is in use.');
  process.exit(1);
}
if (does === 'fail in JSON') {
  console.error(
    JSON.stringify({ level: 'fatal', code: 'REGISTRY_CORRUPT', msg: 'The registry is damaged.' }),
  );
  process.exit(1);
}
if (does === 'fail without a word') process.exit(7);
if (does === 'end by itself') setTimeout(() => process.exit(3), 50);
process.on('SIGTERM', () => {
  if (does !== 'ignore SIGTERM') process.exit(0);
});
console.log('last words');
if (does !== 'never get ready') process.send?.({ ready: true });
