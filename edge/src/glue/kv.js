// Moves values between KV and Rust; decides nothing.

export async function readKv(namespace, key, cacheTtl) {
  return (await namespace.get(key, { cacheTtl })) ?? undefined;
}

// Carries out `KvWrites`, which come as JSON: first what is to be found, then what is no longer needed.
export async function writeKv(namespace, writes) {
  const { puts, deletes } = JSON.parse(writes);
  await Promise.all(
    puts.map(({ digest, workspaceId, expirationS }) => put(namespace, digest, workspaceId, expirationS)),
  );
  await Promise.all(deletes.map((digest) => namespace.delete(digest)));
}

function put(namespace, key, value, expiration) {
  return namespace.put(key, value, expiration === null ? {} : { expiration });
}
