// The server of s3-server.fixture.ts: says on which port it listens, and ends with its parent.

import S3rver from 's3rver';

const [directory, bucket] = [process.argv[2]!, process.argv[3]!];
const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory,
  configureBuckets: [{ name: bucket, configs: [] }],
});
const { port } = await server.run();
process.once('disconnect', () => process.exit());
process.send?.(port);
