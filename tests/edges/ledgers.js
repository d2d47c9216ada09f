// The binding LEDGER of an edge: stubs of objects that live in another process, the ledgers' one.
// `ids` is a namespace of the same key, which only names them; nothing of it ever runs here.
export default function ({ ids, debugPort, address }) {
  return {
    idFromName: (name) => ids.idFromName(name),
    get: (id) => debugPort.connect(address).getActor("edge", "Ledger", id.toString()),
  };
}
